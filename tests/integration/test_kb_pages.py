"""The help centre and the console's article pages."""

import pytest

from functions.shared.gateways.articles import ArticleTable
from tests.factories import DESK
from tests.integration.conftest import TABLE
from tests.integration.kb_door import Door, door, published, solved_ticket

__all__ = ["door", "solved_ticket"]


def test_a_page_is_sent_once_and_then_only_asked_for(door: Door) -> None:
    path = f"/help/zh/{published(door)['slug']}"
    first = door("GET", path)

    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "public, no-cache"
    assert "script-src 'self'" in first.headers["content-security-policy"]
    again = door("GET", path, if_none_match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, "", first.headers["etag"])


@pytest.mark.parametrize("etag", ["*", '"other"', "见", '"0"', "W/"])
def test_a_foreign_tag_gets_the_whole_page(door: Door, etag: str) -> None:
    assert door("GET", f"/help/zh/{published(door)['slug']}", if_none_match=etag).status == 200


@pytest.mark.parametrize("path", ["/help/zh/nothing-here", "/help/fr/x", "/help/zh/..%2F..%2Fsecret", "/help/zh/A_B"])
def test_what_is_not_there_says_so_with_a_way_on(door: Door, path: str) -> None:
    answer = door("GET", path, accept_language="en")

    assert answer.status == 404
    assert 'action="/help/search"' in answer.body


def test_the_help_centre_searches_and_marks_what_was_found(door: Door) -> None:
    published(door)

    whole = door("GET", "/help/search?q=vpn登录", accept_language="zh")
    part = door("GET", "/help/search?q=E1042", hx_request="true")
    nothing = door("GET", "/help/search?q=量子", accept_language="zh")

    assert "<!doctype html>" in whole.body
    assert "VPN 登录失败" in whole.body
    assert "<!doctype html>" not in part.body
    assert "<mark>E1042</mark>" in part.body
    assert "没有找到" in nothing.body
    assert "VPN 登录失败" in door("GET", "/help", accept_language="zh").body


def test_a_form_is_offered_answers_while_it_is_filled_in(door: Door) -> None:
    published(door)

    offered = door("GET", "/help/suggest?title=登录", hx_request="true")

    assert 'target="_blank"' in offered.body
    assert 'target="_blank"' not in door("GET", "/help/suggest?q=登录", hx_trigger_name="q").body
    assert door("GET", "/help/suggest?q=", hx_request="true").body.strip() == ""


def test_a_question_is_shown_and_never_run(door: Door) -> None:
    answer = door("GET", "/help/search?q=<script>alert(1)</script>")

    assert "<script>alert" not in answer.body
    assert "&lt;script&gt;" in answer.body


def test_the_console_asks_to_sign_in_and_to_come_back(door: Door) -> None:
    answer = door("GET", "/desk/articles", accept="text/html")

    assert (answer.status, answer.headers["location"]) == (303, "/desk/sign-in?next=%2Fdesk%2Farticles")


def test_an_agent_writes_previews_and_publishes_in_the_console(door: Door, solved_ticket: str) -> None:
    agent = door.signed_in()
    listed = agent("GET", "/desk/articles")
    assert listed.status == 200
    begun = agent("POST", "/desk/articles", form={"csrf_token": listed.csrf_token, "ticket": solved_ticket})
    assert begun.status == 303
    url = begun.headers["location"]

    editor = agent("GET", url)
    assert "点开报表后白屏" in editor.body
    assert solved_ticket in editor.body
    fields = {
        "csrf_token": editor.csrf_token,
        "version": "1",
        "language": "zh",
        "title": "报表白屏",
        "symptom": "点开报表后白屏",
        "cause": "",
        "solution": "1. 刷新\n2. **重试**",
        "module": "data-reports",
        "visibility": "public",
    }
    preview = agent("POST", "/desk/articles/preview", form=fields)
    assert "<strong>重试</strong>" in preview.body
    done = agent("POST", url, form={**fields, "do": "publish"})
    assert (done.status, done.headers["location"]) == (303, f"{url}?done=publish")
    door.tell_consumer()

    assert "报表白屏" in door("GET", "/help/search?q=白屏").body
    after = agent("GET", f"{url}?done=publish", accept_language="zh")
    assert "已发布" in after.body
    assert "在帮助中心查看" in after.body
    assert "报表白屏" in agent("GET", "/desk/articles?status=published").body
    assert "报表白屏" in agent("GET", "/desk/articles?q=白屏").body


def test_what_cannot_be_published_stays_in_the_editor_with_the_reason(door: Door) -> None:
    agent = door.signed_in()
    token = agent("GET", "/desk/articles").csrf_token
    url = agent("POST", "/desk/articles", form={"csrf_token": token, "title": "新文章"}).headers["location"]
    fields = {
        "csrf_token": token,
        "version": "1",
        "language": "zh",
        "visibility": "public",
        "title": "新",
        "symptom": "s",
    }

    empty = agent("POST", url, form={**fields, "do": "publish"}, accept_language="zh")
    assert empty.status == 422
    assert "读者需要这一部分" in empty.body

    stale = agent("POST", url, form={**fields, "title": "别的标题", "do": "save"}, accept_language="zh")
    assert stale.status == 422
    assert "别的标题" in stale.body
    assert "别人刚刚改过" in stale.body


def test_a_post_without_its_pages_token_is_refused(door: Door) -> None:
    agent = door.signed_in()

    answer = agent("POST", "/desk/articles", form={"title": "x"}, accept="text/html")

    assert answer.status == 403
    assert ArticleTable(door.dynamodb, TABLE, DESK).all() == []
