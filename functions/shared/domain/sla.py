"""How a ticket's clocks follow what happens to it, and what is due when a deadline nears or passes.

Everything here is decided from the ticket's events and the desk's policies alone, so that a change and what it means
for the clocks are stored together, and the same history gives the same clocks.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final

from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    HeldNotice,
    MessageReceived,
    NoticeReleased,
    PriorityChanged,
    Reason,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketClosed,
    TicketEscalated,
    TicketEvent,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketWaiting,
)
from functions.shared.contracts.merge_events import TicketMerged, TicketUnmerged
from functions.shared.contracts.words import Metric, Priority, Slug, Status
from functions.shared.domain import sla_words as words
from functions.shared.domain.clocks import Clock
from functions.shared.domain.passing import WATCHDOG as WATCHDOG
from functions.shared.domain.passing import Passing
from functions.shared.domain.policies import Escalate, Sla, SlaPolicy
from functions.shared.domain.promises import BREACH, ESCALATION, RELEASE, Act, Promises, pauses_of
from functions.shared.domain.ticket import Ticket, evolve, replay

NOTHING_WAITS: Final = Passing()

Recipients = Callable[[Ticket, Sequence[str], datetime], tuple[str, ...]]
"""Turns what a policy says (`lead`, an address) into people's ids and addresses, as they are at an instant."""
QuietUntil = Callable[[str, datetime], datetime | None]
"""When the quiet hours end in which somebody is at an instant; None outside of them."""
Assignee = Callable[[Ticket, str], tuple[Slug, Slug | None] | None]
"""The team and the person that an escalation gives a ticket to (`lead`, `person:ID`, `team:ID`)."""


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
        self.recipients = recipients
        self.config_version = config_version
        self.quiet_until = quiet_until
        self.assignee = assignee
        self.passing = passing

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
        """The warnings, breaches and escalations whose instant has come; each is given once.

        Levels that change the ticket are given here only: what they change moves the clocks like anybody's change.
        """
        moves = _Moves(self, ticket, ticket.status)
        moves.act(now, may_change=True)
        after = reduce(evolve, moves.events, ticket)
        return [*moves.events, *self.passing.due(after, now, self.config_version)]

    def renew(self, ticket: Ticket, now: datetime) -> list[TicketEvent]:
        """What gives the ticket's unfinished clocks the deadlines that these rules promise, with what is late by them.

        Nothing where they have them already. A deadline that has passed meanwhile is a breach at once.
        """
        moves = _Moves(self, ticket, ticket.status)
        moves.act(now, or_at=False)
        moves.settle(now, is_new_config=True)
        moves.act(now)
        return moves.events

    def next_act_at(self, ticket: Ticket) -> datetime | None:
        """When the ticket must be looked at next, if ever."""
        acts = [act.at for clock in ticket.clocks.values() for act in self.acts(clock)]
        waits = self.passing.next_at(ticket)
        return min([*acts, *([waits] if waits else [])], default=None)


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
            case TicketUnmerged():
                self._go_on(event.status, at)
            case TicketClosed() | TicketMerged() | TicketDeleted():
                for metric in Metric:
                    self._stop(metric, at, is_cancelled=True)
                self._status = Status.CLOSED
            case _:
                return

    def settle(self, at: datetime, *, is_new_config: bool = False) -> None:
        """Start what a triaged ticket is measured by, and give each clock the target and pauses that hold now."""
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
            self._retarget(metric, at, is_new_config=is_new_config)
        self._stand(self._status, at)

    def act(self, now: datetime, *, or_at: bool = True, may_change: bool = False) -> None:
        """Give every warning, breach and escalation whose instant lies before `now`, or at it."""
        while due := [
            act
            for clock in self._ticket.clocks.values()
            for act in self._rules.acts(clock)
            if (act.at < now or (or_at and act.at == now)) and (may_change or not self._changes(act, clock))
        ]:
            self._give(min(due, key=lambda act: (act.at, act.level)), now)

    def _changes(self, act: Act, clock: Clock) -> bool:
        """Whether the act, or a level that comes before it, changes the ticket."""
        levels = self._rules.rule(clock).escalate[clock.escalation_level : act.level]
        return act.threshold == ESCALATION and any(level.is_acting for level in levels)

    def _give(self, act: Act, now: datetime) -> None:
        clock = self._ticket.clocks[act.metric]
        rule, zone = self._rules.rule(clock), self._rules.zone(clock)
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
        to = self._rules.recipients(self._ticket, wanted, now)
        is_urgent = self._ticket.priority is Priority.P0
        quiet = {} if is_urgent else {who: until for who in to if (until := self._rules.quiet_until(who, now))}
        held = tuple(HeldNotice(recipient=who, until=until) for who, until in quiet.items())
        awake = tuple(who for who in to if who not in quiet)
        reasons = (reason, words.held(held, self._rules.zone(clock))) if held else (reason,)
        self._add(kind, clock.metric, now, reasons, due_at=clock.due_at, recipients=awake, held=held, **fields)

    def _release(self, clock: Clock, until: datetime, now: datetime) -> None:
        """Tell those whose quiet hours end what happened in them."""
        over = [held for held in clock.held if held.until == until]
        for cause in dict.fromkeys(held.cause for held in over):
            first, *_ = waited = [held for held in over if held.cause == cause]
            self._add(
                NoticeReleased,
                clock.metric,
                now,
                (words.released(until, self._rules.zone(clock)),),
                cause=cause,
                about=first.about,
                level=first.level,
                due_at=clock.due_at,
                recipients=tuple(held.recipient for held in waited),
            )

    def _change(self, clock: Clock, level: int, escalate: Escalate, now: datetime) -> None:
        """What a level of escalation does to the ticket itself."""
        ticket, reasons = self._ticket, (words.acted(clock, level),)
        version = self._rules.config_version
        if escalate.raise_priority and ticket.priority:
            raised = ticket.priority.at_least(escalate.raise_priority)
            if raised is not ticket.priority:
                self._happen(
                    ticket.happening(
                        PriorityChanged,
                        actor=WATCHDOG,
                        now=now,
                        reasons=reasons,
                        config_version=version,
                        old=ticket.priority,
                        new=raised,
                    )
                )
        to = self._rules.assignee(ticket, escalate.assign) if escalate.assign else None
        if to and to != (ticket.team, ticket.assignee):
            team, assignee = to
            self._happen(
                self._ticket.happening(
                    TicketAssigned,
                    actor=WATCHDOG,
                    now=now,
                    reasons=reasons,
                    config_version=version,
                    team=team,
                    assignee=assignee,
                    old_team=ticket.team,
                    old_assignee=ticket.assignee,
                )
            )

    def _await_reply(self, at: datetime) -> None:
        """A customer spoke: somebody owes an answer, unless the first is still owed or one is awaited already."""
        first, following = (self._ticket.clocks.get(m) for m in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE))
        is_answered = first.state == "stopped" if first else self._ticket.first_replied_at is not None
        if self._ticket.clocks and is_answered and (following is None or following.state == "stopped"):
            self._start(Metric.NEXT_RESPONSE, at, at)

    def _go_on(self, status: Status, at: datetime) -> None:
        """A ticket that was no duplicate: what it was measured by when it was merged is measured anew."""
        self._status = status
        if not status.is_active:
            return
        ticket = self._ticket
        asked, answered = ticket.last_customer_message_at, ticket.last_reply_at
        if not ticket.first_replied_at and Metric.FIRST_RESPONSE in ticket.clocks:
            self._start(Metric.FIRST_RESPONSE, at, at)
        elif asked and answered and asked > answered:
            self._start(Metric.NEXT_RESPONSE, at, at)
        self._start(Metric.RESOLUTION, at, at)

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

    def _retarget(self, metric: Metric, at: datetime, *, is_new_config: bool) -> None:
        clock = self._ticket.clocks.get(metric)
        policy, priority = self._rules.policy_for(self._ticket), self._ticket.priority
        if clock is None or clock.state == "stopped" or priority is None:
            return
        pauses = pauses_of(clock)
        target, calendar = policy.promise(priority, metric) if policy else (None, clock.calendar)
        policy_id = policy.id if policy else clock.policy
        is_promised = (clock.target, clock.calendar, clock.policy) == (target, calendar, policy_id)
        if is_promised and self._rules.deadline(calendar, clock.started_at, target, pauses) == clock.due_at:
            return
        due_at, walk = self._rules.walk(calendar, clock.started_at, target, pauses)
        if is_promised:
            reason = words.recalculated(clock, self._rules.config_version)
        elif policy is None:
            reason = words.unpromised(clock)
        elif is_new_config:
            reason = words.promised_anew(clock, priority, target, policy.id, self._rules.config_version)
        else:
            reason = words.retargeted(clock, priority, target, policy.id)
        self._add(
            ClockRetargeted,
            metric,
            at,
            (reason, *(self._choice(policy) if policy else ())),
            old_target=clock.target,
            old_due_at=clock.due_at,
            target=target,
            due_at=due_at,
            policy=policy_id,
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
        due_at = clock.due_at  # what was promised counts, even where the calendar was edited since
        if clock.state == "paused" and due_at is None:
            due_at = self._rules.deadline(clock.calendar, clock.started_at, clock.target, pauses)
        elapsed = self._rules.elapsed(clock, at, pauses)
        is_late = due_at is not None and at > due_at
        result = "cancelled" if is_cancelled else "breached" if is_late else "met"
        reason = words.stopped(clock, result, elapsed)
        self._add(ClockStopped, metric, now or at, (reason,), result=result, due_at=due_at, elapsed=elapsed)

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
        self._happen(event)

    def _happen(self, event: TicketEvent) -> None:
        self._ticket = evolve(self._ticket, event)
        self.events.append(event)
