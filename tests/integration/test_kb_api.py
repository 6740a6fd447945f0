"""The articles' API, and who may read what."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.kb import http
from functions.shared.contracts.words import DeletionReason
from functions.shared.domain.deletion import delete
from functions.shared.domain.ticket import evolve
from functions.shared.gateways.tickets import TicketTable
from tests.factories import AGENT, DESK, NOON
from tests.integration.conftest import TABLE
from tests.integration.kb_door import TEXT, Door, agent_token, door, published, solved_ticket
from tests.lambdas import CONTEXT

SAMPLE = Path(__file__).parents[2] / "events" / "kb_search.json"

__all__ = ["door", "solved_ticket"]


def test_a_solved_ticket_becomes_an_article_that_two_characters_find(door: Door, solved_ticket: str) -> None:
    agent = door.as_agent()
    begun = agent("POST", "/api/v1/articles", json_body={"ticket": solved_ticket})
    assert (begun.status, begun.json["status"]) == (201, "draft")
    assert begun.json["text"]["title"] == "[姓名]的报表打不开"
    assert door("GET", "/api/v1/articles?q=白屏").json == {"articles": []}

    text = {**begun.json["text"], "title": "报表打不开"}
    edited = agent("PUT", f"/api/v1/articles/{begun.json['id']}", json_body={"version": 1, "text": text})
    assert edited.status == 200
    assert agent("POST", f"/api/v1/articles/{begun.json['id']}/publish").json["status"] == "published"
    door.tell_consumer()

    [found] = door("GET", "/api/v1/articles?q=白屏").json["articles"]
    assert {"text": "白屏", "is_hit": True} in found["snippet"]
    shown = door("GET", found["url"].removeprefix("http://localhost:8080"))
    assert shown.status == 200
    assert "<strong>Ctrl+F5</strong>" in shown.body
    assert "王芳" not in shown.body


def test_the_sample_request_is_answered(door: Door) -> None:
    del door
    answer = http.handler(json.loads(SAMPLE.read_text(encoding="utf-8")), CONTEXT)

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"articles": []})


def test_a_ticket_is_written_up_once(door: Door, solved_ticket: str) -> None:
    agent = door.as_agent()
    first = agent("POST", "/api/v1/articles", json_body={"ticket": solved_ticket})
    again = agent("POST", "/api/v1/articles", json_body={"ticket": "tkt_00000001"})

    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json


def test_of_a_deleted_ticket_there_is_no_article_and_it_is_said_who_deleted_it(
    door: Door, solved_ticket: str, dynamodb: Any
) -> None:
    store = TicketTable(dynamodb, TABLE, DESK)
    ticket = store.get("tkt_00000001")
    [deleted] = delete(ticket, reason=DeletionReason.TEST, note="", actor=AGENT, now=NOON)
    store.append(evolve(ticket, deleted).with_changes(version=ticket.version + 1), [deleted])

    answer = door.as_agent()("POST", "/api/v1/articles", json_body={"ticket": solved_ticket})

    assert (answer.status, answer.json["code"]) == (410, "ticket_deleted")
    assert AGENT.name in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"ticket": "AS-ZZZZ-ZZZZ"}, 404, "ticket_not_found"),
        ({"ticket": "no reference"}, 404, "ticket_not_found"),
        ({"text": {**TEXT, "visiblity": "internal"}}, 422, "invalid_input"),
        ({}, 422, "invalid_input"),
        ({"text": {"language": "xx", "title": ""}}, 422, "invalid_input"),
        ({"text": {**TEXT, "solution": "x" * 24_001}}, 422, "invalid_input"),
        ({"ticket": "AS-0000-0001", "author": "me"}, 422, "invalid_input"),
    ],
)
def test_bad_input_is_refused_by_name(door: Door, body: Any, status: int, code: str) -> None:
    answer = door.as_agent()("POST", "/api/v1/articles", json_body=body)

    assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/articles"),
        ("GET", "/api/v1/articles/all"),
        ("POST", "/api/v1/articles/art_000000000000/publish"),
        ("POST", "/api/v1/articles/art_000000000000/archive"),
    ],
)
def test_only_agents_write(door: Door, method: str, path: str) -> None:
    body = {"text": TEXT} if path == "/api/v1/articles" else None
    assert door(method, path, json_body=body).json["code"] == "not_signed_in"

    door.token = "forged"
    assert door(method, path, json_body=body).json["code"] == "not_signed_in"

    door.token = agent_token(groups=[])
    assert door(method, path, json_body=body).json["code"] == "not_allowed"


def test_an_internal_article_is_found_by_agents_alone(door: Door) -> None:
    article = published(door, title="内部排障口诀", visibility="internal")

    assert door("GET", "/api/v1/articles?q=排障").json["articles"] == []
    assert "内部排障" not in door("GET", "/help/search?q=排障").body
    assert door("GET", "/help/suggest?q=排障").body.strip() == ""
    assert door("GET", f"/api/v1/articles/{article['id']}").status == 404
    assert door("GET", f"/help/zh/{article['slug']}").status == 404
    [found] = door.as_agent()("GET", "/api/v1/articles?q=排障").json["articles"]
    assert found["url"] == f"http://localhost:8080/desk/articles/{article['id']}"


def test_a_draft_is_nobody_elses_business(door: Door) -> None:
    draft = door.as_agent()("POST", "/api/v1/articles", json_body={"text": TEXT}).json

    assert door("GET", f"/api/v1/articles/{draft['id']}").status == 404
    assert door.as_agent()("GET", f"/api/v1/articles/{draft['id']}").json == draft
    [line] = door.as_agent()("GET", "/api/v1/articles/all?status=draft").json["articles"]
    assert (line["id"], line["status"]) == (draft["id"], "draft")


def test_readers_keep_the_published_text_while_the_next_is_written(door: Door) -> None:
    article = published(door)
    text = {**article["text"], "solution": "内部草稿"}
    url = f"/api/v1/articles/{article['id']}"
    door.as_agent()("PUT", url, json_body={"version": article["version"], "text": text})
    door.tell_consumer()

    assert door("GET", url).json["text"]["solution"] == "重置密码"
    assert "内部草稿" not in door("GET", f"/help/zh/{article['slug']}").body
    assert door("GET", "/api/v1/articles?q=草稿").json["articles"] == []


def test_an_edit_of_an_old_version_is_stale(door: Door) -> None:
    article = published(door)
    edit = {"version": 1, "text": {**TEXT, "title": "anders"}}

    answer = door.as_agent()("PUT", f"/api/v1/articles/{article['id']}", json_body=edit)

    assert (answer.status, answer.json["code"]) == (409, "stale_article")


def test_an_archived_article_is_gone(door: Door) -> None:
    article = published(door)
    door.as_agent()("POST", f"/api/v1/articles/{article['id']}/archive")
    door.tell_consumer()

    gone = door("GET", f"/help/zh/{article['slug']}", accept_language="zh")
    assert gone.status == 404
    assert "这篇文章不在了" in gone.body
    assert door("GET", "/api/v1/articles?q=登录").json["articles"] == []


def test_every_use_of_the_search_goes_to_the_index_of_the_caller(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Callable[[], Any]:
        def never() -> Any:
            raise AssertionError(f"{name} was asked")

        return never

    monkeypatch.setattr("functions.kb.api.staff_search", refuse("the staff's index"))
    for path in ("/api/v1/articles?q=x", "/api/v1/articles", "/help", "/help/search?q=x", "/help/suggest?q=x"):
        assert door("GET", path).status == 200
