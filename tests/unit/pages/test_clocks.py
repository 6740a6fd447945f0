from datetime import timedelta

import pytest

from functions.desk.pages.views import due_of
from functions.desk.views import ClockView
from functions.shared.contracts.words import Metric
from functions.shared.domain.clocks import Clock
from tests.factories import NOON


def make_clock(**changes: object) -> Clock:
    fields = {
        "metric": Metric.RESOLUTION,
        "cycle": 1,
        "target": "4h",
        "policy": "standard",
        "calendar": None,
        "started_at": NOON,
        "due_at": NOON + timedelta(hours=4),
    }
    return Clock.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "after", "state"),
    [
        ({}, timedelta(hours=1), "running"),
        ({}, timedelta(hours=3, minutes=1), "soon"),
        ({}, timedelta(hours=4), "soon"),
        ({}, timedelta(hours=4, seconds=1), "overdue"),
        ({"state": "paused", "due_at": None}, timedelta(hours=9), "paused"),
        ({"breached_at": NOON + timedelta(hours=4)}, timedelta(hours=5), "overdue"),
        ({"state": "stopped", "result": "met", "stopped_at": NOON}, timedelta(hours=9), "met"),
        ({"state": "stopped", "result": "breached", "stopped_at": NOON}, timedelta(hours=9), "missed"),
    ],
)
def test_a_clock_says_how_near_its_deadline_is(changes, after, state):
    now = NOON + after

    due = due_of(ClockView.of(make_clock(**changes), now), now)

    assert due is not None
    assert due.state == state


@pytest.mark.parametrize(
    "changes", [{"target": None, "due_at": None}, {"state": "stopped", "result": "cancelled", "stopped_at": NOON}]
)
def test_a_clock_that_promises_nothing_is_not_shown(changes):
    assert due_of(ClockView.of(make_clock(**changes), NOON), NOON) is None
