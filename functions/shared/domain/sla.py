"""How a ticket's clocks follow what happens to it, and what is due when a deadline nears or passes.

Everything here is decided from the ticket's events and the desk's policies alone, so that a change and what it means
for the clocks are stored together, and the same history gives the same clocks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.words import Status
from functions.shared.domain.passing import WATCHDOG as WATCHDOG
from functions.shared.domain.passing import Passing
from functions.shared.domain.policies import Sla
from functions.shared.domain.promises import Promises
from functions.shared.domain.sla_acts import Assignee, DueActs, QuietUntil, Reach, Recipients
from functions.shared.domain.sla_clocks import ClockMoves
from functions.shared.domain.sla_course import Course
from functions.shared.domain.ticket import Ticket, evolve, replay

NOTHING_WAITS: Final = Passing()


class SlaRules(Promises):
    """The clock rules of one version of a desk's configuration."""

    def __init__(
        self,
        sla: Sla,
        recipients: Recipients,
        config_version: int | None = None,
        *,
        quiet_until: QuietUntil = lambda _who, _at: None,
        assignee: Assignee = lambda _ticket, _to: None,
        passing: Passing = NOTHING_WAITS,
    ) -> None:
        super().__init__(sla)
        self.reach = Reach(recipients, quiet_until, assignee)
        self._config_version = config_version
        self._passing = passing

    def follow(self, before: Ticket | None, after: Ticket, events: Sequence[TicketEvent]) -> list[TicketEvent]:
        """The clock events that `events` entail, numbered on from `after`.

        What was due before the events happened is part of them, however late the timer is. However many events are
        stored at once, the clocks are the same.
        """
        course = Course(after, self._config_version)
        clocks = ClockMoves(self, course, before.status if before else Status.NEW)
        acts = DueActs(self, self.reach, course)
        ticket = before
        for event in events:
            ticket = evolve(ticket, event) if ticket else replay([event])
            acts.give(event.occurred_at, or_at=False)
            course.see(ticket)
            clocks.follow(event)
            clocks.settle(event.occurred_at)
            acts.give(event.occurred_at)
        return course.events

    def due_acts(self, ticket: Ticket, now: datetime) -> list[TicketEvent]:
        """The warnings, breaches and escalations whose instant has come; each is given once.

        Levels that change the ticket are given here only: what they change moves the clocks like anybody's change.
        """
        course = Course(ticket, self._config_version)
        DueActs(self, self.reach, course).give(now, may_change=True)
        return [*course.events, *self._passing.due(course.ticket, now, self._config_version)]

    def renew(self, ticket: Ticket, now: datetime) -> list[TicketEvent]:
        """What gives the ticket's unfinished clocks the deadlines that these rules promise, with what is late by them.

        Nothing where they have them already. A deadline that has passed meanwhile is a breach at once.
        """
        course = Course(ticket, self._config_version)
        acts = DueActs(self, self.reach, course)
        acts.give(now, or_at=False)
        ClockMoves(self, course, ticket.status).settle(now, is_new_config=True)
        acts.give(now)
        return course.events

    def next_act_at(self, ticket: Ticket) -> datetime | None:
        """When the ticket must be looked at next, if ever."""
        acts = [act.at for clock in ticket.clocks.values() for act in self.acts(clock)]
        waits = self._passing.next_at(ticket)
        return min([*acts, *([waits] if waits else [])], default=None)
