"""What the policies promise a ticket: its deadlines, and what is to be done as they near and pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from functions.shared.contracts.events import Reason
from functions.shared.contracts.words import Metric
from functions.shared.domain import sla_words as words
from functions.shared.domain.calendar import Target, WorkingDays, parse_target
from functions.shared.domain.clocks import Clock
from functions.shared.domain.facts import FIELDS, Facts
from functions.shared.domain.policies import ClockRule, Sla, SlaPolicy, threshold_budget
from functions.shared.domain.spans import Pause
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.walk import explain
from functions.shared.domain.working_time import BeyondHorizon, NoWorkingTime, WorkingTime


@dataclass(frozen=True)
class Act:
    """Something to be done when an instant is reached: a warning, the breach, or a level of escalation."""

    at: datetime
    metric: Metric
    threshold: str
    level: int = 0


BREACH: Final = "breach"
ESCALATION: Final = "escalation"
RELEASE: Final = "release"

_HELD: Final = tuple(name for name in FIELDS if name in Ticket.model_fields)
"""What of the rules' fields the ticket itself holds."""


class Promises:
    """The policies and calendars of one version of a desk's configuration, asked about tickets and their clocks."""

    def __init__(self, sla: Sla) -> None:
        self._sla = sla
        self._found: tuple[Ticket, SlaPolicy | None] | None = None

    def policy_for(self, ticket: Ticket) -> SlaPolicy | None:
        """The policy that a rule chose; else, and where that one has gone, the first whose condition holds."""
        if self._found is None or self._found[0] is not ticket:  # each of its clocks asks
            self._found = ticket, self._policy_for(ticket)
        return self._found[1]

    def _policy_for(self, ticket: Ticket) -> SlaPolicy | None:
        if chosen := self._sla.policy(ticket.policy):
            return chosen
        facts = _facts(ticket)
        return next((policy for policy in self._sla.policies if not policy.when or policy.when.holds(facts)), None)

    def acts(self, clock: Clock) -> Iterator[Act]:
        """What is still to come for a running clock, or has come and was not done yet."""
        if clock.state != "running" or clock.due_at is None:
            return
        rule = self.rule(clock)
        for warn in rule.warn:
            at = self._threshold_at(clock, warn.at)
            if warn.at not in clock.warned and at and (clock.armed_at or clock.started_at) < at < clock.due_at:
                yield Act(at, clock.metric, warn.at)
        if not clock.breached_at:
            yield Act(clock.due_at, clock.metric, BREACH)
        late_from = max(clock.due_at, clock.armed_at or clock.due_at)
        for level, escalate in enumerate(rule.escalate, 1):
            at = self._due(clock, late_from, parse_target(escalate.after))
            if level > clock.escalation_level and at:
                yield Act(self._held_back(clock, rule, at), clock.metric, ESCALATION, level)
        for until in {held.until for held in clock.held}:
            yield Act(until, clock.metric, RELEASE)

    def _held_back(self, clock: Clock, rule: ClockRule, at: datetime) -> datetime:
        """When a level is called that is to be called at `at`, unless somebody looks after the matter already."""
        if clock.acknowledged_at is None or at <= clock.acknowledged_at:
            return at
        until = self._due(clock, clock.acknowledged_at, parse_target(rule.acknowledged_for))
        return max(at, until) if until else at

    def rule(self, clock: Clock) -> ClockRule:
        policy = self._sla.policy(clock.policy)
        return policy.rule(clock.metric) if policy else ClockRule()

    def _threshold_at(self, clock: Clock, threshold: str) -> datetime | None:
        """The instant at which so much of the target is used up; None where that lies before the start."""
        working_time = self._working_time(clock.calendar)
        if clock.target is None or clock.due_at is None or working_time is None:
            return None
        target, pauses = parse_target(clock.target), pauses_of(clock)
        if isinstance(target, WorkingDays):
            target = working_time.elapsed(clock.started_at, clock.due_at, pauses)
        budget = threshold_budget(threshold, target)
        return self._due(clock, clock.started_at, budget) if budget > timedelta(0) else None

    def _working_time(self, calendar: str | None) -> WorkingTime | None:
        return self._sla.working_times.get(calendar or "")

    def _due(self, clock: Clock, start: datetime, target: Target) -> datetime | None:
        working_time = self._working_time(clock.calendar)
        try:
            return working_time.due(start, target, pauses_of(clock)) if working_time else None
        except (NoWorkingTime, BeyondHorizon):
            return None

    def deadline(
        self, calendar: str | None, start: datetime, target: str | None, pauses: Sequence[Pause]
    ) -> datetime | None:
        """When a target is due, if ever."""
        working_time = self._working_time(calendar)
        if target is None or working_time is None:
            return None
        try:
            return working_time.due(start, parse_target(target), pauses)
        except (NoWorkingTime, BeyondHorizon):
            return None

    def walk(
        self, calendar: str | None, start: datetime, target: str | None, pauses: Sequence[Pause]
    ) -> tuple[datetime | None, tuple[Reason, ...]]:
        """When a target is due, and the walk; nothing is due by a calendar that has gone or run out."""
        if target is None:
            return None, ()
        working_time = self._working_time(calendar)
        if working_time is None:
            return None, (words.no_calendar(calendar),)
        try:
            return explain(working_time, start, parse_target(target), pauses)
        except (NoWorkingTime, BeyondHorizon):
            return None, (words.never_reached(calendar),)

    def elapsed(self, clock: Clock, until: datetime, pauses: Sequence[Pause]) -> timedelta:
        """What the clock has counted by `until`."""
        until = max(until, clock.started_at)
        working_time = self._working_time(clock.calendar)
        return working_time.elapsed(clock.started_at, until, pauses) if working_time else until - clock.started_at

    def zone(self, clock: Clock) -> ZoneInfo:
        """The zone in which the clock's deadline is spoken of."""
        working_time = self._working_time(clock.calendar)
        return working_time.zone if working_time else ZoneInfo("UTC")


def pauses_of(clock: Clock, until: datetime | None = None) -> list[Pause]:
    """The pauses of a clock; one that still lasts ends at `until`."""
    return [Pause(pause.since, pause.until or (until and max(pause.since, until))) for pause in clock.pauses]


def _facts(ticket: Ticket) -> Facts:
    """The ticket as a policy's condition sees it."""
    return Facts(
        {
            **{name: getattr(ticket, name) for name in _HELD},
            "text": f"{ticket.title}\n{ticket.excerpt}",
            "description": ticket.excerpt,
            **({f"company.{name}": value for name, value in ticket.company} if ticket.company else {}),
            **{f"contact.{name}": value for name, value in ticket.contact},
            **{f"fields.{name}": value for name, value in ticket.fields.items()},
        }
    )
