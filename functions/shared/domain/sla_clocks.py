"""How a ticket's clocks start, stand still, go on, get other targets and stop."""

from datetime import datetime

from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import (
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    MessageReceived,
    Reason,
    ReplySent,
    TicketClosed,
    TicketEvent,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketWaiting,
)
from functions.shared.contracts.merge_events import TicketMerged, TicketUnmerged
from functions.shared.contracts.words import Metric, Status
from functions.shared.domain import sla_words as words
from functions.shared.domain.clocks import Clock
from functions.shared.domain.policies import SlaPolicy
from functions.shared.domain.promises import Promises, pauses_of
from functions.shared.domain.sla_course import Course


class ClockMoves:
    """Moves the clocks as what happens to the ticket does; `status` is that before it happens."""

    def __init__(self, promises: Promises, course: Course, status: Status) -> None:
        self._promises = promises
        self._course = course
        self._status = status

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
        ticket = self._course.ticket
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

    def _await_reply(self, at: datetime) -> None:
        """A customer spoke: somebody owes an answer, unless the first is still owed or one is awaited already."""
        first, following = (self._course.ticket.clocks.get(m) for m in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE))
        is_answered = first.state == "stopped" if first else self._course.ticket.first_replied_at is not None
        if self._course.ticket.clocks and is_answered and (following is None or following.state == "stopped"):
            self._start(Metric.NEXT_RESPONSE, at, at)

    def _go_on(self, status: Status, at: datetime) -> None:
        """A ticket that was no duplicate: what it was measured by when it was merged is measured anew."""
        self._status = status
        if not status.is_active:
            return
        ticket = self._course.ticket
        asked, answered = ticket.last_customer_message_at, ticket.last_reply_at
        if not ticket.first_replied_at and Metric.FIRST_RESPONSE in ticket.clocks:
            self._start(Metric.FIRST_RESPONSE, at, at)
        elif asked and answered and asked > answered:
            self._start(Metric.NEXT_RESPONSE, at, at)
        self._start(Metric.RESOLUTION, at, at)

    def _stand(self, status: Status, at: datetime) -> None:
        """Let the clocks run or stand still as they do in `status`."""
        self._status = status
        for clock in list(self._course.ticket.clocks.values()):
            stands = status in self._promises.rule(clock).pause
            if clock.state == "paused" and not (stands and clock.paused_status == status):
                self._resume(clock, at)
            if stands and self._course.ticket.clocks[clock.metric].state == "running":
                self._course.move(ClockPaused, clock.metric, at, (words.paused(clock.metric, status),), status=status)

    def _resume(self, clock: Clock, at: datetime) -> None:
        pauses = pauses_of(clock, until=at)
        due_at, walk = self._promises.walk(clock.calendar, clock.started_at, clock.target, pauses)
        paused_at = clock.pauses[-1].since
        self._course.move(ClockResumed, clock.metric, at, (), paused_at=paused_at, due_at=due_at, walk=walk)

    def _start(self, metric: Metric, started_at: datetime, at: datetime) -> None:
        policy, priority = self._promises.policy_for(self._course.ticket), self._course.ticket.priority
        if policy is None or priority is None:
            return
        target, calendar = policy.promise(priority, metric)
        due_at, walk = self._promises.walk(calendar, started_at, target, ())
        last = self._course.ticket.clocks.get(metric)
        self._course.move(
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
        clock = self._course.ticket.clocks.get(metric)
        policy, priority = self._promises.policy_for(self._course.ticket), self._course.ticket.priority
        if clock is None or clock.state == "stopped" or priority is None:
            return
        pauses = pauses_of(clock)
        target, calendar = policy.promise(priority, metric) if policy else (None, clock.calendar)
        policy_id = policy.id if policy else clock.policy
        is_promised = (clock.target, clock.calendar, clock.policy) == (target, calendar, policy_id)
        if is_promised and self._promises.deadline(calendar, clock.started_at, target, pauses) == clock.due_at:
            return
        due_at, walk = self._promises.walk(calendar, clock.started_at, target, pauses)
        if is_promised:
            reason = words.recalculated(clock, self._course.config_version)
        elif policy is None:
            reason = words.unpromised(clock)
        elif is_new_config:
            reason = words.promised_anew(clock, priority, target, policy.id, self._course.config_version)
        else:
            reason = words.retargeted(clock, priority, target, policy.id)
        self._course.move(
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
        return (words.chosen(policy.id),) if policy.id == self._course.ticket.policy else ()

    def _stop(self, metric: Metric, at: datetime, *, is_cancelled: bool = False, now: datetime | None = None) -> None:
        clock = self._course.ticket.clocks.get(metric)
        if clock is None or clock.state == "stopped":
            return
        pauses = pauses_of(clock, until=at)
        due_at = clock.due_at  # what was promised counts, even where the calendar was edited since
        if clock.state == "paused" and due_at is None:
            due_at = self._promises.deadline(clock.calendar, clock.started_at, clock.target, pauses)
        elapsed = self._promises.elapsed(clock, at, pauses)
        is_late = due_at is not None and at > due_at
        result = "cancelled" if is_cancelled else "breached" if is_late else "met"
        reason = words.stopped(clock, result, elapsed)
        self._course.move(ClockStopped, metric, now or at, (reason,), result=result, due_at=due_at, elapsed=elapsed)
