"""A draft brought onto what was published meanwhile, and the differences of two versions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.words import Language
from functions.shared.domain.config_diff import Change, ChangeKind, changes
from functions.shared.domain.errors import RulesDiverged
from functions.shared.domain.rule_drafts import rebased
from functions.shared.domain.rules import Rule
from functions.shared.pages.config_words import ConfigWords
from tests.factories import default_config


def rule(id: str, tag: str = "seen") -> Rule:
    return Rule.model_validate(
        {"id": id, "name": {"zh": id, "en": id}, "then": [{"do": "add_tags", "tags": [tag]}]},
    )


def listed(text: str) -> tuple[Rule, ...]:
    """Rules by one letter each; a capital has been changed."""
    return tuple(rule(letter.lower(), "seen" if letter.islower() else "other") for letter in text)


def spelled(rules: tuple[Rule, ...]) -> str:
    return "".join(one.id if one == rule(one.id) else one.id.upper() for one in rules)


lists = st.text("abcde", max_size=5).map(lambda text: "".join(dict.fromkeys(text)))
edited = st.permutations("abcdefg").flatmap(
    lambda order: st.tuples(st.just(order), st.lists(st.booleans(), min_size=7, max_size=7), st.integers(0, 7))
)


@st.composite
def edits(draw: st.DrawFn) -> str:
    order, capitals, length = draw(edited)
    letters = [one.upper() if is_capital else one for one, is_capital in zip(order, capitals, strict=True)]
    return "".join(letters[:length])


@given(base=lists, other=edits())
def test_where_only_one_side_changed_something_that_side_counts(base: str, other: str) -> None:
    assert rebased(listed(base), listed(other), listed(base)) == listed(other)
    assert rebased(listed(base), listed(base), listed(other)) == listed(other)
    assert rebased(listed(base), listed(other), listed(other)) == listed(other)


@given(base=lists, mine=edits(), theirs=edits())
def test_a_merge_holds_what_each_side_did(base: str, mine: str, theirs: str) -> None:
    try:
        merged = rebased(listed(base), listed(mine), listed(theirs))
    except RulesDiverged:
        return
    by_id = {one.id: one for one in merged}
    assert len(by_id) == len(merged)
    before, mine_by_id, their_rules = ({one.id: one for one in listed(text)} for text in (base, mine, theirs))
    for id in {*before, *mine_by_id, *their_rules}:
        changed_by_me = mine_by_id.get(id) != before.get(id)
        assert by_id.get(id) == (mine_by_id if changed_by_me else their_rules).get(id)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("abc", "Abc", "abC", "AbC"),
        ("abc", "abcd", "eabc", "eabcd"),
        ("abc", "ab", "aBc", "aB"),
        ("abc", "cab", "abC", "Cab"),
        ("abc", "aBc", "cab", "caB"),
        ("abc", "adbc", "cab", "cadb"),
        ("abc", "Abc", "Abc", "Abc"),
    ],
)
def test_edits_of_different_rules_go_together(base: str, mine: str, theirs: str, merged: str) -> None:
    assert spelled(rebased(listed(base), listed(mine), listed(theirs))) == merged


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "why"),
    [("abc", "Abc", "bc", "a"), ("abc", "acb", "bac", "reason.order_of_rules")],
)
def test_edits_of_the_same_rule_do_not(base: str, mine: str, theirs: str, why: str) -> None:
    with pytest.raises(RulesDiverged) as diverged:
        rebased(listed(base), listed(mine), listed(theirs))
    assert str(diverged.value) == why


def content(text: str) -> dict[str, Any]:
    return {"rules": [one.model_dump(mode="json", by_alias=True) for one in listed(text)]}


@given(before=edits(), after=edits())
def test_differences_name_every_part_that_differs_and_no_other(before: str, after: str) -> None:
    found = changes(content(before), content(after))
    old, new = ({one.id: one for one in listed(text)} for text in (before, after))

    assert {one.item for one in found if one.kind is ChangeKind.ADDED} == new.keys() - old.keys()
    assert {one.item for one in found if one.kind is ChangeKind.REMOVED} == old.keys() - new.keys()
    both = old.keys() & new.keys()
    assert {one.item for one in found if one.kind is ChangeKind.CHANGED} == {id for id in both if old[id] != new[id]}
    moved = {one.item for one in found if one.kind is ChangeKind.MOVED}
    stayed = [[id for id in order if id in both and id not in moved] for order in (old, new)]
    assert stayed[0] == stayed[1]


def test_one_rule_moved_is_one_move() -> None:
    assert [(one.kind, one.item, one.before, one.after) for one in changes(content("abcde"), content("eabcd"))] == [
        (ChangeKind.MOVED, "e", 5, 1)
    ]


def test_a_version_is_compared_part_by_part() -> None:
    config = default_config()
    desk = config.desk.model_copy(update={"timezone": "Europe/Berlin"})
    team = config.teams[0].model_copy(update={"lead": None})
    other = config.model_copy(
        update={"desk": desk, "teams": (team, *config.teams[1:]), "calendars": {}, "rules": config.rules[1:]}
    )

    found = changes(config.content(), other.content())

    assert {(one.section, one.kind, one.field) for one in found} == {
        ("desk", ChangeKind.CHANGED, "timezone"),
        ("teams", ChangeKind.CHANGED, "lead"),
        ("rules", ChangeKind.REMOVED, None),
        ("calendars", ChangeKind.REMOVED, None),
    }
    assert changes(config.content(), config.content()) == []


def told(change: Change) -> tuple[str, str]:
    chinese, english = (ConfigWords.of(language, default_config()).line(change) for language in Language)
    return chinese, english


def test_differences_are_told_in_both_languages() -> None:
    vip = {"section": "rules", "item": "vip-first", "kind": "changed"}
    condition = {"field": "company.tier", "op": "in", "value": ["vip", "gold"]}

    assert told(Change(**vip, field="when", before=condition, after={"not": condition})) == (
        "规则“VIP 客户优先并告知客户成功经理”：条件由 客户等级是“vip”、“gold”之一 "
        "改为 并非（客户等级是“vip”、“gold”之一）",
        "rule “VIP customers first; tell their success manager”: condition was company's tier is one of “vip”, “gold”, "
        "is now not (company's tier is one of “vip”, “gold”)",
    )
    assert told(Change(**vip, field="enabled", before=True, after=False))[0].endswith("启用由 是 改为 否")
    assert told(Change(section="rules", item="vip-first", kind="moved", before=2, after=1))[1].endswith(
        "moved from place 2 to 1"
    )
    assert told(Change(section="desk", item=None, kind="changed", field="timezone", before="a", after=None)) == (
        "服务台：timezone由 a 改为 无",
        "desk: timezone was a, is now nothing",
    )
