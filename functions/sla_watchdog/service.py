"""One timer for each ticket: kept where the ticket's head says, acted on when it goes off, searched for when lost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.words import TicketId
from functions.shared.domain.clocks import Timer
from functions.shared.domain.errors import TicketNotFound
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.timers import LONGEST_DELAY, TimerMessage
from functions.shared.ticketing import Tickets

EARLY: Final = timedelta(minutes=1)
"""Schedules fire up to a minute late, so they are set so much early; the queue's delay brings the rest."""
WAITED_OUT: Final = timedelta(seconds=2)
"""A message that comes so little early is held in hand: the queue counts whole seconds only."""
OVERDUE: Final = timedelta(minutes=1)
"""A timer is lost when it should have gone off so long ago."""


class Queue(Protocol):
    def send(self, message: TimerMessage, delay: timedelta = ...) -> None: ...


class Schedules(Protocol):
    def put(self, message: TimerMessage, at: datetime) -> None: ...

    def remove(self, ticket_id: TicketId) -> None: ...


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...

    def timers_due(self, until: datetime) -> Iterator[TicketId]: ...


class Clocks(Protocol):
    def due_acts(self, ticket: Ticket, now: datetime) -> Sequence[TicketEvent]: ...


@dataclass(frozen=True)
class Change:
    """How a commit changed a ticket's timer."""

    ticket_id: TicketId
    old: Timer | None
    new: Timer | None


class TimerKeeper:
    """Sets, moves and removes a ticket's timer as its head says."""

    def __init__(self, queue: Queue, schedules: Schedules) -> None:
        self._queue = queue
        self._schedules = schedules

    def keep(self, change: Change, now: datetime) -> None:
        """Bring the timer to where the head has it; doing so again changes nothing that matters."""
        if change.old == change.new:
            return
        if change.new and change.new.at - now > LONGEST_DELAY:
            message = _message(change.ticket_id, change.new)
            self._schedules.put(message, max(now, change.new.at - EARLY))
            return
        if change.old and change.old.at > now:
            self._schedules.remove(change.ticket_id)
        if change.new:
            self._queue.send(_message(change.ticket_id, change.new), change.new.at - now)


class Looked(StrEnum):
    """What came of a timer that went off."""

    ACTED = "acted"
    STALE = "stale"
    EARLY = "early"


class Watchdog:
    """Gives the warnings, breaches and escalations whose instant has come."""

    def __init__(
        self,
        tickets: Tickets,
        clocks: Callable[[], Clocks],
        queue: Queue,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._tickets = tickets
        self._clocks = clocks
        self._queue = queue
        self._now = now
        self._sleep = sleep

    def look(self, message: TimerMessage) -> Looked:
        """Act on the ticket if its timer is still the one that the message is of, and never before its time."""
        left = message.at - self._now()
        if left > WAITED_OUT:
            self._queue.send(message, left)
            return Looked.EARLY
        while left > timedelta(0):
            self._sleep(left.total_seconds())
            left = message.at - self._now()
        is_ours = False

        def act(ticket: Ticket) -> Sequence[TicketEvent]:
            nonlocal is_ours
            is_ours = ticket.timer is not None and ticket.timer.generation == message.generation
            return self._clocks().due_acts(ticket, self._now()) if is_ours else []

        try:
            before = self._tickets.handle(message.ticket_id, act)
        except TicketNotFound:
            return Looked.STALE
        if not is_ours:
            return Looked.STALE
        if before.timer and before.timer.generation == message.generation:
            self._tickets.renew_timer(message.ticket_id)  # what it was set for is no longer promised
        return Looked.ACTED


class Sweep:
    """Finds the timers that should have gone off and did not."""

    def __init__(self, heads: Heads, queue: Queue) -> None:
        self._heads = heads
        self._queue = queue

    def find_lost(self, now: datetime) -> list[TimerMessage]:
        """Let every overdue timer go off now; returns them."""
        found = []
        until = now - OVERDUE
        for ticket_id in self._heads.timers_due(until):
            try:
                timer = self._heads.get(ticket_id).timer
            except TicketNotFound:
                continue
            if timer and timer.at <= until:
                message = _message(ticket_id, timer)
                self._queue.send(message)
                found.append(message)
        return found


def _message(ticket_id: TicketId, timer: Timer) -> TimerMessage:
    return TimerMessage(ticket_id=ticket_id, generation=timer.generation, at=timer.at)
