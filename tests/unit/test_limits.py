"""How much strangers may send."""

from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.limits import Gate
from functions.shared.domain.errors import TooManyRequests
from functions.shared.domain.limits import Limits, source_of
from functions.shared.domain.mail_rules import Brake
from tests.factories import NOON
from tests.fakes import InMemoryCounts
from tests.lambdas import http_event


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
    ],
)
def test_requests_are_counted_under_whoever_holds_the_address(address: str, source: str) -> None:
    assert source_of(address) == source


def posted(source: str = "203.0.113.7") -> APIGatewayProxyEventV2:
    event = http_event("POST", "/api/v1/tickets", {}, {})
    event["requestContext"]["http"]["sourceIp"] = source
    return APIGatewayProxyEventV2(event)


def gate(at_most: int, counts: Any = None) -> Gate:
    limits = Limits(source=Brake(at_most=at_most, within="10m"))
    return Gate(lambda: limits, counts or InMemoryCounts())


def admitted(door: Gate, requests: int, *, after: timedelta = timedelta(0)) -> int:
    """How many of the requests of one source are let in."""
    let_in = 0
    for _ in range(requests):
        try:
            door.admit(posted(), now=NOON + after)
        except TooManyRequests:
            continue
        let_in += 1
    return let_in


class Watched(InMemoryCounts):
    asked = 0

    def admit(self, *args: Any, **how: Any) -> bool:
        self.asked += 1
        return super().admit(*args, **how)


@pytest.mark.parametrize("at_most", [1, 7, 99])
def test_a_small_limit_is_kept_to_the_letter(at_most: int) -> None:
    assert admitted(gate(at_most), at_most + 20) == at_most


def test_a_large_limit_is_counted_in_steps_and_then_no_more() -> None:
    counts = Watched()

    assert admitted(gate(300, counts), 2_000) == 305
    assert counts.asked == 51


@given(environments=st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_each_environment_lets_in_less_than_a_step_beyond_the_limit(environments: list[int]) -> None:
    counts = InMemoryCounts()
    doors = [gate(300, counts) for _ in environments]
    let_in = sum(admitted(door, requests) for door, requests in zip(doors, environments, strict=True))

    assert min(300, sum(environments)) <= let_in <= 300 + 5 * len(doors)


def test_who_was_refused_is_refused_until_the_window_ends_and_nobody_else_is() -> None:
    door = gate(2)
    assert admitted(door, 5) == 2
    with pytest.raises(TooManyRequests) as refused:
        door.admit(posted(), now=NOON + timedelta(minutes=4))

    assert refused.value.after == timedelta(minutes=6)
    door.admit(posted("203.0.113.8"), now=NOON)
    assert admitted(door, 5, after=timedelta(minutes=10)) == 2


def test_what_limits_are_raised_to_counts_at_once() -> None:
    limits = Limits(source=Brake(at_most=1, within="10m"))
    door = Gate(lambda: limits, InMemoryCounts())
    assert admitted(door, 3) == 1

    limits = Limits(source=Brake(at_most=3, within="10m"))
    assert admitted(door, 3) == 2
