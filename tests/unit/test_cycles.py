"""All cycles of a ticket's clocks, out of its history."""

from collections.abc import Sequence
from itertools import cycle, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.events import ClockEvent, SlaBreached, TicketEvent
from functions.shared.contracts.words import Metric, Priority, Status
from functions.shared.domain.cycles import Cycle, Cycles, cycles_of
from functions.shared.domain.ticket import Ticket, event_id
from tests.unit.sla_desk import FIRST, NEXT, PRIORITIES, RESOLUTION, Desk, minutes, steps

Story = list[tuple[str, int]]


def history(story: Story) -> list[TicketEvent]:
    """What the timeline of a ticket says after a story; a step comes so many minutes after the last one."""
    desk = Desk()
    tell(desk, story)
    return desk.store.timeline(desk.id)


def tell(desk: Desk, story: Story) -> None:
    minute = 0
    for step, later in story:
        minute += later
        if step in PRIORITIES:
            desk.prioritise(minute, Priority(step))
        elif step not in ("wait", "resolve") or desk.ticket.status.is_active:
            getattr(desk, step)(minute)


def gists(cycles: Sequence[Cycle]) -> list[tuple[Metric, int, str]]:
    return [(cycle.clock.metric, cycle.clock.cycle, cycle.clock.result or cycle.clock.state) for cycle in cycles]


def test_every_cycle_is_there_with_what_happened_in_it() -> None:
    cycles = cycles_of(history([("reply", 10), ("wait", 10), ("resume", 60), ("resolve", 10), ("say", 100)]))
    assert gists(cycles.all) == [
        (FIRST, 1, "met"),
        (RESOLUTION, 1, "met"),
        (NEXT, 1, "running"),
        (RESOLUTION, 2, "running"),
    ]
    first, second = cycles.of(RESOLUTION)
    assert [(pause.since, pause.until, status) for pause, status in first.pauses] == [
        (minutes(20), minutes(80), Status.WAITING_CUSTOMER)
    ]
    assert [deadline.type for deadline in first.deadlines] == ["ClockStarted", "ClockResumed"]
    assert first.walk[-1].en == "Due Tue 3 Mar 2026 13:00."
    assert first.elapsed == minutes(30) - minutes(0)
    assert (second.is_finished, second.stop, second.elapsed) == (False, None, None)


def test_warnings_breach_and_escalations_belong_to_their_cycle() -> None:
    (cycle,) = cycles_of(history([("watch", 95)])).of(FIRST)
    assert [act.type for act in cycle.acts] == [
        "SlaWarned",
        "SlaWarned",
        "SlaBreached",
        "TicketEscalated",
        "TicketEscalated",
    ]


def test_what_comes_after_the_end_leaves_a_cycle_as_it_was() -> None:
    timeline = history([("reply", 10)])
    late = {"metric": FIRST, "cycle": 1, "due_at": minutes(60), "sequence": 99, "occurred_at": minutes(99)}
    common = timeline[0].model_dump(include={"event_id", "desk", "ticket_id", "actor"})
    breach = SlaBreached.model_validate({**common, **late})
    assert cycles_of([*timeline, breach]).all == cycles_of(timeline).all


def test_a_clock_that_moves_was_started() -> None:
    with pytest.raises(ValueError, match="before cycle 1 of first_response was started"):
        cycles_of([event for event in history([("reply", 10)]) if event.type != "ClockStarted"])


@settings(max_examples=100, deadline=None)
@given(story=steps, data=st.data())
def test_the_clocks_are_the_same_in_whatever_batches_the_events_arrive(story: Story, data: st.DataObject) -> None:
    timeline = history(story)
    whole = cycles_of(timeline)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(timeline)), max_size=6)))
    so_far = Cycles()
    for start, end in pairwise([0, *cuts, len(timeline)]):
        repeated = data.draw(st.integers(0, start))
        batch = data.draw(st.permutations(timeline[repeated:end]))
        finished = [cycle for cycle in so_far if cycle.is_finished]
        so_far = so_far.after([*batch, *batch[:2]])
        assert all(cycle in so_far.all for cycle in finished)
    assert so_far == whole


@settings(max_examples=60, deadline=None)
@given(story=steps)
def test_the_newest_cycle_of_each_metric_is_the_tickets_clock(story: Story) -> None:
    desk = Desk()
    tell(desk, story)
    newest = {cycle.clock.metric: cycle.clock for cycle in cycles_of(desk.store.timeline(desk.id))}
    assert newest == desk.ticket.clocks


def stored_in_batches(facts: list[TicketEvent], sizes: Sequence[int]) -> Desk:
    """A desk that stores what happened to the ticket so many events at a time."""
    desk = Desk(None)
    left, counts = facts, cycle(sizes)
    while left:
        size = next(counts)
        batch, left = left[:size], left[size:]
        desk.tickets.handle(desk.id, lambda ticket, batch=batch: numbered(ticket, batch))
    return desk


def numbered(ticket: Ticket, events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """The events as the next ones of the ticket."""
    return [
        event.model_copy(update={"sequence": number, "event_id": event_id(ticket.id, number)})
        for number, event in enumerate(events, ticket.sequence + 1)
    ]


@settings(max_examples=300, deadline=None)
@given(story=steps, sizes=st.lists(st.integers(1, 5), min_size=1))
def test_the_clocks_are_the_same_however_many_events_are_stored_at_once(story: Story, sizes: list[int]) -> None:
    facts = [event for event in history(story)[1:] if not isinstance(event, ClockEvent)]
    at_once, one_by_one = stored_in_batches(facts, sizes), stored_in_batches(facts, [1])
    assert at_once.ticket.clocks == one_by_one.ticket.clocks
    cycles = [cycles_of(desk.store.timeline(desk.id)).all for desk in (at_once, one_by_one)]
    assert sorted(one.clock.model_dump_json() for one in cycles[0]) == sorted(
        one.clock.model_dump_json() for one in cycles[1]
    )
