"""Rules that would set one another off without end, and those that would not."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_circles import circles
from functions.shared.domain.rules import Occasion, Rule, run
from tests.factories import NOON


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


def step(old: int, new: int) -> Rule:
    """From one stage to the next."""
    then = ({"do": "remove_tags", "tags": [f"s{old}"]}, {"do": "add_tags", "tags": [f"s{new}"]})
    return rule(f"from-{old}", leaf("tags", "contains", f"s{old}"), *then)


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
            *(step(number, (number + 1) % 4) for number in range(4)),
            step(7, 8),
        ),
        (
            rule("a", leaf("team", "is", "x"), priority("P1"), team("y")),
            rule("b", leaf("priority", "is", "P1"), {"do": "set_field", "field": "module", "value": "m"}),
            rule("c", leaf("module", "is", "m"), team("x")),
            rule("d", leaf("team", "is", "x"), priority("P1")),
        ),
    ],
    ids=["to and fro", "two teams", "tags", "tags in other letters", "stages in a ring", "round three fields"],
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
        tuple(step(number, number + 1) for number in range(6)),
        (
            rule("a", leaf("priority", "is", "P2"), priority("P1"), {"do": "add_tags", "tags": ["up"]}),
            rule("b", leaf("tags", "contains", "up"), priority("P0"), {"do": "remove_tags", "tags": ["up"]}),
        ),
    ],
    ids=[
        "no change",
        "one value",
        "alone",
        "disabled",
        "other occasion",
        "other field",
        "tags only added",
        "stages",
        "once",
    ],
)
def test_rules_that_come_to_rest_are_none(rules):
    assert list(circles(rules)) == []


def test_a_circle_names_its_rules_and_the_first_of_them():
    other = rule("other", leaf("team", "is", "x"), priority("P3"))

    assert list(circles((other, DOWN, UP))) == [
        (1, 'the rules "down", "up" would set one another off without end, by changing priority')
    ]


TAGS = ("a", "b", "c")
asked = st.one_of(
    st.builds(leaf, st.just("tags"), st.just("contains"), st.sampled_from(TAGS)),
    st.builds(lambda tag: {"not": leaf("tags", "contains", tag)}, st.sampled_from(TAGS)),
    st.builds(leaf, st.just("priority"), st.just("is"), st.sampled_from(["P1", "P2"])),
)
done = st.one_of(
    st.builds(
        lambda do, tag: {"do": do, "tags": [tag]}, st.sampled_from(["add_tags", "remove_tags"]), st.sampled_from(TAGS)
    ),
    st.builds(priority, st.sampled_from(["P1", "P2"])),
)
some_rules = st.lists(
    st.tuples(st.lists(asked, min_size=1, max_size=2), st.lists(done, min_size=1, max_size=2)), min_size=2, max_size=4
)


@given(written=some_rules)
def test_rules_that_go_on_without_end_are_never_overlooked(written):
    rules = [rule(f"r{number}", {"all": [*when, *known(then)]}, *then) for number, (when, then) in enumerate(written)]

    if any(goes_on(rules, frozenset(tags), one) for tags in subsets(TAGS) for one in (Priority.P1, Priority.P2)):
        assert list(circles(rules))


def known(then):
    """What makes a rule read the fields that it writes: only such circles are looked for."""
    by_tags = [{"any": [leaf("tags", "contains", tag) for tag in TAGS]}]
    by_priority = [leaf("priority", "in", ["P1", "P2"])]
    return [part for action in then for part in (by_tags if "tags" in action else by_priority)]


def subsets(tags):
    return (some for size in range(len(tags) + 1) for some in combinations(tags, size))


def goes_on(rules, tags, priority):
    """Whether a ticket in this state never comes to rest under rules that are tried on every change."""
    seen = set()
    while (tags, priority) not in seen:
        seen.add((tags, priority))
        verdict = Verdict(priority=priority, tags=tuple(sorted(tags)))
        tried = run(
            rules, Facts({"tags": verdict.tags, "priority": priority}), verdict, occasion=Occasion.UPDATED, at=NOON
        ).verdict
        if (frozenset(tried.tags), tried.priority) == (tags, priority):
            return False
        tags, priority = frozenset(tried.tags), tried.priority
    return True
