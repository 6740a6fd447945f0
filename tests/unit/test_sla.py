"""What happens to a ticket's clocks, told as stories of one desk."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.shared.contracts.events import (
    ClockPaused,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketTriaged,
    TicketUpdated,
)
from functions.shared.contracts.words import Metric, Priority, Status
from functions.shared.domain.policies import Sla
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import replay
from tests.factories import NOON, SYSTEM
from tests.unit.sla_desk import FIRST, NEXT, PRIORITIES, RESOLUTION, SLA, Desk, as_written, gist, minutes, steps

LATER: dict[str, Any] = {"id": "by-rule", "calendar": "always", "targets": {"P2": {"first_response": "1h"}}}


def test_a_triaged_ticket_has_its_deadlines_from_when_it_was_opened() -> None:
    desk = Desk(None)
    assert desk.ticket.clocks == {}
    desk.triage(2, Priority.P1)
    assert (desk.due(FIRST), desk.due(RESOLUTION)) == (60, 24 * 60)
    assert desk.next_act == 30
    started = next(event for event in desk.store.timeline(desk.id) if isinstance(event, ClockStarted))
    assert started.config_version == 7
    assert [reason.en for reason in started.reasons] == ["Policy standard promises P1 a first response within 1h."]
    assert started.walk[-1].en == "Due Mon 2 Mar 2026 13:00."


def test_working_hours_and_working_days_count_by_their_calendar() -> None:
    desk = Desk(Priority.P2)
    first, resolution = (desk.ticket.clocks[metric].due_at for metric in (FIRST, RESOLUTION))
    assert first == datetime.fromisoformat("2026-03-02T17:30+08:00")
    assert resolution == datetime.fromisoformat("2026-03-05T13:30+08:00")


def test_the_first_policy_whose_condition_holds_is_the_one() -> None:
    desk = Desk(Priority.P2, company={"id": "com_00000001", "name": "Acme", "tier": "vip"})
    assert desk.ticket.clocks[FIRST].policy == "vip"
    assert desk.due(FIRST) == 5


def test_a_metric_without_a_target_is_measured_and_never_late() -> None:
    desk = Desk(Priority.P3)
    assert desk.due(RESOLUTION) is None
    desk.resolve(100_000)
    stopped = desk.ticket.clocks[RESOLUTION]
    assert (stopped.state, stopped.result) == ("stopped", "met")


def test_a_human_reply_stops_the_first_response_and_a_machine_does_not() -> None:
    desk = Desk()
    desk.reply(10, actor=SYSTEM)
    assert desk.ticket.clocks[FIRST].state == "running"
    desk.reply(20)
    assert desk.ticket.clocks[FIRST].result == "met"
    assert ("ClockStopped", "first_response", "met") in desk.happened(ClockStopped)


def test_a_reply_at_the_deadline_is_in_time_and_after_it_is_late() -> None:
    desk = Desk()
    desk.reply(60)
    assert desk.ticket.clocks[FIRST].result == "met"
    desk = Desk()
    desk.reply(60.001)
    assert desk.ticket.clocks[FIRST].result == "breached"


def test_a_breach_stands_on_the_timeline_even_if_the_reply_came_before_the_timer() -> None:
    desk = Desk()
    desk.reply(61)
    assert desk.happened(SlaBreached, TicketEscalated, ClockStopped) == [
        ("SlaBreached", "first_response"),
        ("TicketEscalated", "first_response", "1"),
        ("ClockStopped", "first_response", "breached"),
    ]


def test_the_next_response_is_awaited_from_the_oldest_unanswered_message() -> None:
    desk = Desk()
    desk.say(5)
    assert NEXT not in desk.ticket.clocks
    desk.reply(10)
    desk.say(20)
    desk.say(25)
    desk.say(26, is_machine=True)
    assert desk.due(NEXT) == 140
    desk.reply(30)
    assert desk.ticket.clocks[NEXT].result == "met"
    desk.say(40)
    assert (desk.ticket.clocks[NEXT].cycle, desk.due(NEXT)) == (2, 160)


def test_waiting_pauses_what_the_policy_says() -> None:
    desk = Desk()
    desk.reply(10, then_wait=True)
    assert desk.happened(ClockPaused) == [("ClockPaused", "resolution", "waiting_customer")]
    assert desk.due(RESOLUTION) is None
    desk.say(70)
    assert desk.due(RESOLUTION) == 25 * 60


def test_waiting_for_another_pauses_only_where_it_is_said() -> None:
    desk = Desk()
    desk.wait(10)
    desk.wait(20, Status.WAITING_THIRD_PARTY)
    assert desk.ticket.clocks[RESOLUTION].state == "running"
    assert desk.due(RESOLUTION) == 24 * 60 + 10


def test_resolving_while_paused_deducts_the_pause() -> None:
    desk = Desk(Priority.P0)
    desk.reply(5, then_wait=True)
    desk.resolve(600)
    stopped = next(
        event
        for event in desk.store.timeline(desk.id)
        if isinstance(event, ClockStopped) and event.metric is RESOLUTION
    )
    assert (stopped.result, stopped.elapsed) == ("met", timedelta(minutes=5))
    assert desk.next_act is None


def test_a_higher_priority_keeps_the_start_and_swaps_the_target() -> None:
    desk = Desk(Priority.P1)
    desk.prioritise(5, Priority.P0)
    assert (desk.due(FIRST), desk.due(RESOLUTION)) == (15, 240)
    assert ("ClockRetargeted", "first_response", "15m") in desk.happened(ClockRetargeted)
    assert desk.acts() == []


def test_a_higher_priority_whose_deadline_has_passed_is_a_breach_at_once() -> None:
    desk = Desk(Priority.P1)
    desk.prioritise(40, Priority.P0)
    assert desk.acts() == [
        ("SlaWarned", "first_response", "50%"),
        ("SlaWarned", "first_response", "-30m"),
        ("SlaBreached", "first_response"),
        ("TicketEscalated", "first_response", "1"),
    ]
    breach = next(event for event in desk.store.timeline(desk.id) if isinstance(event, SlaBreached))
    assert [reason.code for reason in breach.reasons] == ["sla.breached_on_change"]
    assert desk.next_act == 70


def test_a_lower_priority_gives_time_again() -> None:
    desk = Desk(Priority.P0)
    desk.watch(16)
    desk.prioritise(20, Priority.P1)
    clock = desk.ticket.clocks[FIRST]
    assert (clock.breached_at, clock.escalation_level, desk.due(FIRST)) == (None, 0, 60)
    desk.reply(50)
    assert desk.ticket.clocks[FIRST].result == "met"


def test_every_threshold_acts_once_in_order_and_names_whom_to_tell() -> None:
    desk = Desk(Priority.P1)
    for minute in (29, 30, 30, 31, 59, 60, 60, 61, 90, 95, 200):
        desk.watch(minute)
    assert desk.acts() == [
        ("SlaWarned", "first_response", "50%"),
        ("SlaWarned", "first_response", "-30m"),
        ("SlaBreached", "first_response"),
        ("TicketEscalated", "first_response", "1"),
        ("TicketEscalated", "first_response", "2"),
    ]
    told = [event for event in desk.store.timeline(desk.id) if isinstance(event, SlaWarned | TicketEscalated)]
    assert [event.recipients for event in told] == [
        ("assignee",),
        ("assignee", "lead"),
        ("lead",),
        ("manager", "boss@desk.example"),
    ]
    assert told[-1].reasons[0].en == ("The first response, due Mon 2 Mar 2026 13:00, is 30m late: escalation level 2.")


def test_what_a_lost_timer_missed_is_given_at_the_next_look() -> None:
    desk = Desk(Priority.P1)
    desk.watch(200)
    assert [act[:1] + act[2:] for act in desk.acts()] == [
        ("SlaWarned", "50%"),
        ("SlaWarned", "-30m"),
        ("SlaBreached",),
        ("TicketEscalated", "1"),
        ("TicketEscalated", "2"),
    ]


def test_nothing_is_early() -> None:
    desk = Desk(Priority.P1)
    desk.watch(29.99999)
    assert desk.acts() == []


def test_a_timer_is_renewed_only_when_it_moves() -> None:
    desk = Desk(Priority.P1)
    generation = desk.ticket.timer_generation
    desk.say(3)
    assert desk.ticket.timer_generation == generation
    desk.watch(30)
    assert desk.ticket.timer_generation == generation + 1


def test_reopening_begins_a_new_cycle_and_leaves_the_finished_one_alone() -> None:
    desk = Desk()
    desk.reply(5)
    desk.resolve(30)
    desk.say(100)
    clock = desk.ticket.clocks[RESOLUTION]
    assert (clock.cycle, clock.started_at, desk.due(RESOLUTION)) == (2, minutes(100), 100 + 24 * 60)
    assert desk.due(NEXT) == 220
    assert [gist[1:] for gist in desk.happened(ClockStopped)] == [("first_response", "met"), ("resolution", "met")]


def test_resolving_answers_the_customer() -> None:
    desk = Desk()
    desk.resolve(30)
    assert {clock.metric: clock.result for clock in desk.ticket.clocks.values()} == {FIRST: "met", RESOLUTION: "met"}
    assert desk.next_act is None


def test_what_a_machine_sent_awaits_no_answer() -> None:
    desk = Desk(is_machine=True)
    assert list(desk.ticket.clocks) == [RESOLUTION]


def test_an_answer_before_triage_counts_from_when_it_was_given() -> None:
    desk = Desk(None)
    desk.reply(10)
    desk.triage(100, Priority.P1)
    assert desk.ticket.clocks[FIRST].result == "met"


def test_a_warning_that_would_lie_before_the_deadline_was_known_is_not_given() -> None:
    desk = Desk(None)
    desk.triage(45, Priority.P1)
    assert desk.acts() == []
    assert desk.next_act == 60


def test_a_breach_before_a_pause_stands() -> None:
    desk = Desk(Priority.P0)
    desk.wait(300)
    assert ("SlaBreached", "resolution") in desk.acts()
    assert desk.due(RESOLUTION) == 240
    desk.resume(400)
    desk.watch(1000)
    assert [act for act in desk.acts() if act[0] == "SlaBreached"] == [
        ("SlaBreached", "first_response"),
        ("SlaBreached", "resolution"),
    ]


def test_a_calendar_that_ran_out_stops_no_work() -> None:
    once = {"timezone": "UTC", "open": [{"date": "2026-01-01", "hours": ["09:00-10:00"]}]}
    sla = Sla.model_validate({**SLA, "calendars": {**SLA["calendars"], "always": once}})
    desk = Desk(rules=SlaRules(sla, as_written))
    assert desk.due(FIRST) is None
    desk.reply(10)
    assert desk.ticket.clocks[FIRST].result == "met"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"clocks": {"resolution": {"pause": ["lunch"]}}}, ("clocks", "resolution", "pause", 0)),
        ({"clocks": {"resolution": {"pause": ["resolved"]}}}, ("clocks", "resolution", "pause", 0)),
        ({"clocks": {"resolution": {"warn": [{"at": "120%"}]}}}, ("clocks", "resolution", "warn", 0, "at")),
        ({"clocks": {"resolution": {"warn": [{"at": "50%"}] * 2}}}, ("clocks", "resolution")),
        ({"clocks": {"resolution": {"warn": [{"at": "50%", "to": ["boss"]}]}}}, ("clocks", "resolution", "warn", 0)),
        ({"clocks": {"resolution": {"escalate": [{"after": "1d", "to": ["lead"]}]}}}, ("clocks", "resolution")),
        ({"targets": {"P0": {"resolution": "-4h"}}}, ("targets", "P0", "resolution")),
        ({"targets": {"P9": {}}}, ("targets", "P9")),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_the_place(change: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        Sla.model_validate({"policies": [{"id": "a", "calendar": "x", "targets": {}, **change}]})
    assert refused.value.errors()[0]["loc"][: 2 + len(place)] == ("policies", 0, *place)


def test_a_policy_may_only_name_calendars_that_exist() -> None:
    targets = {"P0": {"calendar": "nights", "resolution": {"target": "4h", "calendar": "moon"}}}
    sla = Sla.model_validate({**SLA, "policies": [{"id": "a", "calendar": "office", "targets": targets}]})
    assert [place for place, _ in sla.faults()] == [
        ("policies", 0, "targets", "P0", "calendar"),
        ("policies", 0, "targets", "P0", "resolution", "calendar"),
    ]


@settings(max_examples=60, deadline=None)
@given(story=steps, sweeps=st.booleans())
def test_each_threshold_acts_once_for_each_deadline_whatever_happens(
    story: list[tuple[str, int]], sweeps: bool
) -> None:
    desk = Desk()
    minute = 0
    for step, later in story:
        minute += later
        if sweeps:
            desk.watch(minute)
        if step in PRIORITIES:
            if desk.ticket.status is not Status.CLOSED:
                desk.prioritise(minute, Priority(step))
        elif step in ("wait", "resolve") and not desk.ticket.status.is_active:
            continue
        else:
            getattr(desk, step)(minute)
    timeline = desk.store.timeline(desk.id)

    assert replay(timeline).clocks == desk.ticket.clocks
    given_: list[tuple[Any, ...]] = []
    deadline: dict[Metric, int] = {}
    for event in timeline:
        if isinstance(event, ClockStarted | ClockRetargeted):
            deadline[event.metric] = event.sequence
        elif isinstance(event, SlaWarned | SlaBreached | TicketEscalated):
            assert event.due_at is not None
            given_.append((*gist(event), event.cycle, deadline[event.metric]))
    assert len(given_) == len(set(given_))
    stops = [(event.metric, event.cycle) for event in timeline if isinstance(event, ClockStopped)]
    assert len(stops) == len(set(stops))


def test_a_policy_that_a_rule_chose_says_what_is_promised_and_the_clock_says_why():
    rules = SlaRules(Sla.model_validate({**SLA, "policies": [*SLA["policies"], LATER]}), as_written)
    desk = Desk(priority=None, rules=rules)
    triaged = {"actor": SYSTEM, "now": NOON, "priority": Priority.P2, "team": "first-line", "policy": "by-rule"}
    desk.tickets.handle(desk.id, lambda ticket: [ticket.happening(TicketTriaged, **triaged)])

    clock = desk.ticket.clocks[Metric.FIRST_RESPONSE]
    assert (clock.policy, clock.due_at) == ("by-rule", NOON + timedelta(hours=1))
    started = next(event for event in desk.store.timeline(desk.id) if isinstance(event, ClockStarted))
    assert [reason.code for reason in started.reasons] == ["sla.promised", "sla.policy_by_rule"]


def test_where_the_chosen_policy_has_gone_the_conditions_choose():
    desk = Desk(priority=None)
    triaged = {"actor": SYSTEM, "now": NOON, "priority": Priority.P1, "team": "first-line", "policy": "gone"}
    desk.tickets.handle(desk.id, lambda ticket: [ticket.happening(TicketTriaged, **triaged)])

    assert desk.ticket.clocks[Metric.FIRST_RESPONSE].policy == "standard"


def test_a_policy_that_is_chosen_later_keeps_the_start_and_swaps_the_target():
    rules = SlaRules(Sla.model_validate({**SLA, "policies": [*SLA["policies"], LATER]}), as_written)
    desk = Desk(priority=Priority.P2, rules=rules)
    change = {"actor": SYSTEM, "now": minutes(10), "policy": "by-rule"}
    desk.tickets.handle(desk.id, lambda ticket: [ticket.happening(TicketUpdated, **change)])

    clock = desk.ticket.clocks[Metric.FIRST_RESPONSE]
    assert (clock.policy, clock.due_at, clock.started_at) == ("by-rule", NOON + timedelta(hours=1), NOON)
