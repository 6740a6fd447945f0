from datetime import timedelta

import pytest

from functions.shared.contracts.words import Metric
from functions.shared.domain.clocks import Clock
from functions.shared.pages.clocks import deadline, due, dues
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
        ({"warned": ("half",)}, timedelta(hours=1), "soon"),
        ({}, timedelta(hours=3, minutes=1), "soon"),
        ({}, timedelta(hours=4), "soon"),
        ({}, timedelta(hours=4, seconds=1), "overdue"),
        ({"state": "paused", "due_at": None}, timedelta(hours=9), "paused"),
        ({"state": "stopped", "result": "met"}, timedelta(hours=9), "met"),
        ({"state": "stopped", "result": "breached"}, timedelta(hours=9), "missed"),
        ({"state": "stopped", "result": "cancelled"}, timedelta(hours=9), "none"),
        ({"target": None, "due_at": None}, timedelta(hours=9), "none"),
    ],
)
def test_a_clock_says_how_near_its_deadline_is(changes, after, state):
    assert due(make_clock(**changes), NOON + after).state == state


def test_a_clock_without_a_target_is_not_shown():
    clocks = {
        Metric.RESOLUTION: make_clock(target=None, due_at=None),
        Metric.FIRST_RESPONSE: make_clock(metric=Metric.FIRST_RESPONSE),
    }

    assert [shown.metric for shown in dues(clocks, NOON)] == [Metric.FIRST_RESPONSE]


def test_a_line_without_a_deadline_has_no_chip():
    assert deadline(None, NOON, NOON) is None
