"""Rules: order, stop, overriding, and the trace of a run."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Action, Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rules import Fate, Occasion, Rule, failed_examples, run
from tests.factories import NOON

ACTIONS = get_args(get_args(Action)[0])
ACTION: TypeAdapter[Any] = TypeAdapter(Action)
INVOICE = Facts({"text": "开发票", "company.tier": "vip"})

# The example of each action, applied to a verdict of P2 for first-line, Zhang Wei, tagged spam.
EFFECTS = {
    "set_priority": {"priority": Priority.P0},
    "raise_priority": {"priority": Priority.P1},
    "set_team": {"team": "finance", "person": None},
    "assign": {"person": "li-na"},
    "add_tags": {"tags": ("spam", "billing")},
    "remove_tags": {"tags": ()},
    "set_field": {"fields": {"contract_no": "C-2026-001"}},
    "notify": {"notify": ("account_manager",)},
    "start_procedure": {"procedure": "outage"},
    "set_policy": {"policy": "vip"},
    "reply": {"replies": ("invoice-received",)},
    "link_incident": {"incident": "running"},
    "add_checklist": {"checklists": ("refund",)},
}


def rule(id: str, *then: dict[str, Any], **more: Any) -> Rule:
    return Rule.model_validate({"id": id, "name": {"zh": id, "en": id}, "then": list(then), **more})


def tried(*rules: Rule, facts: Facts = INVOICE, at: Any = NOON, occasion: Occasion = Occasion.OPENED):
    return run(rules, facts, Verdict(), occasion=occasion, at=at)


def team(name: str) -> dict[str, Any]:
    return {"do": "set_team", "team": name}


@pytest.mark.parametrize("kind", ACTIONS, ids=lambda kind: kind.__name__)
def test_every_action_has_an_example(kind):
    action = ACTION.validate_python(kind.example)
    begin = Verdict(priority=Priority.P2, team="first-line", person="zhang-wei", tags=("spam",))

    after = action.apply(begin)

    assert type(action) is kind
    assert {name: getattr(after, name) for name in begin.differences(after)} == EFFECTS[kind.example["do"]]


@pytest.mark.parametrize(
    "action",
    [
        {"do": "assign"},
        {"do": "assign", "person": "li-na", "by": "round_robin"},
        {"do": "add_tags", "tags": []},
        {"do": "set_field", "field": "status", "value": "closed"},
        {"do": "set_field", "field": "module", "value": 3},
        {"do": "notify", "to": ["everybody"]},
        {"do": "delete"},
        {},
    ],
)
def test_an_action_that_makes_no_sense_is_refused(action):
    with pytest.raises(ValidationError):
        ACTION.validate_python(action)


def test_raising_never_lowers():
    action = ACTION.validate_python({"do": "raise_priority", "priority": "P1"})

    assert action.apply(Verdict(priority=Priority.P0)).priority is Priority.P0
    assert action.apply(Verdict()).priority is Priority.P1


def test_a_later_action_overrides_an_earlier_one():
    result = tried(rule("one", team("finance")), rule("two", team("first-line")))

    assert result.verdict.team == "first-line"
    assert result.matched == ("one", "two")
    assert result.decided_by["team"] == "two"


def test_stop_ends_the_run():
    result = tried(rule("one", team("finance"), stop=True), rule("two", team("first-line")))

    assert result.verdict.team == "finance"
    assert [line.fate for line in result.trace] == [Fate.MATCHED, Fate.NOT_REACHED]


def test_a_rule_that_stops_but_does_not_match_stops_nothing():
    never = {"field": "text", "op": "contains", "value": "合同"}
    result = tried(rule("one", team("finance"), when=never, stop=True), rule("two", team("first-line")))

    assert result.matched == ("two",)


def test_what_an_earlier_rule_decided_does_not_change_what_a_later_one_sees():
    is_finance = {"field": "team", "op": "is", "value": "finance"}

    assert tried(rule("one", team("finance")), rule("two", team("first-line"), when=is_finance)).matched == ("one",)


def test_a_rule_acts_on_its_occasions_while_it_is_in_force_and_enabled():
    always = team("finance")
    rules = (
        rule("off", always, enabled=False),
        rule("messages", always, on=["message"]),
        rule("over", always, until=NOON.isoformat()),
        rule("early", always, **{"from": (NOON + timedelta(seconds=1)).isoformat()}),
        rule("now", always, **{"from": NOON.isoformat()}),
    )

    result = tried(*rules)

    assert [line.fate for line in result.trace] == [
        Fate.DISABLED,
        Fate.OTHER_OCCASION,
        Fate.NOT_IN_FORCE,
        Fate.NOT_IN_FORCE,
        Fate.MATCHED,
    ]


def test_the_trace_says_by_what_a_rule_matched():
    words = {"field": "text", "op": "contains_any", "value": ["合同", "发票"]}

    assert tried(rule("one", team("finance"), when=words)).evidence("one") == ("发票",)


def test_an_example_that_does_not_hold_is_named():
    words = {"field": "text", "op": "contains", "value": "发票"}
    examples = [{"ticket": {"title": "发票"}, "matches": True}, {"ticket": {"title": "invoice"}, "matches": True}]

    failed = list(failed_examples(rule("one", team("finance"), when=words, examples=examples)))

    assert failed == [(1, 'rule "one" should match this ticket')]


def test_the_rule_of_the_manual_reads_as_it_is_written():
    written = {
        "id": "invoice-to-finance",
        "name": {"zh": "发票合同转财务", "en": "Invoices and contracts to finance"},
        "on": ["opened"],
        "when": {
            "all": [
                {"field": "text", "op": "contains_any", "value": ["发票", "合同", "invoice", "contract"]},
                {"not": {"field": "company.tier", "op": "in", "value": ["blocked"]}},
                {"any": [{"field": "module", "op": "empty"}, {"field": "module", "op": "is", "value": "billing"}]},
            ]
        },
        "then": [{"do": "set_team", "team": "finance"}, {"do": "add_tags", "tags": ["billing"]}],
        "stop": True,
        "examples": [{"ticket": {"title": "开发票", "description": "请开专票"}, "matches": True}],
    }

    read = Rule.model_validate(written)

    assert list(failed_examples(read)) == []
    assert read.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"on"}) == {
        key: value for key, value in written.items() if key != "on"
    }


teams = st.sampled_from(["finance", "first-line", "engineering"])
words = st.sampled_from(["发票", "合同", "invoice", "x"])


@st.composite
def rules(draw) -> Rule:
    return rule(
        draw(st.sampled_from(["one", "two", "three"])),
        draw(st.builds(team, teams) | st.just({"do": "raise_priority", "priority": "P1"})),
        when={"field": "text", "op": "contains", "value": draw(words)},
        stop=draw(st.booleans()),
    )


@given(st.lists(rules(), max_size=8), st.lists(words, max_size=3).map(" ".join))
def test_which_rules_hold_does_not_depend_on_their_order(some, text):
    facts = Facts({"text": text})
    free = [one.model_copy(update={"stop": False}) for one in some]

    assert sorted(tried(*free, facts=facts).matched) == sorted(tried(*free[::-1], facts=facts).matched)


@given(st.lists(rules(), max_size=8), st.lists(words, max_size=3).map(" ".join))
def test_a_run_is_the_same_each_time_and_accounts_for_every_rule(some, text):
    facts = Facts({"text": text})
    result = tried(*some, facts=facts)

    assert tried(*some, facts=facts) == result
    assert len(result.trace) == len(some)
    assert [line.rule for line in result.trace if line.fate is Fate.MATCHED] == list(result.matched)


def test_an_example_may_say_what_just_happened():
    on_messages = Rule.model_validate(
        {
            "id": "urged",
            "name": {"zh": "催单", "en": "Urged"},
            "on": ["message", "updated"],
            "when": {
                "any": [
                    {"field": "message", "op": "contains", "value": "催"},
                    {"field": "priority", "op": "changed_to", "value": "P0"},
                ]
            },
            "then": [{"do": "add_tags", "tags": ["urged"]}],
            "examples": [
                {"ticket": {"title": "打不开", "message": "再催一下"}, "matches": True},
                {"ticket": {"title": "打不开", "priority": "P0", "previous": {"priority": "P2"}}, "matches": True},
                {"ticket": {"title": "打不开", "priority": "P0"}, "matches": False},
            ],
        }
    )

    assert list(failed_examples(on_messages)) == []
