"""Deadlines as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from functions.shared.contracts.words import Metric

SOON: Final = 0.25
"""The last part of its time, in which a deadline counts as near."""


@dataclass(frozen=True)
class Due:
    """What is to be said of one clock."""

    metric: Metric
    state: Literal["running", "soon", "overdue", "paused", "met", "missed", "none"]
    due_at: datetime | None = None


def deadline(metric: Metric, due_at: datetime, started_at: datetime, now: datetime) -> Due:
    """A deadline that a running clock heads for."""
    if now > due_at:
        return Due(metric, "overdue", due_at)
    return Due(metric, "soon" if due_at - now < (due_at - started_at) * SOON else "running", due_at)
