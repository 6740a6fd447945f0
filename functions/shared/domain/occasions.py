"""What makes the desk look at its rules, and what the rules see then.

Whatever happens to a ticket is an event of its timeline. So an occasion can be seen again at any later time, exactly as
it was, by replaying the ticket up to the event.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from functions.shared.contracts.base import Chain
from functions.shared.contracts.events import (
    DetailsProvided,
    MessageReceived,
    PriorityChanged,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketUpdated,
    TicketWaiting,
    TimePassed,
)
from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import EventNotFound
from functions.shared.domain.facts import Facts
from functions.shared.domain.passing import hours_passed, thresholds
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ticket import Ticket, evolve, replay
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.ticket_facts import event_values, ticket_values, whole

LONGEST_CHAIN: Final = 5
"""So many runs of rules may follow from one another; what the last one did sets off no more."""

OCCASIONS: Final[Mapping[type[TicketEvent], Occasion]] = {
    TicketOpened: Occasion.OPENED,
    MessageReceived: Occasion.MESSAGE,
    TicketUpdated: Occasion.UPDATED,
    DetailsProvided: Occasion.UPDATED,
    PriorityChanged: Occasion.UPDATED,
    TicketAssigned: Occasion.UPDATED,
    TicketWaiting: Occasion.UPDATED,
    TicketResumed: Occasion.UPDATED,
    TicketResolved: Occasion.UPDATED,
    TicketReopened: Occasion.UPDATED,
    TicketEscalated: Occasion.ESCALATED,
    TimePassed: Occasion.TIMER,
}
"""The events on which rules are tried. A closed ticket is left alone."""


def occasion_of(event: TicketEvent) -> Occasion | None:
    """The occasion that `event` is, if it is one."""
    return OCCASIONS.get(type(event))


def wakes(event: TicketEvent, rule: Rule) -> bool:
    """Whether `rule` is for `event`: of the thresholds of passing time, for those only that it names."""
    if isinstance(event, TimePassed):
        return (event.measure, event.hours) in thresholds(rule)
    return True


def chained(events: Iterable[TicketEvent], rules: Sequence[Slug], before: Chain | None = None) -> list[TicketEvent]:
    """`events` that follow from what `rules` decided, on an event to which the chain `before` led."""
    led = before.rules if before else ()
    chain = Chain(rules=tuple(dict.fromkeys((*led, *rules))), length=before.length + 1 if before else 1)
    return [event.model_copy(update={"chain": chain}) for event in events]


@dataclass(frozen=True)
class Moment:
    """An event, with the ticket right before it and right after it; nothing was before the first."""

    event: TicketEvent
    opened: TicketOpened
    before: Ticket | None
    after: Ticket

    @classmethod
    def of(cls, timeline: Sequence[TicketEvent], sequence: int) -> Self:
        """The moment of the event with that number.

        Raises:
            EventNotFound: the ticket has no such event.
        """
        if not 1 <= sequence <= len(timeline) or not isinstance(timeline[0], TicketOpened):
            raise EventNotFound(str(sequence))
        opened, event = timeline[0], timeline[sequence - 1]
        if sequence == 1:
            return cls(event, opened, None, ticket_of(opened))
        before = replay(list(timeline[: sequence - 1]))
        return cls(event, opened, before, evolve(before, event))

    @property
    def occasion(self) -> Occasion | None:
        return occasion_of(self.event)

    def with_whole_texts(self, description: str, message: str | None) -> Self:
        """The same with all of what was said where the events bring its beginning only."""
        problem = self.opened.problem
        told = problem.model_copy(update={"description": whole(problem.description, description)})
        opened = self.opened.model_copy(update={"problem": told})
        if isinstance(self.event, TicketOpened):
            return replace(self, opened=opened, event=opened)
        if isinstance(self.event, MessageReceived) and message is not None:
            event = self.event.model_copy(update={"message": whole(self.event.message, message)})
            return replace(self, opened=opened, event=event)
        return replace(self, opened=opened)

    def facts(self, config: DeskConfig, wanted: Collection[str], counts: Mapping[str, int | str]) -> Facts:
        """What rules see; `wanted` are the fields that they ask for, `counts` those of them that are counted."""
        now = {**ticket_values(self.opened, self.after), **event_values(self.event, config, wanted), **counts}
        hours = hours_passed(self.after, self.event.occurred_at)
        if isinstance(self.event, TimePassed):  # rounding takes nothing from a threshold that was reached
            hours[self.event.measure] = max(self.event.hours, hours[self.event.measure])
        now |= hours
        return Facts(now, ticket_values(self.opened, self.before) if self.before else None)
