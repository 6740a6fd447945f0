"""Rules that would set one another off without end, and those that would not."""

from typing import Any

import pytest

from functions.shared.domain.rule_circles import circles
from functions.shared.domain.rules import Rule


def rule(id: str, when: dict[str, Any], *then: dict[str, Any], **more: Any) -> Rule:
    return Rule.model_validate(
        {"id": id, "name": {"zh": id, "en": id}, "on": ["updated"], "when": when, "then": list(then), **more}
    )


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


def priority(name: str) -> dict[str, Any]:
    return {"do": "set_priority", "priority": name}


def team(name: str) -> dict[str, Any]:
    return {"do": "set_team", "team": name}


UP = rule("up", leaf("priority", "is", "P2"), priority("P1"))
DOWN = rule("down", leaf("priority", "changed_to", "P1"), priority("P2"))


@pytest.mark.parametrize(
    "rules",
    [
        (UP, DOWN),
        (
            rule("a", leaf("team", "changed"), team("finance")),
            rule("b", {"not": leaf("team", "is", "first-line")}, team("first-line")),
        ),
        (
            rule("on", {"not": leaf("tags", "contains", "seen")}, {"do": "add_tags", "tags": ["seen"]}),
            rule("off", leaf("tags", "contains", "seen"), {"do": "remove_tags", "tags": ["seen"]}),
        ),
        (
            rule("on", {"not": leaf("tags", "contains", "seen")}, {"do": "add_tags", "tags": ["SEEN"]}),
            rule("off", leaf("tags", "contains", "seen"), {"do": "remove_tags", "tags": ["Ｓeen"]}),
        ),
        (
            rule("a", leaf("team", "is", "x"), priority("P1"), team("y")),
            rule("b", leaf("priority", "is", "P1"), {"do": "set_field", "field": "module", "value": "m"}),
            rule("c", leaf("module", "is", "m"), team("x")),
            rule("d", leaf("team", "is", "x"), priority("P1")),
        ),
    ],
    ids=["to and fro", "two teams", "tags", "tags in other letters", "round three fields"],
)
def test_a_circle_is_found(rules):
    found = list(circles(rules))

    assert len(found) == 1
    assert "without end" in found[0][1]


@pytest.mark.parametrize(
    "rules",
    [
        (UP, rule("same", leaf("priority", "is", "P1"), priority("P1"))),
        (UP, rule("also-up", leaf("priority", "at_most", "P3"), priority("P1"))),
        (rule("alone", leaf("priority", "changed"), priority("P1")),),
        (UP, rule("asleep", leaf("priority", "is", "P1"), priority("P2"), enabled=False)),
        (UP, rule("opened", leaf("priority", "is", "P1"), priority("P2"), on=["opened"])),
        (UP, rule("elsewhere", leaf("team", "is", "x"), priority("P2"))),
        (
            rule("a", leaf("tags", "contains", "one"), {"do": "add_tags", "tags": ["two"]}),
            rule("b", leaf("tags", "contains", "two"), {"do": "add_tags", "tags": ["one"]}),
        ),
    ],
    ids=["no change", "one value", "alone", "disabled", "other occasion", "other field", "tags only added"],
)
def test_rules_that_come_to_rest_are_none(rules):
    assert list(circles(rules)) == []


def test_a_circle_names_its_rules_and_the_first_of_them():
    other = rule("other", leaf("team", "is", "x"), priority("P3"))

    assert list(circles((other, DOWN, UP))) == [
        (1, 'the rules "down", "up" would set one another off without end, by changing priority')
    ]
