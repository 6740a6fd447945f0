"""Deleting as a manager's browser meets it, and what customers and agents see of a deleted ticket."""

from types import SimpleNamespace
from typing import Any

import pytest

from functions.desk import wiring
from functions.desk.deleting import Deleting
from functions.desk.pages import delete_routes
from functions.shared.domain.errors import ArticleNotFound
from functions.shared.domain.ticket import Incident
from tests.factories import NOON
from tests.unit.pages.browser import Browser
from tests.unit.pages.test_console import _console, signed_in, state, ticket

__all__ = ["_console", "ticket"]  # fixtures


class NoArticles:
    def get(self, article_id: str) -> Any:
        raise ArticleNotFound(article_id)


@pytest.fixture(autouse=True)
def _deleting(monkeypatch: pytest.MonkeyPatch, _console: None, parts: SimpleNamespace) -> None:
    del _console
    made = Deleting(config=parts.config.last_read, tickets=parts.tickets, reader=parts.store, articles=NoArticles())
    for module in (wiring, delete_routes):
        monkeypatch.setattr(module, "deleting", lambda: made)


def manager(language: str = "en") -> Browser:
    return signed_in("gao.yuan@aftercare.example", language, "manager")


def test_a_manager_gives_a_reason_confirms_and_sees_what_is_left(ticket: str, parts: SimpleNamespace) -> None:
    browser, url = manager(), f"/desk/tickets/{ticket}"

    browser.get(url)
    assert f'href="{url}/delete"' in browser.html
    assert browser.get(f"{url}/delete") == 200
    assert browser.post(f"{url}/delete", reason="", note="", confirm=ticket) == 422
    browser.get(f"{url}/delete")
    assert browser.post(f"{url}/delete", reason="spam", note="", confirm="AS-0000-0000") == 422
    assert "This is not the reference of this ticket." in browser.html
    assert parts.store.heads

    browser.post(f"{url}/delete", reason="spam", note="an <advert>", confirm=ticket.lower())

    assert browser.get(url) == 410
    assert "This ticket was deleted" in browser.html
    assert "an &lt;advert&gt;" in browser.html
    assert "高远" in browser.html
    assert "being erased" in browser.html
    assert browser.get("/desk") == 200
    assert ticket not in browser.html
    chinese = manager("zh-CN,zh;q=0.9")
    assert chinese.get(url) == 410
    assert "这张工单已被删除" in chinese.html


def test_whatever_an_agent_asks_of_a_deleted_ticket_its_page_tells_who_deleted_it(ticket: str) -> None:
    browser, agent, url = manager(), signed_in(language="en"), f"/desk/tickets/{ticket}"
    agent.get(url)
    browser.get(f"{url}/delete")
    browser.post(f"{url}/delete", reason="spam", note="", confirm=ticket)

    for status in (
        agent.post(f"{url}/note", note="still here?"),
        agent.get(f"{url}/rules"),
        agent.get(f"{url}/messages/1/text"),
    ):
        assert status == 410
        assert ticket in agent.html
        assert "高远 deleted it" in agent.html
        assert "report it again" not in agent.html


def test_an_agent_is_not_offered_to_delete_and_may_not(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"

    agent.get(url)
    assert f"{url}/delete" not in agent.html
    assert agent.get(f"{url}/delete") == 403
    agent.get(url)
    assert agent.post(f"{url}/delete", reason="spam", note="", confirm=ticket) == 403
    assert parts.store.heads


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "A running incident cannot be deleted; end the incident first."),
        ("zh", "进行中的故障不能删除，请先结束故障。"),
    ],
)
def test_deleting_a_running_incident_is_not_offered_and_it_is_said_why(
    language: str, why: str, ticket: str, parts: SimpleNamespace
) -> None:
    browser, url = manager(language), f"/desk/tickets/{ticket}"
    browser.get(url)
    browser.get(f"{url}/delete")
    declared = Incident(declared_at=NOON, keywords=("报表",))
    found = state(parts, ticket)
    parts.store.heads[found.id] = found.with_changes(declared=declared)

    assert browser.post(f"{url}/delete", reason="spam", note="", confirm=ticket) == 409
    assert why in browser.html
    assert f'action="{url}/delete"' not in browser.html
    assert browser.get(f"{url}/delete") == 409
    assert f'action="{url}/delete"' not in browser.html
    assert browser.get(url) == 200
    assert why in browser.html
    assert f"{url}/delete" not in browser.html
    agent = signed_in(language=language)
    agent.get(url)
    assert why not in agent.html
