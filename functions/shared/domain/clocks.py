"""The state of a ticket's clocks, folded from clock events; finished cycles stay in the timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    EscalationAcknowledged,
    HeldNotice,
    NoticeReleased,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
)
from functions.shared.contracts.words import Metric, Slug, Status


class Pause(BaseModel):
    """A stretch during which a clock stood still; `to` is None while it still does."""

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime
    until: AwareDatetime | None = None


class Held(BaseModel):
    """A notice of the event `cause` that waits until somebody's quiet hours end."""

    model_config = ConfigDict(frozen=True)

    recipient: str
    until: AwareDatetime
    cause: str
    about: Literal["SlaWarned", "SlaBreached", "TicketEscalated"]
    level: int = 0


class Clock(BaseModel):
    """The newest cycle of one metric."""

    model_config = ConfigDict(frozen=True)

    metric: Metric
    cycle: int
    state: Literal["running", "paused", "stopped"] = "running"
    target: str | None = None
    policy: Slug
    calendar: Slug | None = None
    started_at: AwareDatetime
    due_at: AwareDatetime | None = None
    armed_at: AwareDatetime | None = None
    """When this deadline came into force; a warning that would lie before it is not given."""
    paused_status: Status | None = None
    pauses: tuple[Pause, ...] = ()
    warned: tuple[str, ...] = ()
    breached_at: AwareDatetime | None = None
    escalation_level: int = 0
    acknowledged_at: AwareDatetime | None = None
    acknowledged_by: str | None = None
    acknowledged_level: int = 0
    held: tuple[Held, ...] = ()
    stopped_at: AwareDatetime | None = None
    result: Literal["met", "breached", "cancelled"] | None = None

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody looks after the breach, and no level was called since."""
        return self.acknowledged_at is not None and self.acknowledged_level == self.escalation_level

    @property
    def awaits_acknowledgement(self) -> bool:
        """Whether the deadline has passed, work is not done, and nobody has said that they know."""
        return self.breached_at is not None and self.state != "stopped" and not self.is_acknowledged


class Timer(BaseModel):
    """The one moment at which the watchdog must look at a ticket next.

    A timer set for an older generation is stale and does nothing.
    """

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    generation: int


Clocks = Mapping[Metric, Clock]


def fold(clocks: Clocks, event: ClockEvent) -> dict[Metric, Clock]:
    """The clocks after `event`."""
    return {**clocks, event.metric: _after(clocks.get(event.metric), event)}


def _after(clock: Clock | None, event: ClockEvent) -> Clock:
    if isinstance(event, ClockStarted):
        return Clock(
            metric=event.metric,
            cycle=event.cycle,
            target=event.target,
            policy=event.policy,
            calendar=event.calendar,
            started_at=event.started_at,
            due_at=event.due_at,
            armed_at=event.occurred_at,
        )
    if clock is None:
        raise ValueError(f"{event.type} before the {event.metric} clock was started")
    return clock.model_copy(update=_changes(clock, event))


def _changes(clock: Clock, event: ClockEvent) -> dict[str, object]:
    match event:
        case ClockPaused():
            since = max(clock.started_at, event.occurred_at)
            was_due = clock.due_at is not None and clock.due_at <= since
            return {
                "state": "paused",
                "paused_status": event.status,
                "pauses": (*clock.pauses, Pause(since=since)),
                "due_at": clock.due_at if was_due else None,
            }
        case ClockResumed():
            return {
                "state": "running",
                "paused_status": None,
                "pauses": _ended(clock.pauses, event.occurred_at),
                "due_at": event.due_at,
            }
        case ClockRetargeted():
            is_late = event.due_at is not None and event.due_at <= event.occurred_at
            anew = {} if is_late else {"acknowledged_at": None, "acknowledged_by": None, "held": ()}
            return {
                **anew,
                "target": event.target,
                "due_at": event.due_at,
                "policy": event.policy,
                "calendar": event.calendar,
                "armed_at": event.occurred_at,
                "warned": (),
                "breached_at": clock.breached_at if is_late else None,
                "escalation_level": clock.escalation_level if is_late else 0,
            }
        case ClockStopped():
            return {
                "state": "stopped",
                "paused_status": None,
                "pauses": _ended(clock.pauses, event.occurred_at),
                "due_at": event.due_at,
                "stopped_at": event.occurred_at,
                "result": event.result,
            }
        case SlaWarned():
            return {"warned": (*clock.warned, event.threshold), "held": _holding(clock, event, event.held)}
        case SlaBreached():
            still = clock.model_copy(update={"held": tuple(one for one in clock.held if one.about != "SlaWarned")})
            return {"breached_at": event.due_at, "held": _holding(still, event, event.held)}
        case TicketEscalated():
            return {"escalation_level": event.level, "held": _holding(clock, event, event.held, event.level)}
        case NoticeReleased():
            told = {(event.cause, recipient) for recipient in event.recipients}
            return {"held": tuple(one for one in clock.held if (one.cause, one.recipient) not in told)}
        case EscalationAcknowledged():
            return {
                "acknowledged_at": event.occurred_at,
                "acknowledged_by": event.actor.id,
                "acknowledged_level": event.level,
            }
        case _:
            raise ValueError(f"{event.type} does not move a clock")


def _holding(clock: Clock, event: ClockEvent, held: tuple[HeldNotice, ...], level: int = 0) -> tuple[Held, ...]:
    return (
        *clock.held,
        *(
            Held.model_validate({**dict(one), "cause": event.event_id, "about": type(event).__name__, "level": level})
            for one in held
        ),
    )


def _ended(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    if pauses and pauses[-1].until is None:
        return (*pauses[:-1], Pause(since=pauses[-1].since, until=max(pauses[-1].since, at)))
    return pauses
