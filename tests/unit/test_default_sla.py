"""The promises of the desk as it is delivered."""

from datetime import datetime
from pathlib import Path

import pytest

from functions.shared.contracts.words import Metric, Priority
from functions.shared.domain.calendar import parse_target
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import faults
from ops.configuration import load_config
from tests.factories import NOON, make_company, make_ticket

FIRST, RESOLUTION = Metric.FIRST_RESPONSE, Metric.RESOLUTION


@pytest.fixture(scope="module")
def config() -> DeskConfig:
    return load_config(Path(__file__).parents[2] / "config")


@pytest.mark.parametrize(
    ("priority", "metric", "target", "calendar"),
    [
        ("P0", FIRST, "15m", "always"),
        ("P0", RESOLUTION, "4h", "always"),
        ("P1", FIRST, "1h", "always"),
        ("P1", RESOLUTION, "24h", "always"),
        ("P2", FIRST, "4h", "default"),
        ("P2", RESOLUTION, "3d", "default"),
        ("P3", FIRST, "8h", "default"),
        ("P3", RESOLUTION, None, "default"),
    ],
)
def test_the_default_policy_promises_the_table_of_priorities(
    config: DeskConfig, priority: str, metric: Metric, target: str | None, calendar: str
) -> None:
    policy = clock_rules(config).policy_for(make_ticket())
    assert policy is not None
    assert policy.promise(Priority(priority), metric) == (target, calendar)


def test_the_default_calendar_knows_the_holidays_and_make_up_days_of_2026(config: DeskConfig) -> None:
    working_time = config.sla.working_times["default"]

    def due(start: str, target: str) -> datetime | None:
        return working_time.due(datetime.fromisoformat(f"{start}+08:00"), parse_target(target))

    assert due("2026-02-13T17:00", "2h") == datetime.fromisoformat("2026-02-14T10:00+08:00")
    assert due("2026-02-14T17:00", "2h") == datetime.fromisoformat("2026-02-24T10:00+08:00")
    assert due("2026-09-30T17:00", "2h") == datetime.fromisoformat("2026-10-08T10:00+08:00")


def test_who_is_told_of_a_deadline_comes_from_team_role_and_company(config: DeskConfig) -> None:
    clocks = clock_rules(config)
    company = make_company(account_manager="ma-li")
    ticket = make_ticket(team="first-line", assignee="li-na", company=company)
    wanted = ("assignee", "lead", "manager", "account_manager", "boss@desk.example")
    assert clocks.reach.recipients(ticket, wanted, NOON) == (
        "li-na",
        "zhou-min",
        "gao-yuan",
        "ma-li",
        "boss@desk.example",
    )
    assert clocks.reach.recipients(make_ticket(team="first-line"), ("assignee",), NOON) == ("zhou-min",)


def test_a_calendar_nobody_works_by_and_a_name_nobody_has_are_faults(config: DeskConfig) -> None:
    changed = DeskConfig.model_validate({**config.content(), "calendars": {"idle": {"timezone": "UTC"}}})
    places = [fault.place for fault in faults(changed, NOON)]
    assert ("calendars", "idle") in places
    assert ("policies", 0, "calendar") in places
