"""One contract for the counters in moto and for their in-memory fake."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.domain.mail_rules import Brake
from functions.shared.gateways.window_counts import WindowCounts
from tests.factories import DESK, NOON
from tests.fakes import InMemoryCounts
from tests.integration.conftest import TABLE


@pytest.fixture(params=["moto", "memory"])
def counts(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return InMemoryCounts()
    return WindowCounts(request.getfixturevalue("dynamodb"), TABLE, DESK)


def test_so_many_are_admitted_in_a_window_and_others_are_counted_apart(counts: Any) -> None:
    brake = Brake(at_most=2, within="1h")

    assert [counts.admit("a", brake, now=NOON + timedelta(minutes=n)) for n in (0, 20, 59)] == [True, True, False]
    assert counts.admit("b", brake, now=NOON)
    assert counts.admit("a", brake, now=NOON + timedelta(minutes=60))


def test_one_may_stand_for_several(counts: Any) -> None:
    brake = Brake(at_most=5, within="1h")

    assert [counts.admit("a", brake, now=NOON, weight=3) for _ in range(3)] == [True, True, False]
