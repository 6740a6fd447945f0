"""Merging as an agent's browser meets it."""

from types import SimpleNamespace

import pytest

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Status
from functions.shared.domain import deletion
from functions.shared.domain.references import reference
from tests.factories import SYSTEM, make_company, make_contact, make_opened, make_problem
from tests.unit.pages.test_console import _console, signed_in, state, ticket

__all__ = ["_console", "ticket"]  # fixtures


def another(parts: SimpleNamespace, **changes: object) -> str:
    opened = make_opened(problem=make_problem(title="报表<b>一直转圈</b>"), company=make_company(tier="vip"), **changes)
    begun, _ = parts.tickets.open(lambda id: opened.model_copy(update={"ticket_id": id}))
    triaged = {"actor": SYSTEM, "now": opened.occurred_at, "priority": "P1", "team": "first-line"}
    parts.tickets.handle(begun.id, lambda it: [it.happening(TicketTriaged, **triaged)])
    return reference(begun.id, "AS")


def delete(parts: SimpleNamespace, ticket: str) -> None:
    parts.tickets.handle(
        state(parts, ticket).id, lambda it: deletion.delete(it, reason="spam", note="", actor=SYSTEM, now=it.updated_at)
    )


def blank_titles(parts: SimpleNamespace, ticket: str) -> None:
    """What the eraser does to other tickets' histories."""
    events = parts.store.events[state(parts, ticket).id]
    events[:] = [
        event.model_copy(update={"title": deletion.BLANK}) if deletion.quoted_by(event) else event for event in events
    ]


def test_a_duplicate_is_looked_at_merged_shown_on_both_and_taken_back(ticket: str, parts: SimpleNamespace) -> None:
    agent, url, into = signed_in(language="en"), f"/desk/tickets/{ticket}", another(parts)

    agent.get(url)
    assert f'action="{url}/merge"' in agent.html
    assert agent.get(f"{url}/merge?into={into.lower()}") == 200
    assert f"{into} 报表&lt;b&gt;一直转圈&lt;/b&gt;" in agent.html
    assert state(parts, ticket).merged_into is None

    assert agent.post(f"{url}/merge", into=into) == 200
    assert "Merged. What is said on it from now on joins the other ticket." in agent.html
    assert f'href="/desk/tickets/{into}"' in agent.html
    assert f"{url}/reopen" not in agent.html
    assert f'action="{url}/merge"' not in agent.html
    assert state(parts, ticket).status is Status.CLOSED
    agent.get(f"/desk/tickets/{into}")
    assert "Merged into this ticket:" in agent.html
    assert f'href="{url}"' in agent.html
    agent.get("/desk?tab=closed")
    assert ticket in agent.html

    agent.get(url)
    assert agent.post(f"{url}/unmerge") == 200
    assert state(parts, ticket).status is Status.OPEN
    agent.get(f"/desk/tickets/{into}")
    assert "Merged into this ticket:" not in agent.html


def test_what_cannot_be_merged_is_said_in_a_sentence(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    stranger = make_contact(id="con_00000009", address="x@else.example")
    foreign = another(parts, contact=stranger)
    found = state(parts, foreign)
    parts.store.heads[found.id] = found.with_changes(company=None)

    assert agent.get(f"{url}/merge?into={ticket}") == 422
    assert "That is this very ticket." in agent.html
    assert agent.get(f"{url}/merge?into=AS-9999-9999") == 422
    assert "There is no ticket of that reference." in agent.html
    agent.get(f"{url}/merge?into={another(parts)}")
    assert agent.post(f"{url}/merge", into=foreign) == 422
    assert "These are different customers." in agent.html
    assert state(parts, ticket).merged_into is None


@pytest.mark.parametrize(
    ("language", "since", "told"),
    [
        ("en", "(deleted since)", "merged it into a ticket that was deleted since"),
        ("zh", "（后来已删除）", "将其合并到一张后来被删除的工单"),
    ],
)
def test_a_duplicate_says_that_the_other_ticket_was_deleted_since(
    language: str, since: str, told: str, ticket: str, parts: SimpleNamespace
) -> None:
    agent, url, into = signed_in(language=language), f"/desk/tickets/{ticket}", another(parts)
    agent.get(f"{url}/merge?into={into}")
    agent.post(f"{url}/merge", into=into)
    assert since not in agent.html

    delete(parts, into)

    assert agent.get(url) == 200
    assert f'href="/desk/tickets/{into}">{into}</a> {since}' in agent.html
    assert told in agent.html
    assert "一直转圈&lt;/b&gt;" not in agent.html


def test_a_ticket_says_that_its_duplicate_was_deleted_since(ticket: str, parts: SimpleNamespace) -> None:
    agent, url, into = signed_in(language="en"), f"/desk/tickets/{ticket}", another(parts)
    agent.get(f"{url}/merge?into={into}")
    agent.post(f"{url}/merge", into=into)
    delete(parts, ticket)
    blank_titles(parts, into)

    assert agent.get(f"/desk/tickets/{into}") == 200
    assert f'href="{url}">{ticket}</a> (deleted since)' in agent.html
    assert "merged a ticket into this one that was deleted since" in agent.html
    assert "—</a>" not in agent.html
