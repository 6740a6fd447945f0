"""A ticket's clocks as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from functions.shared.contracts.words import Metric
from functions.shared.domain.clocks import Clock, Clocks

_SOON: Final = 0.25
"""The last part of its time in which a deadline counts as near, whatever the warnings."""


@dataclass(frozen=True)
class Due:
    """What is to be said of one clock."""

    metric: Metric
    state: Literal["running", "soon", "overdue", "paused", "met", "missed", "none"]
    due_at: datetime | None = None
    started_at: datetime | None = None
    target: str | None = None

    @property
    def is_pressing(self) -> bool:
        return self.state in ("soon", "overdue")


def due(clock: Clock, now: datetime) -> Due:
    """The clock as it stands at `now`."""
    return Due(clock.metric, _state(clock, now), clock.due_at, clock.started_at, clock.target)


def dues(clocks: Clocks, now: datetime) -> list[Due]:
    """Every clock that has a target, in the order of Metric."""
    return [due(clocks[metric], now) for metric in Metric if metric in clocks and clocks[metric].target]


def deadline(due_at: datetime | None, opened_at: datetime, now: datetime) -> Due | None:
    """The chip of a list, where only the next deadline is known; None without one."""
    if due_at is None:
        return None
    return Due(Metric.RESOLUTION, _nearness(opened_at, due_at, now), due_at, opened_at)


def _state(clock: Clock, now: datetime) -> Literal["running", "soon", "overdue", "paused", "met", "missed", "none"]:
    if clock.state == "paused":
        return "paused"
    if clock.state == "stopped":
        return "missed" if clock.result == "breached" else "met" if clock.result == "met" else "none"
    if clock.due_at is None:
        return "none"
    nearness = _nearness(clock.started_at, clock.due_at, now)
    return "soon" if nearness == "running" and clock.warned else nearness


def _nearness(started_at: datetime, due_at: datetime, now: datetime) -> Literal["running", "soon", "overdue"]:
    if now > due_at:
        return "overdue"
    return "soon" if due_at - now < (due_at - started_at) * _SOON else "running"
