"""The index answers as trying rule after rule does."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_index import RuleIndex
from functions.shared.domain.rules import Occasion, Rule, run
from tests.factories import NOON

WORDS = ["发票", "發票", "开发票", "合同", "同", "invoice", "INVOICE", "voice", "in", "Ａ", "a", "a b", "ß", "ss"]
TEXTS = st.lists(st.sampled_from([*WORDS, " ", "，", "\u200b", "x"]), max_size=8).map("".join)
PRIORITIES = st.sampled_from([str(one) for one in Priority])

words = st.sampled_from(WORDS)
several = st.lists(words, min_size=1, max_size=3)
text_fields = st.sampled_from(["text", "title", "tags", "module", "fields.note"])
numbers = st.integers(-2, 4) | st.sampled_from([0.5, 2.5])


def leaf(field: Any, op: list[str], value: Any) -> Any:
    return st.fixed_dictionaries(
        {"field": field, "op": st.sampled_from(op), "value": value}, optional={"exact": st.booleans()}
    )


leaves = st.one_of(
    leaf(text_fields, ["is", "is_not", "contains", "starts_with", "ends_with", "changed_to", "changed_from"], words),
    leaf(text_fields, ["in", "not_in", "contains_any", "contains_all"], several),
    leaf(st.just("fields.note"), ["is", "is_not", "at_least", "at_most"], numbers),
    leaf(st.just("reopened"), ["at_least", "at_most"], numbers),
    leaf(st.just("priority"), ["is", "at_least", "at_most"], PRIORITIES),
    leaf(st.just("text"), ["matches"], st.sampled_from(["发+票", "^in", "x$"])),
    st.fixed_dictionaries({"field": text_fields, "op": st.sampled_from(["empty", "not_empty", "changed"])}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)
rules = st.lists(
    st.fixed_dictionaries(
        {"then": st.sampled_from(["a", "b", "c"]).map(lambda team: [{"do": "set_team", "team": team}])},
        optional={
            "when": conditions,
            "stop": st.booleans(),
            "enabled": st.booleans(),
            "on": st.sampled_from([["opened"], ["updated"], ["opened", "updated"]]),
            "until": st.just(NOON.isoformat()),
        },
    ),
    max_size=6,
)
values = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS,
        "title": TEXTS,
        "module": words,
        "tags": st.lists(words, max_size=3).map(tuple),
        "priority": PRIORITIES,
        "reopened": numbers,
        "fields.note": TEXTS | numbers | st.booleans() | st.lists(words | numbers, max_size=3),
    },
)


@given(rules, values, st.none() | values)
@settings(max_examples=500, deadline=None)
def test_the_index_decides_as_trying_every_rule_does(written, now, before):
    known = [
        Rule.model_validate({"id": f"r{number}", "name": {"zh": "规则", "en": "rule"}, **one})
        for number, one in enumerate(written)
    ]
    begin = Verdict(tags=("begin",))

    tried = run(known, Facts(now, before), begin, occasion=Occasion.OPENED, at=NOON)
    decided = RuleIndex(known, Occasion.OPENED).decide(Facts(now, before), begin, at=NOON)

    assert (decided.matched, decided.verdict) == (tried.matched, tried.verdict)


def test_no_rules_decide_nothing():
    decided = RuleIndex([], Occasion.OPENED).decide(Facts({"text": "x"}), Verdict(), at=NOON)

    assert (decided.matched, decided.verdict) == ((), Verdict())
