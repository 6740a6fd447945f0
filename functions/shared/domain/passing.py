"""Time that passes: the thresholds that rules on a timer name, and when a ticket reaches its next one.

Each threshold a ticket reaches is an event of its own, `TimePassed`, on which the rules are tried that name it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from functions.shared.contracts.events import Actor, TicketEvent, TimePassed
from functions.shared.contracts.words import Measure, Status
from functions.shared.domain.conditions import All, AnyOf, Leaf, Not
from functions.shared.domain.operators import Operator
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ticket import Ticket, evolve

WATCHDOG: Final = Actor(kind="system", id="sla_watchdog")
LONGEST: Final = 24 * 366
"""Hours. A threshold lies no further away."""

Threshold = tuple[Measure, float]


def thresholds(rule: Rule) -> frozenset[Threshold]:
    """What a rule waits for: its leaves that ask for so many hours at least, but for those that are negated."""
    if rule.when is None or Occasion.TIMER not in rule.on:
        return frozenset()
    return frozenset(_thresholds(rule.when))


def _thresholds(condition: All | AnyOf | Not | Leaf) -> Iterator[Threshold]:
    match condition:
        case Leaf(op=Operator.AT_LEAST, value=int() | float() as hours) if condition.field in list(Measure):
            yield Measure(condition.field), float(hours)
        case All():
            yield from (one for part in condition.all for one in _thresholds(part))
        case AnyOf():
            yield from (one for part in condition.any for one in _thresholds(part))
        case _:
            return


def since(ticket: Ticket, measure: Measure) -> datetime | None:
    """From when `measure` counts; None where that was never written down."""
    match measure:
        case Measure.AGE:
            return ticket.opened_at
        case Measure.IDLE:
            said = (ticket.last_customer_message_at, ticket.last_reply_at, ticket.opened_at)
            return max(at for at in said if at)
        case Measure.STATUS_AGE:
            return ticket.status_since


def hours_passed(ticket: Ticket, at: datetime) -> dict[str, float]:
    """Each measure of `ticket` at an instant, in hours."""
    return {
        measure.value: (at - began).total_seconds() / 3600 for measure in Measure if (began := since(ticket, measure))
    }


@dataclass(frozen=True)
class Passing:
    """The thresholds of one version of the rules, by measure, the nearest first."""

    hours: Mapping[Measure, Sequence[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "Passing":
        """The thresholds that `rules` name."""
        found: dict[Measure, set[float]] = defaultdict(set)
        for rule in rules:
            if rule.enabled and Occasion.TIMER in rule.on:
                for measure, hours in thresholds(rule):
                    found[measure].add(hours)
        return cls({measure: sorted(hours) for measure, hours in found.items()})

    def next_at(self, ticket: Ticket) -> datetime | None:
        """When the ticket reaches its next threshold, if ever; in the past where nobody has looked yet."""
        return min((at for at, _ in self._ahead(ticket)), default=None)

    def due(self, ticket: Ticket, now: datetime, config_version: int | None) -> list[TicketEvent]:
        """The thresholds that were reached and not told of yet, in their order."""
        events: list[TicketEvent] = []
        for at, (measure, hours) in sorted(self._ahead(ticket)):
            if at > now:
                break
            event = ticket.happening(
                TimePassed,
                actor=WATCHDOG,
                now=now,
                config_version=config_version,
                measure=measure,
                hours=hours,
                since=since(ticket, measure),
            )
            ticket = evolve(ticket, event)
            events.append(event)
        return events

    def _ahead(self, ticket: Ticket) -> Iterator[tuple[datetime, Threshold]]:
        """What the ticket has not reached yet; none where it is closed, or has to be triaged first."""
        if ticket.priority is None or ticket.status is Status.CLOSED:
            return
        for measure, hours in self.hours.items():
            began, told = since(ticket, measure), ticket.passed.get(measure)
            if began is None:
                continue
            reached = told.hours if told and told.since == began else 0.0
            yield from ((began + timedelta(hours=one), (measure, one)) for one in hours if one > reached)
