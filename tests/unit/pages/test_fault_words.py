"""What is wrong with rules is said in the reader's language, whichever check found it."""

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from functions.desk.fault_words import fault_saying, known_fault
from functions.shared.contracts.words import Language
from functions.shared.domain import actions, assignment_check, conditions, config_check, operators, rule_circles, rules
from functions.shared.domain.rules import Rule
from functions.shared.domain.schema_faults import schema_faults
from functions.shared.pages.languages import catalogue

OF_RULES = {"_rule", "_waits", "_repeated", "_leaf_names", "_action_names", "_field_exists", "_own_field_exists"}
OF_RULES |= {"_checklist_exists", "_recipient_exists", "_team_exists", "_person_exists", "_skills", "circles"}

BASE = {"id": "one", "name": {"zh": "一", "en": "One"}, "then": [{"do": "set_team", "team": "a"}]}
MALFORMED: list[dict[str, Any]] = [
    {"id": "X"},
    {"id": 5},
    {"name": "x"},
    {"name": {"zh": "", "en": "x"}},
    {"on": ["never"]},
    {"on": []},
    {"on": "opened"},
    {"enabled": 3},
    {"from": "never"},
    {"from": "2026-01-01T00:00:00"},
    {"until": "2026-13-01T00:00:00Z"},
    {"then": []},
    {"then": ["x"]},
    {"then": [{}]},
    {"then": [{"do": "fly"}]},
    {"then": [{"do": "set_priority", "priority": "P9"}]},
    {"then": [{"do": "assign", "by": "luck"}]},
    {"then": [{"do": "add_tags", "tags": ["x" * 51]}]},
    {"then": [{"do": "add_tags", "tags": [f"x{number}" for number in range(21)]}]},
    {"then": [{"do": "notify", "to": ["x"]}]},
    {"then": [{"do": "set_field", "field": "y", "value": 1}]},
    {"then": [{"do": "set_field", "field": "fields.y", "value": [[1]]}]},
    {"when": 5},
    {"when": {"field": "text"}},
    {"when": {"field": "text", "op": "likes", "value": "x"}},
    {"when": {"all": []}},
    {"examples": [{"ticket": 5}]},
    {"examples": [{"ticket": {"hour": 24}}]},
    {"nosuch": 1},
]


def raised(module: ModuleType) -> Iterator[str]:
    """The messages that the module's models raise."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[message, *_])):
                yield from written(message)


def yielded(module: ModuleType) -> Iterator[str]:
    """The messages of the faults that the module finds in rules."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(function, ast.FunctionDef) and function.name in OF_RULES:
            for node in ast.walk(function):
                found = node.value if isinstance(node, ast.Yield) else None
                if isinstance(found, ast.Call):
                    yield from written(found.args[1])
                elif isinstance(found, ast.Tuple):
                    yield from written(found.elts[1])


def written(message: ast.expr) -> Iterator[str]:
    """The text of a literal, with 12 in place of what is put in."""
    match message:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else _filled(part) for part in parts)


def _filled(part: ast.expr) -> str:
    """12, or the first of the words that are chosen from."""
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    words = inner.body if isinstance(inner, ast.IfExp) else None
    return str(words.value) if isinstance(words, ast.Constant) else "12"


MESSAGES = sorted(
    {text for module in (actions, conditions, operators, rules) for text in raised(module)}
    | {text for module in (config_check, assignment_check, rule_circles) for text in yielded(module)}
    | {'rule "a" should match this ticket', 'rule "a" should not match this ticket'}
)


def test_the_messages_of_the_checks_are_found():
    assert len(MESSAGES) > 30
    assert 'nobody has the skill "12"' in MESSAGES
    assert any("would set one another off" in message for message in MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_fault_has_words_in_both_languages(message: str):
    found = known_fault(message)
    assert found
    chinese, english = (catalogue(language).say(found) for language in (Language.ZH, Language.EN))

    assert chinese
    assert english
    assert chinese != english


@pytest.mark.parametrize(
    "expression",
    [
        "(a",
        "a)",
        "[a",
        "a**",
        "*a",
        "a{1001}",
        "a\\",
        "(?<=a)b",
        "a(?!b)",
        "[b-a]",
        "[[:foo:]]",
        r"a\1",
        "(?P<n",
        "((a{100}){100}){100}",
    ],
)
def test_what_is_wrong_with_an_expression_is_said_in_the_readers_language(expression: str):
    leaf = {"field": "text", "op": "matches", "value": expression}
    with pytest.raises(ValidationError) as refused:
        Rule.model_validate(BASE | {"when": leaf})
    [(_, message)] = schema_faults(refused.value, BASE | {"when": leaf})

    chinese, english = (catalogue(language).say(fault_saying(message)) for language in (Language.ZH, Language.EN))

    reason = message.removeprefix("the expression cannot be read: ").partition(": ")[0]
    assert reason not in chinese
    assert reason not in english


@pytest.mark.parametrize(
    "when",
    [
        {"field": "hour", "op": "is", "value": 24},
        {"field": "weekday", "op": "is", "value": "Mo"},
        *(
            {"all": [{"field": field, "op": "is", "value": one} for one in some]}
            for field, some in (("hour", (1, 2)), ("weekday", ("mon", "tue")))
        ),
        {"all": [{"field": "opened_at", "op": op, "value": "2026-10-01T00:00:00Z"} for op in ("before", "after")]},
        {"field": "opened_at", "op": "before", "value": "9999-12-31T23:59:59-12:00"},
    ],
    ids=str,
)
def test_what_no_clock_meets_is_said_in_the_readers_language(when: dict[str, Any]):
    [fault] = config_check.rule_faults([Rule.model_validate(BASE | {"when": when})])

    assert known_fault(fault.message)


@pytest.mark.parametrize("change", MALFORMED, ids=str)
def test_what_is_no_rule_is_said_in_both_languages(change: dict[str, Any]):
    document = BASE | change

    with pytest.raises(ValidationError) as refused:
        Rule.model_validate(document)

    for _, message in schema_faults(refused.value, document):
        assert known_fault(message), message


@pytest.mark.parametrize(
    ("change", "chinese", "english"),
    [
        (
            {"then": [{"do": "set_priority", "priority": "P9"}]},
            "只能是 P0、P1、P2、P3 之一",
            "must be one of P0, P1, P2, P3",
        ),
        (
            {"when": {"field": "priority", "op": "at_least", "value": "P9"}},
            "只能是 P3、P2、P1、P0 之一",
            "needs one of P3, P2, P1, P0",
        ),
    ],
    ids=["priority", "at_least"],
)
def test_what_may_be_chosen_is_listed_as_the_reader_lists(change: dict[str, Any], chinese: str, english: str):
    document = BASE | change
    with pytest.raises(ValidationError) as refused:
        Rule.model_validate(document)

    [(_, message)] = schema_faults(refused.value, document)

    assert catalogue("zh").say(fault_saying(message)) == chinese
    assert catalogue("en").say(fault_saying(message)) == english
