"""How a ticket's clocks would have run by other policies or calendars: its history, told again by other rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.shared.contracts.events import ClockEvent, TicketEvent
from functions.shared.contracts.words import Metric, Priority, Slug
from functions.shared.domain.cycles import Cycle, cycles_of
from functions.shared.domain.sla import WATCHDOG, SlaRules
from functions.shared.domain.ticket import Ticket, event_id, evolve, replay

Difference = Literal["gained", "lost", "same"]


@dataclass(frozen=True)
class Outcome:
    """One cycle as it was recorded, and as it would be; None where it was not measured."""

    metric: Metric
    cycle: int
    priority: Priority | None
    team: Slug | None
    was: Cycle | None
    would_be: Cycle | None

    @property
    def difference(self) -> Difference:
        """Whether a breach is gained or lost."""
        was, would_be = is_late(self.was), is_late(self.would_be)
        return "same" if was == would_be else "gained" if would_be else "lost"


def is_late(cycle: Cycle | None) -> bool:
    """Whether the cycle ended after its deadline, or has passed it."""
    if cycle is None or cycle.clock.result == "met":
        return False
    return cycle.clock.result == "breached" or cycle.clock.breached_at is not None


def outcomes(timeline: Sequence[TicketEvent], rules: SlaRules, now: datetime) -> Iterator[Outcome]:
    """What the rules would have made of each cycle of a ticket by `now`."""
    ticket = replay(list(timeline))
    was = {(cycle.clock.metric, cycle.clock.cycle): cycle for cycle in cycles_of(timeline)}
    would_be = {(cycle.clock.metric, cycle.clock.cycle): cycle for cycle in cycles_of(retold(timeline, rules, now))}
    for metric, number in dict.fromkeys((*was, *would_be)):
        key = (metric, number)
        yield Outcome(metric, number, ticket.priority, ticket.team, was.get(key), would_be.get(key))


def retold(timeline: Sequence[TicketEvent], rules: SlaRules, now: datetime) -> list[TicketEvent]:
    """What the timeline would say by `now` if these rules had held from the start, and every timer had been in time."""
    told: list[TicketEvent] = []
    ticket: Ticket | None = None
    for fact in timeline:
        if isinstance(fact, ClockEvent) or fact.actor == WATCHDOG:  # what other rules did
            continue
        if ticket:
            acts, ticket = _watched(ticket, rules, fact.occurred_at)
            told += acts
        number = len(told) + 1
        event = fact.model_copy(update={"sequence": number, "event_id": event_id(fact.ticket_id, number)})
        before, ticket = ticket, evolve(ticket, event) if ticket else replay([event])
        moves = rules.follow(before, ticket, [event])
        for move in moves:
            ticket = evolve(ticket, move)
        told += [event, *moves]
    if ticket:
        told += _watched(ticket, rules, now, is_inclusive=True)[0]
    return told


def _watched(
    ticket: Ticket, rules: SlaRules, until: datetime, *, is_inclusive: bool = False
) -> tuple[list[TicketEvent], Ticket]:
    """What the watchdog does to the ticket before `until`, and the ticket after that."""
    told: list[TicketEvent] = []
    while (at := rules.next_act_at(ticket)) and (at < until or (is_inclusive and at == until)):
        before, decided = ticket, rules.due_acts(ticket, at)
        if not decided:
            break
        for event in decided:
            ticket = evolve(ticket, event)
        moves = rules.follow(before, ticket, decided)
        for move in moves:
            ticket = evolve(ticket, move)
        told += [*decided, *moves]
    return told, ticket
