"""What is done when a deadline nears or passes: warnings, breaches, escalations, and notices that waited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.contracts.events import (
    ClockEvent,
    HeldNotice,
    NoticeReleased,
    PriorityChanged,
    Reason,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketEscalated,
)
from functions.shared.contracts.words import Priority, Slug
from functions.shared.domain import sla_words as words
from functions.shared.domain.clocks import Clock
from functions.shared.domain.policies import Escalate
from functions.shared.domain.promises import BREACH, ESCALATION, RELEASE, Act, Promises
from functions.shared.domain.sla_course import Course
from functions.shared.domain.ticket import Ticket

Recipients = Callable[[Ticket, Sequence[str], datetime], tuple[str, ...]]
"""Turns what a policy says (`lead`, an address) into people's ids and addresses, as they are at an instant."""
QuietUntil = Callable[[str, datetime], datetime | None]
"""When the quiet hours end in which somebody is at an instant; None outside of them."""
Assignee = Callable[[Ticket, str], tuple[Slug, Slug | None] | None]
"""The team and the person that an escalation gives a ticket to (`lead`, `person:ID`, `team:ID`)."""


@dataclass(frozen=True)
class Reach:
    """Whom acts reach: who is meant, when they are not to be disturbed, and who is given the ticket."""

    recipients: Recipients
    quiet_until: QuietUntil
    assignee: Assignee


class DueActs:
    """Gives what is due on a ticket, each act once."""

    def __init__(self, promises: Promises, reach: Reach, course: Course) -> None:
        self._promises = promises
        self._reach = reach
        self._course = course

    def give(self, now: datetime, *, or_at: bool = True, may_change: bool = False) -> None:
        """Give every warning, breach and escalation whose instant lies before `now`, or at it."""
        while due := [
            act
            for clock in self._course.ticket.clocks.values()
            for act in self._promises.acts(clock)
            if (act.at < now or (or_at and act.at == now)) and (may_change or not self._changes(act, clock))
        ]:
            self._give_one(min(due, key=lambda act: (act.at, act.level)), now)

    def _changes(self, act: Act, clock: Clock) -> bool:
        """Whether the act, or a level that comes before it, changes the ticket."""
        levels = self._promises.rule(clock).escalate[clock.escalation_level : act.level]
        return act.threshold == ESCALATION and any(level.is_acting for level in levels)

    def _give_one(self, act: Act, now: datetime) -> None:
        clock = self._course.ticket.clocks[act.metric]
        rule, zone = self._promises.rule(clock), self._promises.zone(clock)
        due_at = clock.due_at
        assert due_at is not None  # only a clock with a deadline has acts
        if act.threshold == RELEASE:
            self._release(clock, act.at, now)
        elif act.threshold == BREACH:
            self._call(SlaBreached, clock, now, rule.breach_to, words.breached(clock, due_at, zone))
        elif act.threshold == ESCALATION:
            escalate = rule.escalate[act.level - 1]
            reason = words.escalated(clock, act.level, escalate.after, due_at, zone)
            self._call(TicketEscalated, clock, now, escalate.to, reason, level=act.level)
            self._change(clock, act.level, escalate, now)
        else:
            to = next(warn.to for warn in rule.warn if warn.at == act.threshold)
            reason = words.warned(clock, act.threshold, due_at, zone)
            self._call(SlaWarned, clock, now, to, reason, threshold=act.threshold)

    def _call(
        self,
        kind: type[ClockEvent],
        clock: Clock,
        now: datetime,
        wanted: Sequence[str],
        reason: Reason,
        **fields: object,
    ) -> None:
        """Tell those who are meant; of anything but P0, those with quiet hours hear when these end."""
        to = self._reach.recipients(self._course.ticket, wanted, now)
        is_urgent = self._course.ticket.priority is Priority.P0
        quiet = {} if is_urgent else {who: until for who in to if (until := self._reach.quiet_until(who, now))}
        held = tuple(HeldNotice(recipient=who, until=until) for who, until in quiet.items())
        awake = tuple(who for who in to if who not in quiet)
        reasons = (reason, words.held(held, self._promises.zone(clock))) if held else (reason,)
        self._course.move(kind, clock.metric, now, reasons, due_at=clock.due_at, recipients=awake, held=held, **fields)

    def _release(self, clock: Clock, until: datetime, now: datetime) -> None:
        """Tell those whose quiet hours end what happened in them."""
        over = [held for held in clock.held if held.until == until]
        for cause in dict.fromkeys(held.cause for held in over):
            first, *_ = waited = [held for held in over if held.cause == cause]
            self._course.move(
                NoticeReleased,
                clock.metric,
                now,
                (words.released(until, self._promises.zone(clock)),),
                cause=cause,
                about=first.about,
                level=first.level,
                due_at=clock.due_at,
                recipients=tuple(held.recipient for held in waited),
            )

    def _change(self, clock: Clock, level: int, escalate: Escalate, now: datetime) -> None:
        """What a level of escalation does to the ticket itself."""
        ticket, reasons = self._course.ticket, (words.acted(clock, level),)
        if escalate.raise_priority and ticket.priority:
            raised = ticket.priority.at_least(escalate.raise_priority)
            if raised is not ticket.priority:
                self._course.add(PriorityChanged, now, reasons, old=ticket.priority, new=raised)
        to = self._reach.assignee(ticket, escalate.assign) if escalate.assign else None
        if to and to != (ticket.team, ticket.assignee):
            team, assignee = to
            old = {"old_team": ticket.team, "old_assignee": ticket.assignee}
            self._course.add(TicketAssigned, now, reasons, team=team, assignee=assignee, **old)
