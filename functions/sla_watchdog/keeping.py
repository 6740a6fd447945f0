"""Where a ticket's one timer waits: a far one as a schedule, a near one as a delayed message in the queue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from functions.shared.contracts.words import TicketId
from functions.shared.domain.clocks import Timer
from functions.shared.gateways.timers import LONGEST_DELAY, TimerMessage

EARLY: Final = timedelta(minutes=1)
"""Schedules fire up to a minute late, so they are set so much early; the queue's delay brings the rest."""


class Queue(Protocol):
    def send(self, message: TimerMessage, delay: timedelta = ...) -> None: ...


class Schedules(Protocol):
    def put(self, message: TimerMessage, at: datetime) -> None: ...

    def remove(self, ticket_id: TicketId) -> None: ...


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
        if change.new and _is_far(change.new, now):
            self._schedules.put(message_of(change.ticket_id, change.new), _early(change.new, now))
            return
        if change.old and change.old.at > now:
            self._schedules.remove(change.ticket_id)
        if change.new:
            self._queue.send(message_of(change.ticket_id, change.new), change.new.at - now)


def message_of(ticket_id: TicketId, timer: Timer) -> TimerMessage:
    """What is said when the timer goes off."""
    return TimerMessage(ticket_id=ticket_id, generation=timer.generation, at=timer.at)


def _is_far(timer: Timer, now: datetime) -> bool:
    return timer.at - now > LONGEST_DELAY


def _early(timer: Timer, now: datetime) -> datetime:
    return max(now, timer.at - EARLY)
