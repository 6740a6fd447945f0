"""The console's pages of presence, as an agent's browser meets them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.desk.pages import people, routes, visit
from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.domain.presence import Presence
from functions.shared.domain.references import reference
from tests.factories import DESK, SYSTEM, make_opened
from tests.unit.identity.pool import pool_tokens
from tests.unit.pages.conftest import PUBLIC_URL, forget, rewire
from tests.unit.pages.test_console import signed_in

MODULES = (wiring, visit, routes, people, http)


@pytest.fixture(autouse=True)
def _console(monkeypatch: pytest.MonkeyPatch, parts: SimpleNamespace) -> Iterator[None]:
    settings = SimpleNamespace(
        desk_id=DESK, public_url=PUBLIC_URL, sign_in_url="https://sign-in.example", user_pool_client_id="console-client"
    )
    rewire(monkeypatch, MODULES, parts, settings=settings, pool_tokens=pool_tokens(), user_pool=SimpleNamespace())
    yield
    monkeypatch.undo()
    forget(MODULES)


def assign_one(parts: SimpleNamespace, person: str, **decided: Any) -> str:
    event = make_opened()
    parts.tickets.open(lambda _: event)
    parts.tickets.handle(
        event.ticket_id,
        lambda ticket: [
            ticket.happening(
                TicketTriaged,
                actor=SYSTEM,
                now=datetime.now(UTC),
                priority="P2",
                team="first-line",
                assignee=person,
                **decided,
            )
        ],
    )
    return event.ticket_id


def test_everybody_is_seen_by_team_with_load_and_who_is_on_call(parts: SimpleNamespace) -> None:
    assign_one(parts, "li-na")
    agent = signed_in(language="en")

    assert agent.get("/desk/people") == 200
    assert "First line" in agent.html
    assert re.search(r"On call: \S+", agent.html)
    assert re.search(r">李娜</a>.*?At work.*?<td>1</td>", agent.html, re.DOTALL)


@pytest.mark.parametrize(
    ("language", "away", "waiting"), [("zh", "外出至", "还有 1 张"), ("en", "Out until", "One open")]
)
def test_an_agent_goes_out_of_office_and_their_lead_hands_over_what_waits(
    parts: SimpleNamespace, language: str, away: str, waiting: str
) -> None:
    ticket, agent = assign_one(parts, "li-na"), signed_in(language=language)
    now = datetime.now(UTC)
    times = {
        name: f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in (("away_from", -1), ("away_until", 3))
    }
    assert agent.get("/desk/people/li-na") == 200

    assert agent.post("/desk/people/li-na/status", **times, note="出差") == 200
    assert away in agent.html
    assert parts.store.shares.presences["li-na"].is_away(now)

    lead = signed_in("zhou.min@aftercare.example", language, "lead")
    assert lead.get("/desk/people/li-na") == 200
    assert waiting in lead.html
    assert lead.post("/desk/people/li-na/hand-over") == 200
    assert parts.store.get(ticket).assignee == "zhang-wei"


def test_a_time_that_is_none_or_ends_too_early_comes_back_with_a_sentence(parts: SimpleNamespace) -> None:
    agent = signed_in()
    agent.get("/desk/people/li-na")

    assert agent.post("/desk/people/li-na/status", away_from="tomorrow") == 422
    assert "请写成 2026-10-01T09:30 这样的日期和时间。" in agent.html
    assert agent.post("/desk/people/li-na/status", away_from="2026-03-02T10:00", away_until="2026-03-01T10:00") == 422
    assert "必须晚于开始时间。" in agent.html
    assert agent.post("/desk/people/li-na/status", away_from="0001-01-01T00:00") == 422
    assert "时间必须在 1900 年至 2199 年之间。" in agent.html
    assert parts.store.shares.presences == {}


@pytest.mark.parametrize(
    ("language", "line", "because"),
    [
        ("zh", "团队：财务商务（0.94）", "因为 发票、专票"),
        ("en", "Team: Finance and contracts (0.94)", "because of 发票, 专票"),
    ],
)
def test_what_the_past_suggests_is_done_with_one_click(
    parts: SimpleNamespace, language: str, line: str, because: str
) -> None:
    hint = Suggestion(field="team", value="finance", probability=0.94, evidence=("发票", "专票"), learned="v")
    ticket = assign_one(parts, "li-na", suggestions=(hint,))
    url = f"/desk/tickets/{reference(ticket, 'AS')}"
    agent = signed_in(language=language)
    assert agent.get(url) == 200
    assert line in agent.html
    assert because in agent.html

    assert agent.post(f"{url}/suggestions/team/accept") == 200
    assert line not in agent.html
    assert (parts.store.get(ticket).team, parts.store.get(ticket).assignee) == ("finance", "xu-fang")
    assert agent.post(f"{url}/suggestions/team/accept") == 403  # the page that offered it is gone


def test_a_colleague_sees_but_may_say_nothing(parts: SimpleNamespace) -> None:
    colleague = signed_in("zhang.wei@aftercare.example")

    assert colleague.get("/desk/people/li-na") == 200
    assert "/desk/people/li-na/status" not in colleague.html
    colleague.get("/desk/people/zhang-wei")
    token = re.search(r'name="csrf_token" value="([^"]+)"', colleague.html)
    assert token
    assert colleague.post("/desk/people/li-na/status", csrf_token=token[1], is_paused="yes") == 403
    assert colleague.get("/desk/people/ghost") == 404
    assert parts.store.shares.presences == {}


def test_an_absence_that_was_said_before_times_were_bounded_is_shown(parts: SimpleNamespace) -> None:
    parts.store.shares.presences["li-na"] = Presence.model_validate(
        {"away_from": "0001-01-01T00:00:00+14:00", "away_until": "9999-12-31T23:59:59-12:00"}
    )
    agent = signed_in(language="en")

    assert agent.get("/desk/people") == 200
    assert "Jan 1, 2200" in agent.html
    assert agent.get("/desk/people/li-na") == 200
    assert 'value="1900-01-01T' in agent.html
