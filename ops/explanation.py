"""Why a ticket's deadlines are what they are, out of the ticket as the agents' API gives it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from functions.shared.contracts.events import (
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    EscalationAcknowledged,
    NoticeReleased,
    Reason,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
)
from functions.shared.contracts.words import Metric, Status
from functions.shared.domain.clocks import Timer
from functions.shared.domain.cycles import Act, Cycle, cycles_of

Moved = Annotated[
    ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockRetargeted
    | ClockStopped
    | SlaWarned
    | SlaBreached
    | TicketEscalated
    | NoticeReleased
    | EscalationAcknowledged,
    Field(discriminator="type"),
]
_MOVED: Final[TypeAdapter[Moved]] = TypeAdapter(Moved)
_TYPES: Final = frozenset(kind.name() for kind in get_args(get_args(Moved)[0]))


class NotExplained(ValueError):
    """The desk's answer is not the history of a ticket."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class PauseLine(_Part):
    """A time that did not count."""

    since: AwareDatetime
    until: AwareDatetime | None
    status: Status


class DeadlineLine(_Part):
    """A deadline that a cycle had from an instant on, and the walk that gave it."""

    since: AwareDatetime
    because: Literal["started", "resumed", "retargeted"]
    target: str | None
    due_at: AwareDatetime | None
    reasons: tuple[Reason, ...]
    walk: tuple[Reason, ...]


class ActLine(_Part):
    """A warning, the breach or an escalation with whom it was sent to, or who acknowledged one."""

    at: AwareDatetime
    kind: Literal["warned", "breached", "escalated", "released", "acknowledged"]
    threshold: str | None = None
    level: int | None = None
    due_at: AwareDatetime | None = None
    by: str | None = None
    recipients: tuple[str, ...]
    reasons: tuple[Reason, ...]


class CycleLine(_Part):
    """One cycle of a clock, from start to stop."""

    cycle: int
    state: Literal["running", "paused", "met", "breached", "cancelled"]
    policy: str
    calendar: str | None
    target: str | None
    started_at: AwareDatetime
    due_at: AwareDatetime | None
    stopped_at: AwareDatetime | None
    counted: timedelta | None
    is_late: bool
    pauses: tuple[PauseLine, ...]
    deadlines: tuple[DeadlineLine, ...]
    acts: tuple[ActLine, ...]
    result: tuple[Reason, ...]


class ClockLines(_Part):
    """All cycles of one metric, in order."""

    metric: Metric
    cycles: tuple[CycleLine, ...]


class Pending(_Part):
    """When the watchdog looks at the ticket next; `breach_of` where that is the very instant of a deadline."""

    at: AwareDatetime
    generation: int
    breach_of: Metric | None


class Explanation(_Part):
    """A ticket's clocks with all that led to them."""

    reference: str
    title: str
    status: Status
    priority: str | None
    clocks: tuple[ClockLines, ...]
    timer: Pending | None


def explanation(ticket: Mapping[str, Any]) -> Explanation:
    """What there is to say about the clocks of a ticket of the API.

    Raises:
        NotExplained: this is no ticket, or one with a history of a kind that is not known here.
    """
    try:
        moves = [_MOVED.validate_python(event) for event in ticket["timeline"] if event["type"] in _TYPES]
        cycles = cycles_of(moves)
        timer = Timer.model_validate(ticket["timer"]) if ticket.get("timer") else None
        metrics = [metric for metric in Metric if cycles.of(metric)]
        return Explanation(
            reference=ticket["reference"],
            title=ticket["title"],
            status=ticket["status"],
            priority=ticket["priority"],
            clocks=tuple(ClockLines(metric=one, cycles=tuple(map(_line, cycles.of(one)))) for one in metrics),
            timer=timer and _pending(timer, cycles),
        )
    except ValidationError as error:
        details = error.errors()[0]
        place = ".".join(map(str, details["loc"]))
        raise NotExplained(f"The desk's answer is not understood: {place}: {details['msg']}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise NotExplained(f"The desk's answer is not understood: {error}.") from error


def _line(cycle: Cycle) -> CycleLine:
    clock = cycle.clock
    late = clock.breached_at is not None
    return CycleLine(
        cycle=clock.cycle,
        state=clock.result or ("paused" if clock.state == "paused" else "running"),
        policy=clock.policy,
        calendar=clock.calendar,
        target=clock.target,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        counted=cycle.elapsed,
        is_late=late or clock.result == "breached",
        pauses=tuple(PauseLine(since=one.since, until=one.until, status=status) for one, status in cycle.pauses),
        deadlines=tuple(
            DeadlineLine(
                since=event.occurred_at,
                because=_BECAUSE[event.type],
                target=target,
                due_at=event.due_at,
                reasons=event.reasons,
                walk=event.walk,
            )
            for event, target in _with_targets(cycle)
        ),
        acts=tuple(map(_act, cycle.acts)),
        result=cycle.stop.reasons if cycle.stop else (),
    )


_BECAUSE: Final[Mapping[str, Literal["started", "resumed", "retargeted"]]] = {
    "ClockStarted": "started",
    "ClockResumed": "resumed",
    "ClockRetargeted": "retargeted",
}


def _with_targets(cycle: Cycle) -> Iterable[tuple[ClockStarted | ClockResumed | ClockRetargeted, str | None]]:
    """The deadlines with the target that held at each; going on after a pause leaves it as it was."""
    target: str | None = None
    for event in cycle.deadlines:
        target = target if isinstance(event, ClockResumed) else event.target
        yield event, target


def _act(event: Act) -> ActLine:
    if isinstance(event, EscalationAcknowledged):
        by = event.actor.name or event.actor.id
        return ActLine(at=event.occurred_at, kind="acknowledged", level=event.level, by=by, recipients=(), reasons=())
    common: dict[str, Any] = {
        "at": event.occurred_at,
        "due_at": event.due_at,
        "recipients": event.recipients,
        "reasons": event.reasons,
    }
    match event:
        case SlaWarned():
            return ActLine(kind="warned", threshold=event.threshold, **common)
        case SlaBreached():
            return ActLine(kind="breached", **common)
        case TicketEscalated():
            return ActLine(kind="escalated", level=event.level, **common)
        case NoticeReleased():
            return ActLine(kind="released", level=event.level, **common)


def _pending(timer: Timer, cycles: Iterable[Cycle]) -> Pending:
    breached = (
        cycle.clock.metric
        for cycle in cycles
        if cycle.clock.is_running and cycle.clock.due_at == timer.at and not cycle.clock.breached_at
    )
    return Pending(at=timer.at, generation=timer.generation, breach_of=next(breached, None))
