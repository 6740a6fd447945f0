"""One timer for each ticket: acted on when it goes off, searched for when it is lost."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.words import TicketId
from functions.shared.domain.errors import TicketNotFound
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.timers import TimerMessage
from functions.shared.ticketing import Tickets
from functions.sla_watchdog.keeping import message_of

WAITED_OUT: Final = timedelta(seconds=2)
"""A message that comes so little early is held in hand: the queue counts whole seconds only."""
OVERDUE: Final = timedelta(minutes=1)
"""A timer is lost when it should have gone off so long ago."""


class Queue(Protocol):
    def send(self, message: TimerMessage, delay: timedelta = ...) -> None: ...


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...

    def timers_due(self, until: datetime) -> Iterator[TicketId]: ...


class Clocks(Protocol):
    def due_acts(self, ticket: Ticket, now: datetime) -> Sequence[TicketEvent]: ...


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
        while (left := message.at - self._now()) > timedelta(0):
            if left > WAITED_OUT:  # also where the machine's clock was set back meanwhile
                self._queue.send(message, left)
                return Looked.EARLY
            self._sleep(left.total_seconds())
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
                message = message_of(ticket_id, timer)
                self._queue.send(message)
                found.append(message)
        return found
