"""The condition language: what each operator answers, and what is refused when a condition is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.shared.domain.conditions import DEEPEST, All, AnyOf, Leaf, Not, When, leaves
from functions.shared.domain.facts import FIELDS, Facts, Kind, kind_of
from functions.shared.domain.folding import fold
from functions.shared.domain.operators import OPERATORS, Operator

CONDITION: TypeAdapter[All | AnyOf | Not | Leaf] = TypeAdapter(When)

TICKET = {
    "title": "ＩＮＶＯＩＣＥ missing",
    "text": "联系财务：开发票\nPlease resend the Invoice for ERP系统 (No. A-17).",
    "priority": "P1",
    "module": "billing",
    "tags": ("VIP", "发票"),
    "opened_at": "2026-10-01T09:00:00+08:00",
    "reopened": 2,
    "company.tier": "vip",
    "fields.seats": 40,
    "fields.on_site": True,
}
BEFORE = {**TICKET, "priority": "P3"}

# operator → (field, value, whether it holds)
EXAMPLES: dict[Operator, list[tuple[str, Any, bool]]] = {
    Operator.IS: [
        ("company.tier", "VIP", True),
        ("tags", "vip", True),
        ("fields.on_site", True, True),
        ("fields.on_site", 1, False),
        ("team", "finance", False),
    ],
    Operator.IS_NOT: [("company.tier", "vip", False), ("team", "finance", True)],
    Operator.IN: [("module", ["billing", "other"], True), ("tags", ["x", "发票"], True), ("team", ["finance"], False)],
    Operator.NOT_IN: [("module", ["billing"], False), ("team", ["finance"], True)],
    Operator.CONTAINS: [
        ("text", "发票", True),
        ("text", "invoice", True),
        ("text", "voice", False),
        ("text", "erp", True),
        ("text", "a-17", True),
        ("title", "invoice", True),
        ("tags", "发", False),
        ("fields.seats", "40", False),
    ],
    Operator.CONTAINS_ANY: [("text", ["合同", "发票"], True), ("text", ["合同", "contract"], False)],
    Operator.CONTAINS_ALL: [("text", ["发票", "resend"], True), ("text", ["发票", "合同"], False)],
    Operator.STARTS_WITH: [("title", "invoice", True), ("title", "missing", False)],
    Operator.ENDS_WITH: [("title", "MISSING", True), ("team", "x", False)],
    Operator.MATCHES: [("text", r"A-\d{2}", True), ("text", r"^Please", False), ("text", r"(?m)^Please", True)],
    Operator.EMPTY: [("team", None, True), ("module", None, False)],
    Operator.NOT_EMPTY: [("team", None, False), ("tags", None, True)],
    Operator.BEFORE: [("opened_at", "2026-10-01T01:00:01Z", True), ("opened_at", "2026-10-01T01:00:00Z", False)],
    Operator.AFTER: [("opened_at", "2026-10-01T08:59:59+08:00", True), ("fields.since", "2026-01-01T00:00:00Z", False)],
    Operator.WITHIN: [
        ("opened_at", ["2026-10-01T01:00:00Z", "2026-10-02T00:00:00Z"], True),
        ("opened_at", ["2025-10-01T01:00:00Z", "2025-10-02T00:00:00Z"], False),
    ],
    Operator.AT_LEAST: [
        ("priority", "P2", True),
        ("priority", "P0", False),
        ("fields.seats", 40, True),
        ("reopened", 3, False),
        ("urgency", "low", False),
    ],
    Operator.AT_MOST: [("priority", "P1", True), ("priority", "P3", False), ("fields.seats", 39.5, False)],
    Operator.CHANGED: [("priority", None, True), ("module", None, False)],
    Operator.CHANGED_FROM: [("priority", "P3", True), ("priority", "P1", False), ("module", "billing", False)],
    Operator.CHANGED_TO: [("priority", "P1", True), ("priority", "P3", False)],
}


def condition(spec: Any) -> All | AnyOf | Not | Leaf:
    return CONDITION.validate_python(spec)


def leaf(field: str, op: Operator, value: Any = None, **more: Any) -> Any:
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}


def test_every_operator_has_examples():
    assert set(EXAMPLES) == set(Operator) == set(OPERATORS)


@pytest.mark.parametrize(
    ("op", "field", "value", "holds"), [(op, *example) for op, examples in EXAMPLES.items() for example in examples]
)
def test_an_operator_answers(op, field, value, holds):
    asked = condition(leaf(field, op, value))
    facts = Facts(TICKET, previous=BEFORE)

    assert asked.holds(facts) is holds
    assert asked.outcome(facts).holds is holds


@pytest.mark.parametrize("op", [Operator.CHANGED, Operator.CHANGED_TO])
def test_nothing_has_changed_on_a_new_ticket(op):
    asked = condition(leaf("priority", op, None if op is Operator.CHANGED else "P1"))

    assert not asked.holds(Facts(TICKET))


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("ＶＡＴ税率", "vat", True),
        ("发\u200b票", "发票", True),
        ("log\n in", "log in", True),
        ("contractor", "contract", False),
        ("subcontract", "contract", False),
        ("the contract.", "contract", True),
        ("合同contract合同", "contract", True),
        ("invoice_id", "invoice", False),
        ("c++ crashes", "C++", True),
        ("ストラッセ", "ストラ", True),
        ("STRASSE", "straße", True),
    ],
)
def test_latin_words_are_whole_and_chinese_ones_anywhere(text, word, found):
    assert condition(leaf("text", Operator.CONTAINS, word)).holds(Facts({"text": text})) is found


def test_exact_minds_case_and_width():
    assert not condition(leaf("title", Operator.CONTAINS, "invoice", exact=True)).holds(Facts(TICKET))
    assert condition(leaf("title", Operator.STARTS_WITH, "ＩＮＶ", exact=True)).holds(Facts(TICKET))


def test_an_outcome_shows_leaf_by_leaf_what_was_seen_and_found():
    asked = condition(
        {
            "all": [
                leaf("text", Operator.CONTAINS_ANY, ["合同", "发票", "invoice"]),
                {"not": leaf("company.tier", Operator.IN, ["blocked"])},
                {"any": [leaf("module", Operator.EMPTY), leaf("module", Operator.IS, "billing")]},
            ]
        }
    )

    outcome = asked.outcome(Facts(TICKET))

    assert outcome.holds
    assert outcome.evidence() == ("发票", "invoice", "billing")
    words, blocked, module = outcome.parts
    assert words.found == ("发票", "invoice")
    assert (blocked.parts[0].seen, blocked.parts[0].holds) == ("vip", False)
    assert [part.holds for part in module.parts] == [False, True]


@pytest.mark.parametrize(
    ("hours", "seen"),
    [(13.483333333333333, "13.48"), (0.29, "0.29"), (3.9999, "3.99"), (24.0, "24"), (0.0, "0"), (0.003, "< 0.01")],
)
def test_an_outcome_shows_hours_as_people_write_them_and_compares_them_as_they_are(hours: float, seen: str):
    asked = condition(leaf("age", Operator.AT_LEAST, hours))

    outcome = asked.outcome(Facts({"age": hours}))

    assert (outcome.holds, outcome.seen) == (True, seen)
    assert not asked.holds(Facts({"age": hours - 1e-9}))
    assert (
        condition(leaf("fields.amount", Operator.AT_LEAST, 1)).outcome(Facts({"fields.amount": 1.125})).seen == "1.125"
    )


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (leaf("titel", "is", "x"), 'no field "titel", did you mean "title"?'),
        (leaf("text", "resembles", "x"), "Input should be 'is'"),
        (leaf("text", "contains", " "), "contains needs text that is not blank"),
        (leaf("text", "contains_any", []), "contains_any needs a list of values"),
        (leaf("text", "contains_any", "发票"), "contains_any needs a list of values"),
        (leaf("text", "contains", ["发票"]), "contains needs one value"),
        (leaf("reopened", "contains", "x"), "reopened is no text"),
        (leaf("text", "matches", "(a"), "the expression cannot be read: missing )"),
        (leaf("text", "matches", "a" * 501), "longer than 500"),
        (leaf("text", "matches", r"(a)\1"), "the expression cannot be read"),
        (leaf("text", "matches", "((((a{1,1000}){1,1000}){1,1000}))"), "the expression cannot be read"),
        (leaf("module", "empty", "x"), "empty takes no value"),
        (leaf("opened_at", "is", "2026-10-01"), "is an instant"),
        (leaf("opened_at", "before", "2026-10-01"), "an instant is written as"),
        (leaf("opened_at", "within", ["2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z"]), "the earlier one first"),
        (leaf("title", "before", "2026-10-01T00:00:00Z"), "title is no instant"),
        (leaf("priority", "at_least", "P7"), "at_least needs one of P3, P2, P1, P0"),
        (leaf("title", "at_least", 3), "at_least compares numbers"),
        ({"all": []}, "at least 1 item"),
        ({"all": [leaf("text", "empty")], "any": [leaf("text", "empty")]}, "Extra inputs"),
        ({"not": [leaf("text", "empty")]}, "valid dictionary"),
        ("text", "valid dictionary"),
        (None, "valid dictionary"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(spec, sentence):
    with pytest.raises(ValidationError) as refused:
        condition(spec)
    assert any(sentence in error["msg"] for error in refused.value.errors()), refused.value


@pytest.mark.parametrize(("asked", "holds"), [("before", True), ("after", False)], ids=["before", "after"])
def test_what_a_customer_writes_as_a_time_is_asked_about_however_far_it_lies(asked, holds):
    long_ago = Facts({"fields.bought": "0001-01-01T00:00:00+14:00"})

    assert condition(leaf("fields.bought", asked, "2026-10-01T09:00:00+08:00")).holds(long_ago) is holds


@pytest.mark.parametrize("levels", [DEEPEST, 100_000])
def test_a_condition_nests_only_so_deep(levels):
    spec: Any = leaf("text", Operator.EMPTY)
    for _ in range(levels):
        spec = {"not": spec}

    with pytest.raises(ValidationError, match="nest at most"):
        condition(spec)


@pytest.mark.timeout(10)
def test_no_expression_is_slow():
    asked = condition(leaf("text", Operator.MATCHES, r"^(a+)+$"))

    assert not asked.holds(Facts({"text": "a" * 100_000 + "b"}))


def takes_text(field: str) -> bool:
    """Whether a field can be asked for a text: not an instant, and not what is true or false."""
    return kind_of(field) not in (Kind.INSTANT, Kind.FLAG)


fields = st.sampled_from([*FIELDS, "fields.x", "working_time.default"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
values = scalars | st.lists(scalars, max_size=4).map(tuple) | st.dictionaries(st.text(max_size=3), scalars, max_size=2)
tickets = st.dictionaries(fields, values, max_size=8)
texts = st.text(min_size=1, max_size=8).filter(fold)
specs = st.recursive(
    st.builds(lambda field, word: leaf(field, Operator.IS, word), fields.filter(takes_text), texts)
    | st.builds(lambda words: leaf("text", Operator.CONTAINS_ANY, words), st.lists(texts, min_size=1, max_size=4))
    | st.builds(lambda field: leaf(field, Operator.EMPTY), fields)
    | st.builds(lambda rank: leaf("priority", Operator.AT_LEAST, rank), st.sampled_from(["P0", "P1", "P2", "P3"])),
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=8,
)


def nested_at_most(spec: Any, depth: int) -> bool:
    if "field" in spec:
        return depth > 0
    inner = next(iter(spec.values()))
    return all(nested_at_most(part, depth - 1) for part in (inner if isinstance(inner, list) else [inner]))


@given(specs.filter(lambda spec: nested_at_most(spec, DEEPEST)), tickets)
def test_the_trace_agrees_with_the_answer_whatever_the_ticket_holds(spec, ticket):
    asked, facts = condition(spec), Facts(ticket)

    assert asked.outcome(facts).holds is asked.holds(facts)


@given(st.lists(specs.filter(lambda spec: nested_at_most(spec, DEEPEST - 1)), min_size=1, max_size=4), tickets)
def test_the_order_of_parts_does_not_matter_and_not_all_is_any_not(parts, ticket):
    facts = Facts(ticket)
    whole = condition({"all": parts}).holds(facts)

    assert condition({"all": parts[::-1]}).holds(facts) is whole
    assert condition({"any": [{"not": part} for part in parts]}).holds(facts) is not whole


@given(specs.filter(lambda spec: nested_at_most(spec, DEEPEST)))
def test_a_condition_survives_json(spec):
    asked = condition(spec)

    assert CONDITION.validate_json(CONDITION.dump_json(asked, by_alias=True)) == asked
    assert leaves(asked)


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(
    word=texts,
    before=st.sampled_from(["", "报表 ", "你好，", "see: "]),
    after=st.sampled_from(["", "。", " 谢谢", "!"]),
)
def test_a_word_is_found_between_blanks_and_chinese(word, before, after):
    text = f"{before} {word} {after}"

    assert condition(leaf("text", Operator.CONTAINS, word)).holds(Facts({"text": text}))


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), 10**400, -(10**16), 1e16])
@pytest.mark.parametrize("of", ["age", "fields.seats"])
def test_numbers_that_no_machine_keeps_are_refused(number: float, of: str) -> None:
    for op, value in (("at_least", number), ("is", number), ("in", [1, number]), ("changed_to", number)):
        with pytest.raises(ValidationError, match="numbers lie between -1,000,000,000,000,000 and"):
            CONDITION.validate_python({"field": of, "op": op, "value": value})


def test_numbers_up_to_the_bound_are_taken() -> None:
    for number in (10**15, -(10**15), 0, 0.5, 1e15):
        assert CONDITION.validate_python({"field": "fields.seats", "op": "at_least", "value": number})
