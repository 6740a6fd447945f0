"""Who gets through the agents' door, with real keys, table and configuration behind it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from functions.desk import http, wiring
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import opened
from tests.factories import make_company, make_opened
from tests.integration.desk_door import desk_door, fresh_token
from tests.lambdas import CONTEXT, http_event
from tests.unit.identity.pool import CLIENT

SAMPLE = Path(__file__).parents[2] / "events" / "desk_queue.json"


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    with desk_door(dynamodb):
        yield


def call(method: str, path: str, **headers: str) -> dict[str, Any]:
    return http.handler(http_event(method, path, headers=headers), CONTEXT)


def test_the_api_is_for_people_of_the_desk() -> None:
    tokens: dict[str, str | None] = {
        "none": None,
        "nonsense": "nonsense",
        "of a customer": "ac_k0001.e30.AAAA",
        "expired": fresh_token(exp=1),
        "with an unverified address": fresh_token(email_verified=False),
        "of a stranger": fresh_token(email="stranger@example.com"),
        "of somebody without a role": fresh_token(**{"cognito:groups": ["customers"]}),
        "of an agent": fresh_token(),
        "of an agent in capitals": fresh_token(email="Li.Na@Aftercare.example"),
    }

    answers = {
        name: call("GET", "/api/v1/desk/queue", **({"authorization": f"Bearer {token}"} if token else {}))
        for name, token in tokens.items()
    }

    assert {name: answer["statusCode"] for name, answer in answers.items()} == {
        "none": 401,
        "nonsense": 401,
        "of a customer": 401,
        "expired": 401,
        "with an unverified address": 401,
        "of a stranger": 403,
        "of somebody without a role": 403,
        "of an agent": 200,
        "of an agent in capitals": 200,
    }
    assert json.loads(answers["of a stranger"]["body"])["code"] == "not_allowed"


def test_the_sample_request_lists_a_queue() -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("ID_TOKEN", fresh_token())

    assert http.handler(json.loads(text), CONTEXT)["statusCode"] == 200


def test_the_api_does_not_take_the_consoles_cookies() -> None:
    cookie = f"__Host-aftercare_session=s; __Host-aftercare_id={fresh_token()}"

    assert call("GET", "/api/v1/desk/queue", cookie=cookie)["statusCode"] == 401


def test_signing_in_begins_at_cognito_with_everything_it_will_be_checked_by() -> None:
    answer = call("GET", "/desk/sign-in?next=/desk")

    location = urlsplit(answer["headers"]["Location"])
    query = dict(parse_qsl(location.query))
    assert (answer["statusCode"], location.netloc, location.path) == (303, "sign-in.example", "/oauth2/authorize")
    assert (query["redirect_uri"], query["client_id"]) == ("https://desk.example/desk/callback", CLIENT)
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    (cookie,) = answer["cookies"]
    assert cookie.startswith("__Host-aftercare_sign_in=k")
    assert "; HttpOnly; Secure; SameSite=Lax" in cookie


def test_the_gate_is_a_page_in_the_readers_language() -> None:
    answer = call("GET", "/desk/sign-in", **{"accept-language": "en"})

    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert 'lang="en"' in answer["body"]
    assert 'href="/desk/sign-in?next=%2Fdesk"' in answer["body"]
    assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]


def test_a_made_up_callback_is_refused() -> None:
    assert call("GET", "/desk/callback?code=x&state=y")["statusCode"] == 401


def test_why_a_rule_did_not_act_is_told_to_people_of_the_desk() -> None:
    ticket = make_opened(company=make_company(tier="gold"))
    wiring.wiring().store.append(opened(ticket), [ticket])
    path = f"/api/v1/desk/tickets/{reference(ticket.ticket_id, 'AS')}/rules"

    answer = call("GET", f"{path}/vip-first", authorization=f"Bearer {fresh_token()}")

    assert answer["statusCode"] == 200, answer
    reason = json.loads(answer["body"])
    assert (reason["fate"], reason["when"]["seen"]) == ("not_matched", "gold")
    unknown = call("GET", f"{path}/unknown", authorization=f"Bearer {fresh_token()}")
    assert (unknown["statusCode"], json.loads(unknown["body"])["code"]) == (404, "rule_not_found")
    assert call("GET", f"{path}/vip-first")["statusCode"] == 401


def test_lists_go_on_where_the_page_before_ended() -> None:
    tickets = [make_opened(number, now=datetime.now(UTC) - timedelta(hours=number)) for number in range(1, 6)]
    for ticket in tickets:
        wiring.wiring().store.append(opened(ticket), [ticket])
    oldest_first = [reference(ticket.ticket_id, "AS") for ticket in reversed(tickets)]

    assert _walk("/api/v1/desk/tickets?limit=2") == oldest_first
    assert _walk("/api/v1/desk/tickets?limit=2&order=newest") == oldest_first[::-1]
    assert sorted(_walk("/api/v1/desk/queue?limit=2&status=new")) == sorted(oldest_first)
    assert _walk("/api/v1/desk/past-tickets?limit=4", "id") == oldest_first
    assert _walk("/api/v1/desk/mine") == []


def test_a_past_ticket_tells_what_was_reported_and_what_people_made_of_it() -> None:
    ticket = make_opened(now=datetime.now(UTC), company=make_company(tier="gold"))
    wiring.wiring().store.append(opened(ticket).with_changes(team="finance", assignee="li-na"), [ticket])

    [line] = json.loads(call("GET", "/api/v1/desk/past-tickets", authorization=f"Bearer {fresh_token()}")["body"])

    assert (line["title"], line["company"]["tier"]) == ("报表打不开", "gold")
    assert line["outcome"] == {"team": "finance", "assignee": "li-na"}
    assert PastTicket.model_validate(line).ended().team == "finance"


def test_a_place_that_no_page_gave_is_refused() -> None:
    for path in ("queue", "mine", "tickets", "past-tickets"):
        answer = call("GET", f"/api/v1/desk/{path}?after=nonsense", authorization=f"Bearer {fresh_token()}")
        assert (answer["statusCode"], json.loads(answer["body"])["errors"][0]["field"]) == (422, "after")


@pytest.mark.parametrize(
    ("span", "field", "code"),
    [
        ("since=0001-01-01T00:00:00Z", "since", "out_of_years"),
        ("since=0001-01-01T00:00:00+14:00", "since", "out_of_years"),
        ("since=2026-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", "until", "out_of_years"),
        ("since=1950-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "since", "too_long"),
    ],
)
def test_a_span_that_would_take_too_long_to_look_through_is_refused(span: str, field: str, code: str) -> None:
    for path in ("tickets", "past-tickets"):
        answer = call("GET", f"/api/v1/desk/{path}?{span}", authorization=f"Bearer {fresh_token()}")
        [wrong] = json.loads(answer["body"])["errors"]
        assert (answer["statusCode"], wrong["field"].rpartition(".")[2], wrong["code"]) == (422, field, code)


def _walk(path: str, name: str = "reference") -> list[str]:
    found: list[str] = []
    while True:
        answer = call("GET", path, authorization=f"Bearer {fresh_token()}")
        found += [line[name] for line in json.loads(answer["body"])]
        if "Link" not in answer["headers"]:
            return found
        path = unquote(answer["headers"]["Link"].removeprefix("<").partition(">")[0])
