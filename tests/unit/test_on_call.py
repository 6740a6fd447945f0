"""Who is on call when: weekly turns on the rota's own clock, and dated entries before them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.shared.domain.on_call import Rota, rota_of
from tests.factories import NOON, default_config, make_ticket

WEEKLY = {"people": ["ann", "bob", "cai"], "from": "2026-01-05T09:00:00", "hand_over": "mon", "at": "09:00"}


def rota(**changes: object) -> Rota:
    return Rota.model_validate({"id": "r", "timezone": "Asia/Shanghai", "weekly": WEEKLY, **changes})


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-01-05T08:59:59", "cai"),
        ("2026-01-05T09:00:00", "ann"),
        ("2026-01-12T08:59:59", "ann"),
        ("2026-01-12T09:00:00", "bob"),
        ("2026-01-26T09:00:00", "ann"),
        ("2025-12-22T10:00:00", "bob"),
    ],
)
def test_turns_change_at_the_hand_over(at: str, person: str) -> None:
    assert rota().person_at(shanghai(at)) == person


def test_a_dated_entry_stands_before_the_turns() -> None:
    holidays = {"person": "dan", "from": "2026-01-06T00:00:00+08:00", "until": "2026-01-07T00:00:00+08:00"}
    with_entry = rota(dated=[holidays])

    days = [with_entry.person_at(shanghai(f"2026-01-0{day}T12:00:00")) for day in (5, 6, 7)]

    assert days == ["ann", "dan", "ann"]
    assert rota(weekly=None, dated=[holidays]).person_at(shanghai("2026-01-05T12:00:00")) is None


def test_the_hand_over_keeps_its_local_time_across_a_change_of_clocks() -> None:
    berlin = rota(timezone="Europe/Berlin", weekly={**WEEKLY, "from": "2026-03-23T09:00:00"})

    assert berlin.person_at(datetime(2026, 3, 30, 6, 59, tzinfo=UTC)) == "ann"
    assert berlin.person_at(datetime(2026, 3, 30, 7, 0, tzinfo=UTC)) == "bob"


@given(st.integers(-20_000_000, 20_000_000))
def test_a_week_later_it_is_the_next_ones_turn(minutes: int) -> None:
    people = ["ann", "bob", "cai"]
    at = NOON + timedelta(minutes=minutes)

    now, then = (people.index(str(rota().person_at(instant))) for instant in (at, at + timedelta(days=7)))

    assert then == (now + 1) % 3


@pytest.mark.parametrize(
    "fault",
    [
        {"weekly": None},
        {"weekly": {**WEEKLY, "from": "2026-01-05T09:00:00Z"}},
        {"weekly": {**WEEKLY, "at": "9:00"}},
        {"weekly": {**WEEKLY, "people": []}},
        {"timezone": "Asia/Peking"},
        {"dated": [{"person": "dan", "from": "2026-01-07T00:00:00Z", "until": "2026-01-07T00:00:00Z"}]},
    ],
)
def test_a_rota_that_means_nothing_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rota(**fault)


def test_a_team_has_the_rota_that_names_it_or_else_the_one_for_all() -> None:
    rotas = (rota(id="all"), rota(id="own", teams=["engineering"]))

    found = [rota_of(rotas, team) for team in ("engineering", "finance")]

    assert [one.id if one else None for one in found] == ["own", "all"]
    assert rota_of((rota(teams=["finance"]),), "engineering") is None


def test_rules_and_policies_mean_the_person_on_call_or_the_lead_where_there_is_no_rota() -> None:
    config = default_config()
    nobody = config.model_copy(update={"on_call": ()})
    ticket = make_ticket(team="engineering")

    on_call, lead = (
        desk.recipients(["on_call"], team=ticket.team, assignee=None, company=None, at=NOON)
        for desk in (config, nobody)
    )

    assert (on_call, lead) == (("zhao-lei",), ("lin-feng",))
