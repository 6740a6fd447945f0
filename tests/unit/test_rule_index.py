"""The index answers as trying rule after rule does."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.rule_index import RuleIndex
from functions.shared.domain.rules import Fate, Occasion, Rule, run
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
    leaf(st.sampled_from(["is_machine", "working_time.always"]), ["is", "is_not"], st.booleans()),
    leaf(st.sampled_from(["hour", "company.open_tickets"]), ["is", "at_least", "at_most"], numbers),
    leaf(st.just("weekday"), ["in", "not_in"], st.lists(st.sampled_from(["mon", "sun"]), min_size=1, max_size=2)),
    leaf(st.just("opened_at"), ["before", "after"], st.sampled_from([NOON.isoformat(), "2026-01-01T00:00:00Z"])),
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
        "is_machine": st.booleans(),
        "working_time.always": st.booleans(),
        "hour": numbers,
        "company.open_tickets": numbers,
        "weekday": st.sampled_from(["mon", "sun"]),
        "opened_at": st.just(NOON),
        "fields.note": TEXTS | numbers | st.booleans() | st.lists(words | numbers, max_size=3),
    },
)


def rules_of(written: list[dict[str, Any]]) -> list[Rule]:
    return [
        Rule.model_validate({"id": f"r{number}", "name": {"zh": "规则", "en": "rule"}, **one})
        for number, one in enumerate(written)
    ]


@given(rules, values, st.none() | values)
@settings(max_examples=500, deadline=None)
def test_the_index_decides_as_trying_every_rule_does(written, now, before):
    known = rules_of(written)
    begin = Verdict(tags=("begin",))

    tried = run(known, Facts(now, before), begin, occasion=Occasion.OPENED, at=NOON)
    index = RuleIndex(known, Occasion.OPENED)
    decided, found = index.decide(Facts(now, before), begin, at=NOON), index.run(Facts(now, before), begin, at=NOON)

    assert (decided.matched, decided.verdict) == (tried.matched, tried.verdict)
    assert (found.matched, found.verdict, found.decided_by) == (tried.matched, tried.verdict, tried.decided_by)
    assert found.trace == tuple(line for line in tried.trace if line.fate is Fate.MATCHED)


@given(rules, values, st.sets(st.integers(0, 5)))
@settings(max_examples=200, deadline=None)
def test_rules_passed_over_are_as_if_they_were_not_there(written, now, passed_over):
    known = rules_of(written)
    names = {f"r{number}" for number in passed_over}

    tried = run(
        [rule for rule in known if rule.id not in names], Facts(now), Verdict(), occasion=Occasion.OPENED, at=NOON
    )
    found = RuleIndex(known, Occasion.OPENED).run(Facts(now), Verdict(), at=NOON, without=names)

    assert (found.matched, found.verdict) == (tried.matched, tried.verdict)


@given(rules, values)
@settings(max_examples=100, deadline=None)
def test_a_book_knows_what_its_rules_read(written, now):
    known = tuple(rules_of(written))
    book = book_of(known)
    asked: set[str] = set()

    class Noted(Facts):
        def __getitem__(self, field: str) -> object:
            asked.add(field)
            return super().__getitem__(field)

    run(known, Noted(now), Verdict(), occasion=Occasion.OPENED, at=NOON)

    assert asked <= book.fields(Occasion.OPENED)
    assert book_of(known) is book


def test_no_rules_decide_nothing():
    decided = RuleIndex([], Occasion.OPENED).decide(Facts({"text": "x"}), Verdict(), at=NOON)

    assert (decided.matched, decided.verdict) == ((), Verdict())
