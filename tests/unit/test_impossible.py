"""Conditions that no clock or calendar can meet are refused with their place; what some moment meets never is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.config_check import faults, rule_faults, spelled
from functions.shared.domain.facts import Facts
from functions.shared.domain.impossible import impossible_times
from functions.shared.domain.policies import SlaPolicy
from functions.shared.domain.rules import Rule
from tests.factories import NOON, default_config

FOREVER = "9999-12-31T23:59:59-12:00"
SINCE_EVER = "0001-01-01T00:00:00+14:00"
UNKNOWN = "instants lie in the years 1900 to 2199"


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def rule(when: Any) -> Rule:
    return Rule.model_validate(
        {"id": "r", "name": {"zh": "规则", "en": "R"}, "when": when, "then": [{"do": "add_tags", "tags": ["a"]}]}
    )


def found(when: Any) -> list[str]:
    return [f"{spelled(fault.place)}: {fault.message}" for fault in rule_faults([rule(when)])]


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        (leaf("hour", "at_least", 24), 'rules[0].when: hour is a whole number from 0 to 23, never "24"'),
        (leaf("hour", "in", [9, -1]), 'rules[0].when: hour is a whole number from 0 to 23, never "-1"'),
        (leaf("hour", "is", "9"), 'rules[0].when: hour is a whole number from 0 to 23, never "9"'),
        (
            {"all": [leaf("text", "contains", "x"), {"not": leaf("weekday", "is", "monday")}]},
            'rules[0].when.all[1].not: weekday is one of mon, tue, wed, thu, fri, sat, sun, never "monday"',
        ),
        (
            {"any": [{"all": [leaf("hour", "at_least", 20), leaf("hour", "at_most", 6)]}]},
            "rules[0].when.any[0]: no hour is all of this at once; from one day into the next is written with any",
        ),
        (
            {"all": [leaf("weekday", "is", "mon"), leaf("weekday", "in", ["tue", "wed"])]},
            "rules[0].when: no weekday is all of this at once",
        ),
        (
            {
                "all": [
                    leaf("opened_at", "after", "2026-10-02T00:00:00+08:00"),
                    leaf("opened_at", "before", "2026-10-01T00:00:00+08:00"),
                ]
            },
            "rules[0].when: no instant is all of this at once",
        ),
        (leaf("opened_at", "before", FOREVER), f"rules[0].when: {UNKNOWN}"),
        ({"not": leaf("opened_at", "after", SINCE_EVER)}, f"rules[0].when.not: {UNKNOWN}"),
        (leaf("opened_at", "within", [SINCE_EVER, "2026-10-01T00:00:00Z"]), f"rules[0].when: {UNKNOWN}"),
    ],
)
def test_what_no_moment_meets_is_refused_with_its_place(when: Any, fault: str) -> None:
    assert found(when) == [fault]
    config = default_config().model_copy(update={"rules": (rule(when),)})
    assert fault in list(map(str, faults(config, NOON)))


@pytest.mark.parametrize(
    "when",
    [
        {"any": [leaf("hour", "at_least", 20), leaf("hour", "at_most", 6)]},
        {"all": [leaf("hour", "at_least", 9), leaf("hour", "at_most", 9)]},
        leaf("weekday", "in", ["Mon", "ＳＵＮ"]),
        leaf("hour", "is_not", 0.0),
    ],
)
def test_what_some_moment_meets_is_not(when: Any) -> None:
    assert found(when) == []


def test_a_rule_is_in_force_within_known_years_and_a_policy_asks_for_them() -> None:
    config = default_config()
    times = {"from": SINCE_EVER, "until": FOREVER}
    lasting = Rule.model_validate(rule(None).model_dump(by_alias=True) | times)
    asking = SlaPolicy.model_validate(
        config.policies[0].model_dump(by_alias=True) | {"when": {"all": [leaf("opened_at", "before", FOREVER)]}}
    )
    spoilt = config.model_copy(update={"rules": (lasting,), "policies": (asking, *config.policies[1:])})

    assert list(map(str, faults(spoilt, NOON))) == [
        f"rules[0].from: {UNKNOWN}",
        f"rules[0].until: {UNKNOWN}",
        f"policies[0].when.all[0]: {UNKNOWN}",
    ]


hours = st.builds(
    leaf,
    st.just("hour"),
    st.sampled_from(["is", "is_not", "at_least", "at_most"]),
    st.integers(min_value=0, max_value=23),
)


@given(parts=st.lists(hours, min_size=1, max_size=5))
def test_hours_are_refused_exactly_where_no_hour_of_the_day_meets_them(parts: list[dict[str, Any]]) -> None:
    condition = rule({"all": parts}).when
    assert condition is not None

    meets = any(condition.holds(Facts({"hour": hour})) for hour in range(24))
    unset = condition.holds(Facts({}))

    assert bool(list(impossible_times(condition, ()))) == (len(parts) > 1 and not meets and not unset)
