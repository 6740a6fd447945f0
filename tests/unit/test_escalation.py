"""Escalation: who is called when, what quiet hours hold back, what an acknowledgement spares, what a level changes."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.shared.contracts.events import (
    ClockRetargeted,
    EscalationAcknowledged,
    NoticeReleased,
    PriorityChanged,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
)
from functions.shared.contracts.words import Metric, Priority
from functions.shared.domain import decisions
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import faults
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.policies import ClockRule, Sla
from functions.shared.domain.quiet import Quiet
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.what_if import retold
from functions.shared.domain.working_time import WorkingTime
from tests.factories import AGENT, NOON, default_config, make_ticket
from tests.unit.sla_desk import SLA, Desk, as_written, minutes

FIRST = Metric.FIRST_RESPONSE


def with_clock(**rule: Any) -> Sla:
    """The promises of the stories, with another rule for the first response."""
    sla = deepcopy(SLA)
    sla["policies"][1]["clocks"] = {"first_response": rule}
    return Sla.model_validate(sla)


def night(_who: str, at: datetime) -> datetime | None:
    """Everybody but the duty phone sleeps in the second hour after noon, until two."""
    return minutes(120) if _who != "duty@desk.example" and minutes(60) <= at < minutes(120) else None


def told(desk: Desk, *kinds: type[TicketEvent]) -> list[Any]:
    return [event for event in desk.store.timeline(desk.id) if isinstance(event, kinds)]


CALLED = {"escalate": [{"after": "10m", "to": ["lead", "duty@desk.example"]}]}
ACTING = {"escalate": [{"after": "30m", "to": ["lead"], "raise_priority": "P0", "assign": "lead"}]}


class TestQuietHours:
    rules = SlaRules(with_clock(**CALLED), as_written, quiet_until=night)

    def test_a_notice_in_quiet_hours_is_held_and_the_timeline_says_so(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(70)
        (escalated,) = told(desk, TicketEscalated)
        assert escalated.recipients == ("duty@desk.example",)
        assert [(held.recipient, held.until) for held in escalated.held] == [("lead", minutes(120))]
        assert [reason.code for reason in escalated.reasons] == ["sla.escalated", "sla.held"]
        assert desk.next_act == 120

    def test_it_is_told_when_they_end_and_once(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(70)
        desk.watch(120)
        desk.watch(121)
        released = told(desk, NoticeReleased)
        assert [(event.about, event.level, event.recipients) for event in released] == [
            ("SlaBreached", 0, ("assignee",)),
            ("TicketEscalated", 1, ("lead",)),
        ]
        assert {event.occurred_at for event in released} == {minutes(120)}
        assert desk.ticket.clocks[FIRST].held == ()

    def test_nobody_is_woken_for_what_is_over(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(70)
        desk.reply(90)
        desk.watch(130)
        assert told(desk, NoticeReleased) == []

    def test_a_deadline_that_moved_into_the_future_lets_held_notices_go(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(70)
        desk.prioritise(80, Priority.P3)
        desk.watch(130)
        assert told(desk, NoticeReleased) == []

    def test_a_held_warning_gives_way_to_the_breach(self) -> None:
        rules = SlaRules(
            with_clock(warn=[{"at": "-15s"}]),
            as_written,
            quiet_until=lambda _, at: minutes(120) if at < minutes(120) else None,
        )
        desk = Desk(Priority.P1, rules)
        desk.watch(61)
        assert len(told(desk, SlaWarned)) == 1
        desk.watch(120)
        assert [event.about for event in told(desk, NoticeReleased)] == ["SlaBreached"]

    def test_of_p0_everybody_hears_at_once(self) -> None:
        desk = Desk(Priority.P0, SlaRules(with_clock(**CALLED), as_written, quiet_until=lambda *_: minutes(999)))
        desk.watch(70)
        assert told(desk, SlaBreached)[0].recipients == ("assignee",)
        assert told(desk, TicketEscalated)[0].held == ()


class TestQuiet:
    NIGHT = Quiet(hours=("22:00-08:00",))

    @pytest.mark.parametrize(
        ("at", "until"),
        [
            ("2026-03-02T21:59:59", None),
            ("2026-03-02T22:00:00", "2026-03-03T08:00:00"),
            ("2026-03-03T07:59:59", "2026-03-03T08:00:00"),
            ("2026-03-03T08:00:00", None),
        ],
    )
    def test_hours_are_those_of_the_desks_zone(self, at: str, until: str | None) -> None:
        shanghai = timedelta(hours=8)
        asked = datetime.fromisoformat(at).replace(tzinfo=UTC) - shanghai
        wanted = datetime.fromisoformat(until).replace(tzinfo=UTC) - shanghai if until else None
        assert self.NIGHT.until(asked, {}, "Asia/Shanghai") == wanted

    def test_hours_have_their_own_zone_where_they_say_so(self) -> None:
        quiet = Quiet(hours=("22:00-08:00",), timezone="America/New_York")
        assert quiet.until(datetime(2026, 3, 2, 5, tzinfo=UTC), {}, "Asia/Shanghai") == datetime(
            2026, 3, 2, 13, tzinfo=UTC
        )

    def test_outside_a_calendar_it_is_quiet_until_the_next_opening(self) -> None:
        office = WorkingTime(Sla.model_validate(SLA).calendars["office"])
        quiet = Quiet(calendar="office")
        friday_evening = datetime(2026, 3, 6, 12, tzinfo=UTC)
        assert quiet.until(friday_evening, {"office": office}, "UTC") == datetime(2026, 3, 9, 1, tzinfo=UTC)
        assert quiet.until(datetime(2026, 3, 9, 1, tzinfo=UTC), {"office": office}, "UTC") is None

    @pytest.mark.parametrize(
        "written",
        [
            {},
            {"hours": ["22:00-08:00"], "calendar": "office"},
            {"calendar": "office", "timezone": "UTC"},
            {"hours": ["00:00-24:00"]},
            {"hours": ["12:00-11:00", "10:00-13:00"]},
            {"hours": ["8-22"]},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, written: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Quiet.model_validate(written)


class TestAcknowledging:
    rules = SlaRules(
        with_clock(
            escalate=[
                {"after": "0m", "to": ["lead"]},
                {"after": "30m", "to": ["manager"]},
                {"after": "2h", "to": ["boss@x.cn"]},
            ],
            acknowledged_for="45m",
        ),
        as_written,
    )

    def acknowledge(self, desk: Desk, minute: float) -> None:
        desk.tickets.handle(desk.id, lambda t: decisions.acknowledge(t, actor=AGENT, now=minutes(minute)))

    def test_it_stands_on_the_timeline_who_looks_after_it(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        assert desk.ticket.clocks[FIRST].awaits_acknowledgement
        self.acknowledge(desk, 65)
        (event,) = told(desk, EscalationAcknowledged)
        assert (event.metric, event.level, event.actor.id) == (FIRST, 1, "li-na")
        assert not desk.ticket.clocks[FIRST].awaits_acknowledgement

    def test_further_levels_wait_for_the_time_that_the_policy_gives(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        self.acknowledge(desk, 65)
        desk.watch(109.9)
        assert [event.level for event in told(desk, TicketEscalated)] == [1]
        desk.watch(110)
        assert [event.level for event in told(desk, TicketEscalated)] == [1, 2]
        assert desk.ticket.clocks[FIRST].awaits_acknowledgement
        assert desk.next_act == 180  # later than the hold, so it is in its place

    def test_acknowledging_twice_is_once(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        self.acknowledge(desk, 65)
        self.acknowledge(desk, 70)
        assert len(told(desk, EscalationAcknowledged)) == 1

    def test_a_level_that_was_due_before_is_given_however_late_its_timer_is(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        self.acknowledge(desk, 91)
        assert [event.level for event in told(desk, TicketEscalated)] == [1, 2]

    def test_what_is_not_late_cannot_be_acknowledged(self) -> None:
        with pytest.raises(IllegalTransition):
            decisions.acknowledge(make_ticket(), actor=AGENT, now=NOON)
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        with pytest.raises(IllegalTransition):
            decisions.acknowledge(desk.ticket, actor=AGENT, now=minutes(61), metric=Metric.RESOLUTION)

    def test_another_deadline_is_not_acknowledged(self) -> None:
        desk = Desk(Priority.P1, self.rules)
        desk.watch(60)
        self.acknowledge(desk, 65)
        desk.prioritise(70, Priority.P3)
        assert desk.ticket.clocks[FIRST].acknowledged_at is None


class TestLevelsThatAct:
    def desk(self) -> Desk:
        def lead(ticket: Ticket, to: str) -> tuple[str, str | None]:
            assert to == "lead"
            return (ticket.team or "", "zhou-min")

        return Desk(Priority.P1, SlaRules(with_clock(**ACTING), as_written, assignee=lead))

    def test_a_level_raises_the_priority_and_hands_the_ticket_on(self) -> None:
        desk = self.desk()
        desk.watch(60)
        desk.watch(90)
        assert (desk.ticket.priority, desk.ticket.assignee) == (Priority.P0, "zhou-min")
        changed, assigned = told(desk, PriorityChanged, TicketAssigned)
        assert (changed.old, changed.new) == (Priority.P1, Priority.P0)
        assert (assigned.old_assignee, assigned.assignee) == (None, "zhou-min")
        assert {reason.code for event in (changed, assigned) for reason in event.reasons} == {"sla.level_acted"}

    def test_the_clocks_follow_the_raised_priority_in_the_same_commit(self) -> None:
        desk = self.desk()
        desk.watch(60)
        version = desk.ticket.version
        desk.watch(90)
        assert desk.ticket.version == version + 1
        moved = {event.metric: event.target for event in told(desk, ClockRetargeted)}
        assert moved == {FIRST: "15m", Metric.RESOLUTION: "4h"}

    def test_it_acts_once(self) -> None:
        desk = self.desk()
        for minute in (60, 90, 91, 200):
            desk.watch(minute)
        assert len(told(desk, TicketEscalated)) == 1

    def test_only_its_timer_lets_it_act_and_what_came_before_spares_it(self) -> None:
        desk = self.desk()
        desk.say(95)  # the timer is late
        assert told(desk, TicketEscalated) == []
        assert desk.next_act == 90
        desk.watch(96)
        assert len(told(desk, PriorityChanged)) == 1

    def test_a_later_level_does_not_overtake_it(self) -> None:
        rule = {"escalate": [*ACTING["escalate"], {"after": "40m", "to": ["manager"]}]}
        desk = self.desk()
        desk.rules = SlaRules(with_clock(**rule), as_written)
        desk.say(101)
        assert told(desk, TicketEscalated) == []
        desk.watch(102)
        assert [event.level for event in told(desk, TicketEscalated)] == [1, 2]


def test_another_policy_is_tried_with_the_levels_that_act() -> None:
    plain = Desk(Priority.P1, SlaRules(with_clock(escalate=[{"after": "30m", "to": ["lead"]}]), as_written))
    plain.watch(60)
    plain.watch(90)
    timeline = plain.store.timeline(plain.id)
    acting = [*ACTING["escalate"], {"after": "40m", "to": ["manager"]}]
    told = retold(timeline, SlaRules(with_clock(escalate=acting), as_written), minutes(300))
    assert [(event.occurred_at, event.new) for event in told if isinstance(event, PriorityChanged)] == [
        (minutes(90), Priority.P0)
    ]
    assert [event.level for event in told if isinstance(event, TicketEscalated)] == [1, 2]
    again = retold(told, SlaRules(with_clock(), as_written), minutes(300))
    assert [event for event in again if isinstance(event, PriorityChanged)] == []


def desk_with(**changes: Any) -> DeskConfig:
    return DeskConfig.model_validate({**default_config().content(), **changes})


def test_the_desk_knows_who_is_quiet_and_who_leads() -> None:
    content = default_config().content()
    people = [{**p, "quiet": {"hours": ["22:00-08:00"]}} if p["id"] == "zhou-min" else p for p in content["people"]]
    rules = clock_rules(desk_with(people=people))
    three = datetime(2026, 3, 2, 19, tzinfo=UTC)
    assert rules.reach.quiet_until("zhou-min", three) == three + timedelta(hours=5)
    assert rules.reach.quiet_until("li-na", three) is None
    assert rules.reach.quiet_until("boss@desk.example", three) is None

    ticket = make_ticket(team="engineering")
    assert rules.reach.assignee(ticket, "lead") == ("engineering", "lin-feng")
    assert rules.reach.assignee(ticket, "person:he-yun") == ("finance", "he-yun")
    assert rules.reach.assignee(ticket, "person:gao-yuan") == ("engineering", "gao-yuan")
    assert rules.reach.assignee(ticket, "team:finance") == ("finance", None)
    assert rules.reach.assignee(make_ticket(team=None), "lead") is None


def test_an_escalation_to_whom_there_is_not_is_refused_with_its_place() -> None:
    content = default_config().content()
    rule = content["policies"][0]["clocks"]["first_response"]
    rule["escalate"][1]["assign"] = "person:nobody"
    people = [*content["people"], {**content["people"][0], "id": "x", "email": "x@y.cn", "quiet": {"calendar": "none"}}]
    found = [str(fault) for fault in faults(desk_with(policies=content["policies"], people=people), NOON)]
    assert found == [
        'people[16].quiet.calendar: no calendar "none"',
        'policies[0].clocks.first_response.escalate[1].assign: no person "nobody"',
    ]


@pytest.mark.parametrize("assign", ["manager", "team:", "x@y.cn"])
def test_a_level_gives_the_ticket_to_somebody_definite(assign: str) -> None:
    with pytest.raises(ValidationError):
        ClockRule.model_validate({"escalate": [{"after": "1h", "to": ["lead"], "assign": assign}]})


def test_recipients_are_named_as_the_policy_meant_them() -> None:
    def resolved(_: Ticket, to: Sequence[str], _at: datetime) -> tuple[str, ...]:
        return tuple(f"<{one}>" for one in to)

    desk = Desk(Priority.P1, SlaRules(with_clock(breach_to=["lead", "boss@x.cn"]), resolved))
    desk.watch(60)
    assert told(desk, SlaBreached)[0].recipients == ("<lead>", "<boss@x.cn>")
