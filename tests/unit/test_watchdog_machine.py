"""The watchdog against whatever may happen between its calls: lost, doubled and reordered messages, and crashes.

Hypothesis chooses what happens next. Whatever it was, no threshold is ever given early or twice, and once the sweeps
have gone by, every one was given.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.shared.contracts.events import SlaBreached, SlaWarned, TicketEscalated, TicketEvent
from functions.shared.contracts.words import DeletionReason, Metric, TicketId
from functions.shared.domain import decisions
from functions.shared.domain.deletion import delete
from functions.shared.domain.limits import Quota
from functions.shared.domain.shares import NOTHING, Shares
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.timers import TimerMessage
from functions.shared.ticketing import NaturalKey, Tickets
from functions.sla_watchdog.keeping import Change, TimerKeeper
from functions.sla_watchdog.service import Sweep, Watchdog
from tests.factories import AGENT, NOON, make_message
from tests.fakes import CountedIds, InMemoryTickets
from tests.unit.test_sla_watchdog import acts, make_rules, open_and_triage

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUE = {
    ("SlaWarned", Metric.FIRST_RESPONSE, 0): 30 * MINUTE,
    ("SlaBreached", Metric.FIRST_RESPONSE, 0): HOUR,
    ("TicketEscalated", Metric.FIRST_RESPONSE, 1): HOUR,
    ("TicketEscalated", Metric.FIRST_RESPONSE, 2): 100 * MINUTE,
    ("SlaWarned", Metric.RESOLUTION, 0): 4 * HOUR,
    ("SlaBreached", Metric.RESOLUTION, 0): 8 * HOUR,
    ("TicketEscalated", Metric.RESOLUTION, 1): 8 * HOUR,
    ("TicketEscalated", Metric.RESOLUTION, 2): 8 * HOUR + 40 * MINUTE,
}


class Crashed(Exception):
    """The function was killed here."""


class Told(InMemoryTickets):
    """Tickets whose stream holds every change of a timer."""

    def __init__(self, machine: "Machine") -> None:
        super().__init__()
        self._machine = machine

    def append(
        self,
        ticket: Ticket,
        events: Sequence[TicketEvent],
        keys_: Sequence[NaturalKey] = (),
        *,
        shares: Shares = NOTHING,
        quota: Quota | None = None,
    ) -> None:
        self._machine.between_calls()
        old = self.heads.get(ticket.id)
        super().append(ticket, events, keys_, shares=shares, quota=quota)
        self._machine.stream.append(Change(ticket.id, old.timer if old else None, ticket.timer))
        self._machine.between_calls()


class Machine(RuleBasedStateMachine):
    """One ticket, its watchdog, and the world around them, in which nothing can be relied on."""

    def __init__(self) -> None:
        super().__init__()
        self.time = NOON
        self.calls_until_crash: int | None = None
        self.stream: list[Change] = []
        self.queue: list[tuple[datetime, TimerMessage]] = []
        self.schedules: dict[TicketId, tuple[datetime, TimerMessage]] = {}
        self.store = Told(self)
        self.rules_ = make_rules()
        self.tickets = Tickets(self.store, lambda: self.rules_, CountedIds())
        self.keeper = TimerKeeper(self, self)
        self.dog = Watchdog(self.tickets, lambda: self.rules_, self, now=lambda: self.time, sleep=self.sleep)
        self.swept = Sweep(self.store, self)

    @initialize()
    def triaged(self) -> None:
        self.ticket = open_and_triage(self.tickets, NOON)

    def between_calls(self) -> None:
        if self.calls_until_crash is not None:
            if self.calls_until_crash == 0:
                self.calls_until_crash = None
                raise Crashed
            self.calls_until_crash -= 1

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    # What the keeper and the watchdog call.

    def send(self, message: TimerMessage, delay: timedelta = timedelta(0)) -> None:
        self.between_calls()
        self.queue.append((self.time + max(timedelta(0), min(delay, 15 * MINUTE)), message))
        self.between_calls()

    def put(self, message: TimerMessage, at: datetime) -> None:
        self.between_calls()
        self.schedules[message.ticket_id] = (at, message)
        self.between_calls()

    def remove(self, ticket_id: TicketId) -> None:
        self.between_calls()
        self.schedules.pop(ticket_id, None)
        self.between_calls()

    # What may happen.

    @rule(calls=st.integers(0, 5))
    def the_next_function_dies(self, calls: int) -> None:
        self.calls_until_crash = calls

    @rule(minutes=st.sampled_from((1, 5, 14, 29, 31, 60, 200)))
    def time_passes(self, minutes: int) -> None:
        self.time += minutes * MINUTE

    @precondition(lambda self: self.stream)
    @rule(is_doubled=st.booleans())
    def the_stream_is_read(self, is_doubled: bool) -> None:
        change = self.stream[0]
        try:
            self.keeper.keep(change, self.time)
        except Crashed:
            return  # it comes again
        if not is_doubled:
            self.stream.pop(0)

    @precondition(lambda self: self.schedules)
    @rule(late_s=st.integers(0, 59))
    def a_schedule_fires(self, late_s: int) -> None:
        (at, message) = self.schedules.pop(self.ticket)
        self.time = max(self.time, at + timedelta(seconds=late_s))
        self.queue.append((self.time, message))

    @precondition(lambda self: self.queue)
    @rule(data=st.data(), is_doubled=st.booleans())
    def a_message_arrives(self, data: st.DataObject, is_doubled: bool) -> None:
        """Any of them, so that they overtake one another."""
        arrived = data.draw(st.sampled_from(self.queue))
        self.time = max(self.time, arrived[0])
        try:
            self.dog.look(arrived[1])
        except Crashed:
            return  # it comes again
        if not is_doubled:
            self.queue.remove(arrived)

    @precondition(lambda self: self.queue or self.schedules or self.stream)
    @rule()
    def everything_is_lost(self) -> None:
        self.queue.clear()
        self.schedules.clear()
        self.stream.clear()

    @rule()
    def an_agent_writes_a_note(self) -> None:
        self.calls_until_crash = None
        self.tickets.handle(
            self.ticket, lambda ticket: decisions.note(ticket, make_message("-"), actor=AGENT, now=self.time)
        )

    @rule()
    def the_sweep_runs(self) -> None:
        try:
            self.swept.find_lost(self.time)
        except Crashed:
            return

    # What must hold.

    @invariant()
    def nothing_is_early_or_doubled(self) -> None:
        given = [(event.type, event.metric, getattr(event, "level", 0)) for event in self.given()]
        assert len(set(given)) == len(given)
        for event, key in zip(self.given(), given, strict=True):
            assert event.occurred_at >= NOON + DUE[key]

    def given(self) -> list[SlaWarned | SlaBreached | TicketEscalated]:
        return acts(self.store, self.ticket) if hasattr(self, "ticket") else []

    def teardown(self) -> None:
        """However badly it went: a sweep each quarter of an hour, and what it finds arrives."""
        if not hasattr(self, "ticket"):
            return
        self.everything_is_lost()
        self.calls_until_crash = None
        end = max(self.time, NOON) + 10 * HOUR
        while self.time < end:
            for message in self.swept.find_lost(self.time):
                self.dog.look(message)
            self.time += 15 * MINUTE
        given = {(event.type, event.metric, getattr(event, "level", 0)) for event in self.given()}
        assert given == set(DUE)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


class DeletingMachine(Machine):
    """The same, where a manager may delete the ticket at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[TicketEvent] | None = None

    @precondition(lambda self: self.history is None)
    @rule()
    def a_manager_deletes_it(self) -> None:
        self.calls_until_crash = None
        self.tickets.handle(
            self.ticket, lambda it: delete(it, reason=DeletionReason.SPAM, note="", actor=AGENT, now=self.time)
        )
        self.history = list(self.store.events[self.ticket])

    @precondition(lambda self: self.history is None)
    @rule()
    def an_agent_writes_a_note(self) -> None:
        super().an_agent_writes_a_note()

    @invariant()
    def nothing_happens_to_what_was_deleted(self) -> None:
        if self.history is not None:
            assert self.store.events[self.ticket] == self.history
            assert not list(self.store.timers_due(self.time + 100 * HOUR))

    def given(self) -> list[SlaWarned | SlaBreached | TicketEscalated]:
        events = self.store.events.get(getattr(self, "ticket", ""), [])
        return [event for event in events if isinstance(event, SlaWarned | SlaBreached | TicketEscalated)]

    def teardown(self) -> None:
        if self.history is None:
            super().teardown()


TestDeletingMachine = DeletingMachine.TestCase
TestDeletingMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
