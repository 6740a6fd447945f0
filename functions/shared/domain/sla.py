"""How a ticket's clocks follow what happens to it, and what is due when a deadline nears or passes.

Everything here is decided from the ticket's events and the desk's policies alone, so that a change and what it means
for the clocks are stored together, and the same history gives the same clocks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from functions.shared.contracts.events import (
    Actor,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    MessageReceived,
    Reason,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketClosed,
    TicketEscalated,
    TicketEvent,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketWaiting,
)
from functions.shared.contracts.words import Metric, Status
from functions.shared.domain import sla_words as words
from functions.shared.domain.calendar import Target, WorkingDays, parse_target
from functions.shared.domain.clocks import Clock
from functions.shared.domain.facts import FIELDS, Facts
from functions.shared.domain.policies import ClockRule, Sla, SlaPolicy, threshold_budget
from functions.shared.domain.spans import Pause
from functions.shared.domain.ticket import Ticket, evolve, replay
from functions.shared.domain.walk import explain
from functions.shared.domain.working_time import BeyondHorizon, NoWorkingTime, WorkingTime

WATCHDOG: Final = Actor(kind="system", id="sla_watchdog")

Recipients = Callable[[Ticket, Sequence[str]], tuple[str, ...]]
"""Turns what a policy says (`lead`, an address) into people's ids and addresses."""


@dataclass(frozen=True)
class Act:
    """Something to be done when an instant is reached: a warning, the breach, or a level of escalation."""

    at: datetime
    metric: Metric
    threshold: str
    level: int = 0


BREACH: Final = "breach"
ESCALATION: Final = "escalation"


class SlaRules:
    """The clock rules of one version of a desk's configuration."""

    def __init__(self, sla: Sla, recipients: Recipients, config_version: int | None = None) -> None:
        self._sla = sla
        self.recipients = recipients
        self.config_version = config_version

    def follow(self, before: Ticket | None, after: Ticket, events: Sequence[TicketEvent]) -> list[TicketEvent]:
        """The clock events that `events` entail, numbered on from `after`.

        What was due before the events happened is part of them, however late the timer is. However many events are
        stored at once, the clocks are the same.
        """
        moves = _Moves(self, after, before.status if before else Status.NEW)
        ticket = before
        for event in events:
            ticket = evolve(ticket, event) if ticket else replay([event])
            moves.act(event.occurred_at, or_at=False)
            moves.see(ticket)
            moves.follow(event)
            moves.settle(event.occurred_at)
            moves.act(event.occurred_at)
        return moves.events

    def due_acts(self, ticket: Ticket, now: datetime) -> list[TicketEvent]:
        """The warnings, breaches and escalations whose instant has come; each is given once."""
        moves = _Moves(self, ticket, ticket.status)
        moves.act(now)
        return moves.events

    def next_act_at(self, ticket: Ticket) -> datetime | None:
        """When the ticket must be looked at next, if ever."""
        return min((act.at for clock in ticket.clocks.values() for act in self.acts(clock)), default=None)

    def policy_for(self, ticket: Ticket) -> SlaPolicy | None:
        """The policy that a rule chose; else, and where that one has gone, the first whose condition holds."""
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
            after = parse_target(escalate.after)
            at = self._due(clock, late_from, after)
            if level > clock.escalation_level and at:
                yield Act(at, clock.metric, ESCALATION, level)

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


class _Moves:
    """The clock events of one commit, each decided on the ticket as the ones before left it."""

    def __init__(self, rules: SlaRules, ticket: Ticket, status: Status) -> None:
        self.events: list[TicketEvent] = []
        self._rules = rules
        self._ticket = ticket
        self._status = status

    def see(self, ticket: Ticket) -> None:
        """Go on with the ticket as it stood after one event of the commit; its clocks are where they were moved to."""
        self._ticket = ticket.with_changes(clocks=self._ticket.clocks, sequence=self._ticket.sequence)

    def follow(self, event: TicketEvent) -> None:
        """Move the clocks as one event of the commit does."""
        at = event.occurred_at
        match event:
            case MessageReceived(is_machine=False):
                self._await_reply(at)
            case ReplySent() if event.actor.kind == "agent":
                self._stop(Metric.FIRST_RESPONSE, at)
                self._stop(Metric.NEXT_RESPONSE, at)
            case TicketWaiting():
                self._stand(event.status, at)
            case TicketResumed():
                self._stand(Status.OPEN, at)
            case TicketResolved():
                is_answer = event.actor.kind == "agent"
                self._stop(Metric.FIRST_RESPONSE, at, is_cancelled=not is_answer)
                self._stop(Metric.NEXT_RESPONSE, at, is_cancelled=not is_answer)
                self._stop(Metric.RESOLUTION, at)
                self._status = Status.RESOLVED
            case TicketReopened():
                self._stand(Status.OPEN, at)
                self._start(Metric.RESOLUTION, at, at)
            case TicketClosed():
                for metric in Metric:
                    self._stop(metric, at, is_cancelled=True)
                self._status = Status.CLOSED
            case _:
                return

    def settle(self, at: datetime) -> None:
        """Start what a triaged ticket is measured by, and give each clock the target that holds now."""
        ticket = self._ticket
        if ticket.priority is None or not ticket.status.is_active:
            return
        if not ticket.clocks:
            if not ticket.is_machine:
                self._start(Metric.FIRST_RESPONSE, ticket.opened_at, at)
                if ticket.first_replied_at:
                    self._stop(Metric.FIRST_RESPONSE, ticket.first_replied_at, now=at)
            self._start(Metric.RESOLUTION, ticket.opened_at, at)
        for metric in Metric:
            self._retarget(metric, at)

    def act(self, now: datetime, *, or_at: bool = True) -> None:
        """Give every warning, breach and escalation whose instant lies before `now`, or at it."""
        while due := [
            act
            for clock in self._ticket.clocks.values()
            for act in self._rules.acts(clock)
            if act.at < now or (or_at and act.at == now)
        ]:
            self._give(min(due, key=lambda act: (act.at, act.level)), now)

    def _give(self, act: Act, now: datetime) -> None:
        clock = self._ticket.clocks[act.metric]
        rule = self._rules.rule(clock)
        zone = self._rules.zone(clock)
        due_at = clock.due_at
        assert due_at is not None  # only a clock with a deadline has acts
        if act.threshold == BREACH:
            reason = words.breached(clock, due_at, zone)
            self._add(SlaBreached, clock.metric, now, (reason,), due_at=due_at, recipients=self._to(rule.breach_to))
        elif act.threshold == ESCALATION:
            escalate = rule.escalate[act.level - 1]
            reason = words.escalated(clock, act.level, escalate.after, due_at, zone)
            fields = {"level": act.level, "due_at": due_at, "recipients": self._to(escalate.to)}
            self._add(TicketEscalated, clock.metric, now, (reason,), **fields)
        else:
            to = next(warn.to for warn in rule.warn if warn.at == act.threshold)
            reason = words.warned(clock, act.threshold, due_at, zone)
            fields = {"threshold": act.threshold, "due_at": due_at, "recipients": self._to(to)}
            self._add(SlaWarned, clock.metric, now, (reason,), **fields)

    def _await_reply(self, at: datetime) -> None:
        """A customer spoke: somebody owes an answer, unless the first is still owed or one is awaited already."""
        first, following = (self._ticket.clocks.get(m) for m in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE))
        is_answered = first.state == "stopped" if first else self._ticket.first_replied_at is not None
        if self._ticket.clocks and is_answered and (following is None or following.state == "stopped"):
            self._start(Metric.NEXT_RESPONSE, at, at)

    def _stand(self, status: Status, at: datetime) -> None:
        """Let the clocks run or stand still as they do in `status`."""
        self._status = status
        for clock in list(self._ticket.clocks.values()):
            stands = status in self._rules.rule(clock).pause
            if clock.state == "paused" and not (stands and clock.paused_status == status):
                self._resume(clock, at)
            if stands and self._ticket.clocks[clock.metric].state == "running":
                self._add(ClockPaused, clock.metric, at, (words.paused(clock.metric, status),), status=status)

    def _resume(self, clock: Clock, at: datetime) -> None:
        pauses = pauses_of(clock, until=at)
        due_at, walk = self._rules.walk(clock.calendar, clock.started_at, clock.target, pauses)
        paused_at = clock.pauses[-1].since
        self._add(ClockResumed, clock.metric, at, (), paused_at=paused_at, due_at=due_at, walk=walk)

    def _start(self, metric: Metric, started_at: datetime, at: datetime) -> None:
        policy, priority = self._rules.policy_for(self._ticket), self._ticket.priority
        if policy is None or priority is None:
            return
        target, calendar = policy.promise(priority, metric)
        due_at, walk = self._rules.walk(calendar, started_at, target, ())
        last = self._ticket.clocks.get(metric)
        self._add(
            ClockStarted,
            metric,
            at,
            (words.promised(policy.id, priority, metric, target), *self._choice(policy)),
            cycle=last.cycle + 1 if last else 1,
            started_at=started_at,
            target=target,
            due_at=due_at,
            policy=policy.id,
            calendar=calendar,
            walk=walk,
        )
        if self._status in policy.rule(metric).pause:
            self._stand(self._status, at)

    def _retarget(self, metric: Metric, at: datetime) -> None:
        clock = self._ticket.clocks.get(metric)
        policy, priority = self._rules.policy_for(self._ticket), self._ticket.priority
        if clock is None or clock.state == "stopped" or policy is None or priority is None:
            return
        target, calendar = policy.promise(priority, metric)
        if (clock.target, clock.calendar, clock.policy) == (target, calendar, policy.id):
            return
        due_at, walk = self._rules.walk(calendar, clock.started_at, target, pauses_of(clock))
        self._add(
            ClockRetargeted,
            metric,
            at,
            (words.retargeted(clock, priority, target, policy.id), *self._choice(policy)),
            old_target=clock.target,
            old_due_at=clock.due_at,
            target=target,
            due_at=due_at,
            policy=policy.id,
            calendar=calendar,
            walk=walk,
        )

    def _choice(self, policy: SlaPolicy) -> tuple[Reason, ...]:
        """That a rule chose the policy, where one did."""
        return (words.chosen(policy.id),) if policy.id == self._ticket.policy else ()

    def _stop(self, metric: Metric, at: datetime, *, is_cancelled: bool = False, now: datetime | None = None) -> None:
        clock = self._ticket.clocks.get(metric)
        if clock is None or clock.state == "stopped":
            return
        pauses = pauses_of(clock, until=at)
        due_at = self._rules.walk(clock.calendar, clock.started_at, clock.target, pauses)[0]
        elapsed = self._rules.elapsed(clock, at, pauses)
        is_late = due_at is not None and at > due_at
        result = "cancelled" if is_cancelled else "breached" if is_late else "met"
        reason = words.stopped(clock, result, elapsed)
        self._add(ClockStopped, metric, now or at, (reason,), result=result, due_at=due_at, elapsed=elapsed)

    def _to(self, recipients: Sequence[str]) -> tuple[str, ...]:
        return self._rules.recipients(self._ticket, recipients)

    def _add(
        self, kind: type[ClockEvent], metric: Metric, now: datetime, reasons: tuple[Reason, ...], **fields: Any
    ) -> None:
        clock = self._ticket.clocks.get(metric)
        event = self._ticket.happening(
            kind,
            actor=WATCHDOG,
            now=now,
            reasons=reasons,
            config_version=self._rules.config_version,
            metric=metric,
            **{"cycle": clock.cycle if clock else 1, **fields},
        )
        self._ticket = evolve(self._ticket, event)
        self.events.append(event)


def pauses_of(clock: Clock, until: datetime | None = None) -> list[Pause]:
    """The pauses of a clock; one that still lasts ends at `until`."""
    return [Pause(pause.since, pause.until or (until and max(pause.since, until))) for pause in clock.pauses]


def _facts(ticket: Ticket) -> Facts:
    """The ticket as a policy's condition sees it."""
    return Facts(
        {
            **{name: getattr(ticket, name) for name in FIELDS if name in Ticket.model_fields},
            "text": f"{ticket.title}\n{ticket.excerpt}",
            "description": ticket.excerpt,
            **({f"company.{name}": value for name, value in ticket.company} if ticket.company else {}),
            **{f"contact.{name}": value for name, value in ticket.contact},
            **{f"fields.{name}": value for name, value in ticket.fields.items()},
        }
    )
