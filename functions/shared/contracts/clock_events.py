"""The clocks' events: how each clock of a ticket moved, and what was done as its deadline neared and passed."""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from functions.shared.contracts.base import Reason, TicketEvent, Value
from functions.shared.contracts.words import Metric, Slug, Status


class ClockEvent(TicketEvent):
    """A clock of the ticket moved. `cycle` counts a metric's start-to-stop runs from 1."""

    metric: Metric
    cycle: int = Field(ge=1)


class ClockStarted(ClockEvent):
    """`due_at` is None where the policy gives no target; `walk` says how it was found."""

    type: Literal["ClockStarted"] = "ClockStarted"
    started_at: AwareDatetime
    target: str | None = None
    due_at: AwareDatetime | None = None
    policy: Slug
    calendar: Slug | None = None
    walk: tuple[Reason, ...] = ()


class ClockPaused(ClockEvent):
    type: Literal["ClockPaused"] = "ClockPaused"
    status: Status


class ClockResumed(ClockEvent):
    type: Literal["ClockResumed"] = "ClockResumed"
    paused_at: AwareDatetime
    due_at: AwareDatetime | None = None
    walk: tuple[Reason, ...] = ()


class ClockRetargeted(ClockEvent):
    """The start stayed, the target changed."""

    type: Literal["ClockRetargeted"] = "ClockRetargeted"
    old_target: str | None = None
    old_due_at: AwareDatetime | None = None
    target: str | None = None
    due_at: AwareDatetime | None = None
    policy: Slug
    calendar: Slug | None = None
    walk: tuple[Reason, ...] = ()


class ClockStopped(ClockEvent):
    """The cycle is finished and never changes again."""

    type: Literal["ClockStopped"] = "ClockStopped"
    result: Literal["met", "breached", "cancelled"]
    due_at: AwareDatetime | None = None
    elapsed: timedelta = Field(description="Counted time: working time of the calendar, less the pauses.")


class HeldNotice(Value):
    """Somebody who has quiet hours is told when these end."""

    recipient: str
    until: AwareDatetime


class SlaWarned(ClockEvent):
    """A deadline is near; `threshold` is the policy's name for how near."""

    type: Literal["SlaWarned"] = "SlaWarned"
    threshold: str
    due_at: AwareDatetime
    recipients: tuple[str, ...] = Field(default=(), description="Ids of people, mail addresses, or webhook:ID.")
    held: tuple[HeldNotice, ...] = ()


class SlaBreached(ClockEvent):
    type: Literal["SlaBreached"] = "SlaBreached"
    due_at: AwareDatetime
    recipients: tuple[str, ...] = ()
    held: tuple[HeldNotice, ...] = ()


class TicketEscalated(ClockEvent):
    """The next in line was called; `level` counts from 1."""

    type: Literal["TicketEscalated"] = "TicketEscalated"
    level: int = Field(ge=1)
    due_at: AwareDatetime
    recipients: tuple[str, ...] = ()
    held: tuple[HeldNotice, ...] = ()


class NoticeReleased(ClockEvent):
    """Quiet hours are over: who had them is told now of what happened in them (`cause` is that event)."""

    type: Literal["NoticeReleased"] = "NoticeReleased"
    cause: str
    about: Literal["SlaWarned", "SlaBreached", "TicketEscalated"]
    due_at: AwareDatetime
    level: int = 0
    recipients: tuple[str, ...]


class EscalationAcknowledged(ClockEvent):
    """Somebody knows that the deadline has passed and looks after it; `level` is the last that had been called."""

    type: Literal["EscalationAcknowledged"] = "EscalationAcknowledged"
    level: int = Field(ge=0)
