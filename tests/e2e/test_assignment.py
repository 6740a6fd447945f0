"""Presence on the local cloud: nobody is given tickets while away, and what cannot wait finds who is on call."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.shared.contracts.words import Role
from functions.shared.domain.calendar import Weekday
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk, events_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SAMPLES = Path(__file__).parents[2] / "events" / "samples" / "problems"
ENGINEERS = ("zhao-lei", "tom-weber")


class Manager:
    """Says for others whether they are at work."""

    def __init__(self, desk: RunningDesk, token: str) -> None:
        self._url = f"{desk.url}/api/v1/desk/people"
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)

    def say(self, person: str, **status: object) -> dict[str, object]:
        answer = self._http.put(f"{self._url}/{person}/status", json=status)
        answer.raise_for_status()
        said: dict[str, object] = answer.json()
        return said

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def manager(desk: RunningDesk, cloud: LocalSettings) -> Iterator[Manager]:
    """A manager, after whom everybody is at work again."""
    manager = Manager(desk, for_role(cloud, Role.MANAGER))
    yield manager
    for person in ("li-na", "emma-brown", *ENGINEERS):
        manager.say(person)
    manager.close()


def report(desk: RunningDesk, title: str, module: str, **changes: Any) -> dict[str, Any]:
    problem = json.loads((SAMPLES / "01-site-down-zh.json").read_text())
    said = {
        "title": title,
        "description": "请帮忙看一下",
        "module": module,
        "impact": "person",
        "urgency": "low",
        **changes,
    }
    return desk.triaged(desk.report({**problem, **said}).json()["reference"])


def test_who_is_out_of_office_is_given_no_ticket(desk: RunningDesk, manager: Manager) -> None:
    now = datetime.now(UTC)
    said = manager.say("li-na", away_from=now.isoformat(), away_until=(now + timedelta(days=1)).isoformat())
    assert said["absence"] == "away"

    given = [report(desk, f"怎么修改头像 {number}", "login") for number in range(4)]

    assert {ticket["assignee"] for ticket in given} == {"zhang-wei", "emma-brown"}
    [triaged] = events_of(given[0], "TicketTriaged")
    ranking = next(reason for reason in triaged["reasons"] if reason["code"] == "person_ranking")
    assert "李娜（外出至" in ranking["zh"]


def test_with_nobody_at_work_a_p0_is_the_on_calls_and_they_are_told(desk: RunningDesk, manager: Manager) -> None:
    for engineer in ENGINEERS:
        manager.say(engineer, is_paused=True)

    ticket = report(desk, "网站无法访问", "payment")

    assert (ticket["priority"], ticket["team"]) == ("P0", "engineering")
    assert ticket["assignee"] in ENGINEERS
    [triaged] = events_of(ticket, "TicketTriaged")
    assert "person_on_call" in {reason["code"] for reason in triaged["reasons"]}
    address = {"zhao-lei": "zhao.lei@aftercare.example", "tom-weber": "tom.weber@aftercare.example"}
    reference = ticket["reference"]
    desk.until(
        lambda: [mail for mail in desk.mails_to(address[ticket["assignee"]]) if reference in mail["subject"]],
        what="the mail to the person on call",
    )


@pytest.fixture
def shifts(cloud: LocalSettings) -> Iterator[None]:
    """Li Na is off until the day after tomorrow, and Zhang Wei has as many tickets as he may; only for the test."""
    people, calendar = cloud.config / "people.yaml", cloud.config / "calendars" / "e2e-closed.yaml"
    written = people.read_text(encoding="utf-8")
    day = list(Weekday)[(datetime.now(UTC).weekday() + 3) % 7]
    calendar.write_text(f"timezone: Asia/Shanghai\nweek: {{{day}: ['09:00-18:00']}}\n", encoding="utf-8")
    off = written.replace("{id: li-na,", "{id: li-na, calendar: e2e-closed,")
    people.write_text(off.replace("{id: zhang-wei,", "{id: zhang-wei, load_limit: 1,"), encoding="utf-8")
    run_desk(cloud, "config", "publish", str(cloud.config))
    yield
    people.write_text(written, encoding="utf-8")
    calendar.unlink()
    run_desk(cloud, "config", "publish", str(cloud.config))


def test_shifts_and_limits_pass_people_over_and_with_nobody_free_the_team_has_it(
    desk: RunningDesk, manager: Manager, request: pytest.FixtureRequest
) -> None:
    for number in range(3):
        report(desk, f"怎么更换邮箱 {number}", "login")  # so that each of the three has one
    request.getfixturevalue("shifts")

    ticket = report(desk, "怎么修改昵称", "login")
    assert ticket["assignee"] == "emma-brown"
    [triaged] = events_of(ticket, "TicketTriaged")
    ranking = next(reason for reason in triaged["reasons"] if reason["code"] == "person_ranking")
    assert "李娜（不在班" in ranking["zh"]
    assert "张伟（已满" in ranking["zh"]

    manager.say("emma-brown", is_paused=True)
    somebody = {
        "company": {"name": "Nobody Special"},
        "contact": {"name": "Ann", "address": "ann@nobody-special.example"},
    }
    waiting = report(desk, "怎么修改签名", "login", **somebody)
    assert waiting["priority"] in ("P2", "P3")
    assert (waiting["team"], waiting["assignee"]) == ("first-line", None)
    assert "person_none" in {reason["code"] for reason in events_of(waiting, "TicketTriaged")[0]["reasons"]}
