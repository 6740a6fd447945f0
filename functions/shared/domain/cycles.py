"""Every cycle of a ticket's clocks, derived from its events alone.

The ticket itself knows the newest cycle of each metric; here are all of them, with what happened in each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from functions.shared.contracts.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    EscalationAcknowledged,
    NoticeReleased,
    Reason,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketEvent,
)
from functions.shared.contracts.words import Metric, Status
from functions.shared.domain.clocks import Clock, Pause, fold

Deadline = ClockStarted | ClockResumed | ClockRetargeted
"""What gives a cycle its deadline; the last one counts."""

Act = SlaWarned | SlaBreached | TicketEscalated | NoticeReleased | EscalationAcknowledged


@dataclass(frozen=True)
class Cycle:
    """One start-to-stop run of a clock; finished, it is never rewritten."""

    clock: Clock
    events: tuple[ClockEvent, ...]

    @property
    def is_finished(self) -> bool:
        return self.clock.state == "stopped"

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """What gave the cycle its deadlines, in order."""
        return tuple(event for event in self.events if isinstance(event, Deadline))

    @property
    def walk(self) -> tuple[Reason, ...]:
        """How the last deadline was found."""
        return self.deadlines[-1].walk

    @property
    def acts(self) -> tuple[Act, ...]:
        """The warnings, the breach and the escalations that were given, and who acknowledged them."""
        return tuple(event for event in self.events if isinstance(event, Act))

    @property
    def pauses(self) -> tuple[tuple[Pause, Status], ...]:
        """When the clock stood still, and in which state the ticket was."""
        statuses = [event.status for event in self.events if isinstance(event, ClockPaused)]
        return tuple(zip(self.clock.pauses, statuses, strict=True))

    @property
    def stop(self) -> ClockStopped | None:
        return next((event for event in self.events if isinstance(event, ClockStopped)), None)

    @property
    def elapsed(self) -> timedelta | None:
        """The time it counted in all; None while it runs."""
        return self.stop.elapsed if self.stop else None

    def after(self, event: ClockEvent) -> "Cycle":
        """The cycle with one more event; a finished one stays as it is."""
        if self.is_finished:
            return self
        clock = fold({event.metric: self.clock}, event)[event.metric]
        return Cycle(clock, (*self.events, event))


@dataclass(frozen=True)
class Cycles:
    """The cycles that the events of one ticket make, up to the event with this `sequence`."""

    sequence: int = 0
    all: tuple[Cycle, ...] = ()

    def __iter__(self) -> Iterator[Cycle]:
        return iter(self.all)

    def of(self, metric: Metric) -> tuple[Cycle, ...]:
        """The cycles of one metric, in order."""
        return tuple(cycle for cycle in self.all if cycle.clock.metric is metric)

    def after(self, events: Iterable[TicketEvent]) -> "Cycles":
        """The cycles after a further batch of the ticket's events.

        Whatever the cuts between batches, and however often an event comes, the cycles are the same.

        Raises:
            ValueError: a clock moves that was never started.
        """
        sequence = self.sequence
        cycles = {(cycle.clock.metric, cycle.clock.cycle): cycle for cycle in self.all}
        for event in sorted(events, key=lambda event: event.sequence):
            if event.sequence <= sequence:
                continue
            sequence = event.sequence
            if not isinstance(event, ClockEvent):
                continue
            key = (event.metric, event.cycle)
            if isinstance(event, ClockStarted):
                cycles.setdefault(key, Cycle(fold({}, event)[event.metric], (event,)))
            elif key in cycles:
                cycles[key] = cycles[key].after(event)
            else:
                raise ValueError(f"{event.type} before cycle {event.cycle} of {event.metric} was started")
        return Cycles(sequence, tuple(cycles.values()))


def cycles_of(events: Iterable[TicketEvent]) -> Cycles:
    """The cycles of a ticket with this history."""
    return Cycles().after(events)
