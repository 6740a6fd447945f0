"""Whatever people do and whatever is edited: escalation ends, repeats nothing, and forgets nobody it held back."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.events import NoticeReleased, SlaBreached, SlaWarned, TicketEscalated
from functions.shared.contracts.words import Priority
from functions.shared.domain import decisions
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket, replay
from tests.factories import AGENT, make_message
from tests.unit.sla_desk import PRIORITIES, Desk, as_written, minutes
from tests.unit.test_escalation import with_clock

LEVELS: list[dict[str, Any]] = [
    {"after": "0m", "to": ["lead"]},
    {"after": "20m", "to": ["lead"], "raise_priority": "P1", "assign": "lead"},
    {"after": "45m", "to": ["manager", "boss@desk.example"], "raise_priority": "P0"},
    {"after": "2h", "to": ["manager"]},
]
CLOCK = {"warn": [{"at": "50%"}], "escalate": LEVELS, "acknowledged_for": "30m"}


def sleeping(who: str, at: datetime) -> datetime | None:
    """Leads sleep in every second hour."""
    hour = int((at - minutes(0)) / timedelta(hours=1))
    return minutes((hour + 1) * 60) if who == "lead" and hour % 2 else None


def lead(ticket: Ticket, _to: str) -> tuple[str, str | None]:
    return (ticket.team or "first-line", "zhou-min")


RULES = [
    SlaRules(with_clock(**rule), as_written, version, quiet_until=sleeping, assignee=lead)
    for version, rule in enumerate((CLOCK, {**CLOCK, "escalate": LEVELS[:1]}, {}), 1)
]
STEPS = st.sampled_from(("watch", "note", "reply", "customer", "wait", "resume", "acknowledge", "priority", "edit"))


def take(desk: Desk, step: str, minute: float, number: int) -> None:
    match step:
        case "watch":
            desk.watch(minute)
        case "note":
            desk.tickets.handle(
                desk.id, lambda t: decisions.note(t, make_message("-"), actor=AGENT, now=minutes(minute))
            )
        case "reply":
            desk.reply(minute)
        case "customer":
            desk.say(minute)
        case "wait":
            desk.wait(minute)
        case "resume":
            desk.resume(minute)
        case "acknowledge":
            try:
                desk.tickets.handle(desk.id, lambda t: decisions.acknowledge(t, actor=AGENT, now=minutes(minute)))
            except IllegalTransition:
                return
        case "priority":
            desk.prioritise(minute, Priority(PRIORITIES[number % 4]))
        case "edit":
            rules = desk.rules = RULES[number % 3]
            desk.tickets.handle(desk.id, lambda t: rules.renew(t, minutes(minute)))
            desk.tickets.renew_timer(desk.id)
            assert rules.renew(desk.ticket, minutes(minute)) == []


@settings(max_examples=60, deadline=None)
@given(
    priority=st.sampled_from(PRIORITIES),
    steps=st.lists(st.tuples(STEPS, st.integers(0, 90), st.integers(0, 11)), max_size=14),
)
def test_escalation_ends_and_repeats_nothing(priority: str, steps: list[tuple[str, int, int]]) -> None:
    desk, minute = Desk(Priority(priority), RULES[0]), 1.0
    for step, after, number in steps:
        minute += after
        take(desk, step, minute, number)
        if step == "watch":
            assert desk.next_act is None or desk.next_act > minute

    for _ in range(200):  # every timer goes off in its time; this is many more than there can be
        if desk.next_act is None:
            break
        minute = max(minute, desk.next_act)
        desk.watch(minute)
    assert desk.next_act is None

    timeline = desk.store.timeline(desk.id)
    acts = [event for event in timeline if isinstance(event, SlaWarned | SlaBreached | TicketEscalated)]
    told = Counter(
        (
            event.type,
            event.metric,
            event.cycle,
            event.due_at,
            getattr(event, "level", ""),
            getattr(event, "threshold", ""),
        )
        for event in acts
    )
    repeated = {key for key, times in told.items() if times > 1 and key[0] == "TicketEscalated"}
    assert not _within_one_deadline(timeline, repeated)
    released = [
        (event.cause, who) for event in timeline if isinstance(event, NoticeReleased) for who in event.recipients
    ]
    assert len(set(released)) == len(released)
    for clock in desk.ticket.clocks.values():
        assert clock.state != "running" or clock.held == ()
    fold = replay(timeline)
    assert (fold.clocks, fold.priority) == (desk.ticket.clocks, desk.ticket.priority)


def _within_one_deadline(timeline: list[Any], keys: set[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Levels that were called twice although the clock's target did not change in between."""
    found = []
    for _, metric, cycle, due_at, level, _ in keys:
        called = False
        for event in timeline:
            if getattr(event, "metric", None) is not metric or getattr(event, "cycle", None) != cycle:
                continue
            if event.type in ("ClockRetargeted", "ClockStarted"):
                called = False
            if event.type == "TicketEscalated" and (event.due_at, event.level) == (due_at, level):
                if called:
                    found.append((metric, cycle, due_at, level))
                called = True
    return found
