"""What is said to be certain about conditions is true of every ticket: held against trying them all out."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from functions.shared.domain.conditions import When
from functions.shared.domain.facts import Facts
from functions.shared.domain.rules import whole_text
from functions.shared.domain.satisfiable import Tree, entails, never_holds

WHEN: TypeAdapter[Tree] = TypeAdapter(When)

TEXTS = (None, "发票", "發票合同", "the invoice", "Invoice", "prepaid invoices", "合同 invoice")
WORDS = (None, "billing", "Billing", "API", "api gateway")
PRIORITIES = (None, "P0", "P1", "P2", "P3")
LISTS = ((), ("vip",), ("VIP", "billing"), ("billing",))
NUMBERS = (None, 0, 1, 2, 3.5, 7)
OWN = (None, 2, "vip", ("vip", "billing"), True, "2026-10-01T09:00:00+08:00")
INSTANTS = (None, "2026-10-01T09:00:00+08:00", "2026-10-01T01:00:00Z", "2026-10-02T00:00:00Z", "2026-11-01T00:00:00Z")
FIELDS: dict[str, tuple[Any, ...]] = {
    "title": TEXTS,
    "text": ("发票",),
    "module": WORDS,
    "priority": PRIORITIES,
    "tags": LISTS,
    "reopened": NUMBERS,
    "fields.own": OWN,
    "opened_at": INSTANTS,
}
TIMES = [one for one in INSTANTS if one]
NAMES = ["发票", "invoice", "INVOICE", "paid", "invoice 合同", "api", "API gateway", "billing", "vip", "合", "发"]


def leaf(field: str, op: str, value: Any = None, *, exact: bool = False) -> dict[str, Any]:
    return {
        "field": field,
        "op": op,
        **({} if value is None else {"value": value}),
        **({"exact": True} if exact else {}),
    }


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(FIELDS)))
    names = [*PRIORITIES[1:]] if field == "priority" else NAMES
    equal: list[Any] = [*names, 2, 7, True] if field in ("fields.own", "reopened") else names
    kinds = ["empty", "changed"]
    if field != "opened_at":
        kinds += ["equal", "changed_to"]
    if field not in ("reopened", "opened_at"):
        kinds += ["words", "affix"]
    if field in ("reopened", "priority", "fields.own"):
        kinds.append("amount")
    if field in ("opened_at", "fields.own"):
        kinds.append("instant")
    exact = draw(st.booleans()) if draw(st.booleans()) else False
    match draw(st.sampled_from(kinds)):
        case "equal":
            op = draw(st.sampled_from(["is", "is_not", "in", "not_in"]))
            one = st.sampled_from(equal)
            value = draw(one if op.startswith("is") else st.lists(one, min_size=1))
            return leaf(field, op, value, exact=exact)
        case "words":
            op = draw(st.sampled_from(["contains", "contains_any", "contains_all"]))
            word = st.sampled_from(names)
            return leaf(field, op, draw(word if op == "contains" else st.lists(word, min_size=1)), exact=exact)
        case "affix":
            op = draw(st.sampled_from(["starts_with", "ends_with"]))
            return leaf(field, op, draw(st.sampled_from(names)), exact=exact)
        case "amount":
            value = draw(st.sampled_from(PRIORITIES[1:] if field == "priority" else (0, 1, 2, 3, 5)))
            return leaf(field, draw(st.sampled_from(["at_least", "at_most"])), value)
        case "instant":
            if draw(st.booleans()):
                return leaf(field, "within", sorted(draw(st.tuples(*[st.sampled_from(TIMES)] * 2))))
            return leaf(field, draw(st.sampled_from(["before", "after"])), draw(st.sampled_from(TIMES)))
        case "changed_to":
            return leaf(field, draw(st.sampled_from(["changed_to", "changed_from"])), draw(st.sampled_from(equal)))
        case kind:
            return leaf(field, draw(st.sampled_from(["empty", "not_empty"])) if kind == "empty" else kind)


def trees() -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves(),
        lambda parts: st.one_of(
            st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3)),
            st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3)),
            st.builds(lambda one: {"not": one}, parts),
        ),
        max_leaves=6,
    )


def tickets(*conditions: Any) -> list[Facts]:
    """Every ticket that the fields of the conditions can tell apart, and of each what it may have been before."""
    asked = {name for name in FIELDS if any(f"'{name}'" in str(condition) for condition in conditions)}
    asked |= {"title"} if "text" in asked else set()
    names = sorted(asked - {"text"})
    combinations = itertools.product(*(FIELDS[name] for name in names))
    states = [dict(zip(names, values, strict=True)) for values in itertools.islice(combinations, 3000)]
    for state in states:
        state["text"] = whole_text(state.get("title"), "合同")
    alone = [Facts(state) for state in states]
    return alone + [Facts(state, previous=states[(7 * n) % len(states)]) for n, state in enumerate(states)]


@settings(max_examples=400, deadline=None)
@given(tree=trees())
def test_a_condition_that_never_holds_holds_for_no_ticket(tree: Any) -> None:
    condition = WHEN.validate_python(tree)
    if never_holds(condition):
        assert not any(condition.holds(facts) for facts in tickets(tree))


@settings(max_examples=400, deadline=None)
@given(special=trees(), general=st.lists(trees(), min_size=1, max_size=2))
def test_an_entailed_condition_holds_wherever_the_other_does(special: Any, general: list[Any]) -> None:
    one, others = WHEN.validate_python(special), [WHEN.validate_python(tree) for tree in general]
    if entails(one, others):
        for facts in tickets(special, *general):
            assert not one.holds(facts) or any(other.holds(facts) for other in others)


@settings(max_examples=200, deadline=None)
@given(tree=trees())
def test_every_condition_entails_itself_and_less(tree: Any) -> None:
    condition = WHEN.validate_python(tree)
    more = WHEN.validate_python({"any": [leaf("module", "is", "api"), tree]})
    less = WHEN.validate_python({"all": [tree, leaf("module", "is", "api")]})
    assert entails(condition, [condition])
    assert entails(condition, [more])
    assert entails(less, [condition])


P0, P1 = leaf("priority", "is", "P0"), leaf("priority", "is", "P1")


@pytest.mark.parametrize(
    "tree",
    [
        {"all": [P0, P1]},
        {"all": [leaf("module", "is", "api"), leaf("module", "in", ["billing", "login"])]},
        {"all": [leaf("module", "is", "API"), leaf("module", "is_not", "api")]},
        {"all": [leaf("module", "empty"), leaf("module", "is", "api")]},
        {"all": [leaf("priority", "at_least", "P1"), leaf("priority", "in", ["P2", "P3"])]},
        {"all": [leaf("tags", "is", "vip"), {"not": leaf("tags", "contains_any", ["VIP", "x"])}]},
        {"all": [leaf("title", "contains", "發票"), {"not": leaf("text", "contains_any", ["发票", "合同"])}]},
        {"all": [leaf("reopened", "at_least", 3), leaf("reopened", "at_most", 2)]},
        {"all": [leaf("opened_at", "before", TIMES[0]), leaf("opened_at", "after", TIMES[-1])]},
        {"all": [leaf("text", "starts_with", "re:"), leaf("text", "starts_with", "fwd:")]},
        {"not": {"any": [leaf("module", "is", "api"), leaf("module", "is_not", "api")]}},
        {"all": [leaf("priority", "changed_to", "P0"), leaf("priority", "is", "P1")]},
        {"all": [{"any": [P0, P1]}, {"not": {"any": [P0, P1]}}]},
        {"all": [leaf("text", "matches", "a+"), {"not": leaf("text", "matches", "a+")}]},
        {"not": {"any": [leaf("priority", "is", "P3"), leaf("priority", "at_least", "P2"), leaf("priority", "empty")]}},
    ],
)
def test_contradictions_are_found(tree: Any) -> None:
    assert never_holds(WHEN.validate_python(tree))


@pytest.mark.parametrize(
    ("special", "general"),
    [
        (leaf("text", "contains", "invoice"), [leaf("text", "contains_any", ["invoice", "contract"])]),
        (leaf("text", "contains", "my invoice"), [leaf("text", "contains", "invoice")]),
        (leaf("text", "contains_all", ["invoice", "late"]), [leaf("text", "contains", "late")]),
        (leaf("module", "is", "api"), [leaf("module", "in", ["API", "billing"])]),
        (leaf("priority", "is", "P0"), [leaf("priority", "at_least", "P1")]),
        (leaf("reopened", "at_least", 3), [leaf("reopened", "at_least", 2)]),
        (leaf("module", "is", "api"), [leaf("module", "not_empty")]),
        (leaf("module", "in", ["a", "b"]), [leaf("module", "is", "a"), leaf("module", "is", "b")]),
        (None, [leaf("module", "empty"), leaf("module", "not_empty")]),
        (None, [None]),
        ({"all": [P0, leaf("module", "is", "api")]}, [{"any": [P0, P1]}]),
        (leaf("opened_at", "within", TIMES[::2]), [leaf("opened_at", "before", TIMES[-1])]),
    ],
)
def test_entailments_are_found(special: Any, general: list[Any]) -> None:
    given_condition, *others = [one and WHEN.validate_python(one) for one in (special, *general)]
    assert entails(given_condition, others)


@pytest.mark.parametrize(
    ("special", "general"),
    [
        (leaf("text", "contains", "prepaid"), leaf("text", "contains", "paid")),
        (leaf("fields.own", "is", "vip"), leaf("fields.own", "contains", "vi")),
        (leaf("tags", "is", "vip"), leaf("tags", "is_not", "billing")),
        (leaf("module", "is", "api"), leaf("module", "is", "API", exact=True)),
    ],
)
def test_what_is_not_certain_is_not_claimed(special: Any, general: Any) -> None:
    assert not entails(WHEN.validate_python(special), [WHEN.validate_python(general)])


def test_a_question_too_hard_counts_as_possible() -> None:
    parts = [{"any": [leaf(f"fields.f{n}", "is", f"{n}-{m}") for m in range(8)]} for n in range(10)]
    pairs = [{"not": {"all": part["any"][:1] + other["any"][:1]}} for part in parts for other in parts if part != other]
    assert not never_holds(WHEN.validate_python({"all": [*parts, *pairs, leaf("text", "matches", "a")]}))
