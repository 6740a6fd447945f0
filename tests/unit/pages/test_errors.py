"""Whatever goes wrong is said in every language that the desk speaks."""

import ast
import itertools
import string
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from functions.shared.contracts.handling_events import Words
from functions.shared.domain.errors import AftercareError, InvalidInput, StepUnfinished, TicketNotFound, WorkOpen
from functions.shared.domain.findings import objection
from functions.shared.domain.saying import Saying
from functions.shared.pages.languages import LANGUAGES, catalogue
from functions.shared.pages.rendering import FUNCTIONS
from functions.shared.problems import STATUS, explained, sentence_of

EDGE = {"route_not_found", "method_not_allowed", "unsupported_content_type", "internal_error"}
"""What goes wrong before the domain is asked."""


def every_error(base: type[AftercareError] = AftercareError) -> Iterator[type[AftercareError]]:
    for error in base.__subclasses__():
        yield error
        yield from every_error(error)


CONTEXT = {
    "min_length": 2,
    "max_length": 3,
    "ge": 1,
    "gt": 1,
    "le": 1,
    "lt": 1,
    "expected": "'a' or 'b'",
    "domain": "d",
}
CODES = {error.code for error in every_error() if error in STATUS} | EDGE


def sayings() -> Iterator[tuple[str, str, set[str]]]:
    """Every `Saying.of` in the code: where it stands, its key with `*` for what is computed, the values it gives."""
    for path in sorted(FUNCTIONS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Saying.of":
                parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else node.args
                key = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
                yield f"{path.name}:{node.lineno}", key, {str(keyword.arg) for keyword in node.keywords}


def test_every_text_that_is_asked_for_by_its_whole_key_exists() -> None:
    asked = {
        node.args[0].value
        for path in FUNCTIONS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text"
        if node.args and isinstance(node.args[0], ast.Constant) and "." in str(node.args[0].value)
    }

    assert len(asked) > 30
    assert not {key for key in asked if str(key) not in catalogue("en")}


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_a_sentence_in_every_language(language: str) -> None:
    assert {key.removeprefix("error.") for key in catalogue(language) if key.startswith("error.")} == CODES


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_of_a_failure_exists_with_the_values_that_it_takes(language: str) -> None:
    words, found = catalogue(language), list(sayings())
    assert len(found) > 80

    for where, key, values in found:
        if "*" in key:
            assert [known for known in words if known.startswith(key.partition("*")[0])], where
        else:
            assert key in words, where
            assert values_of(words.text(key)) <= values, where


def test_no_objection_or_reason_is_kept_that_nobody_says() -> None:
    said = {key for _, key, _ in sayings()} | {objection(finding).key for finding in findings()}
    source = "".join(path.read_text("utf-8") for path in FUNCTIONS.rglob("*.py"))

    kept = {key for key in catalogue("en") if key.startswith(("objection.", "reason."))}
    assert not {key for key in kept - said if not key.startswith("reason.step_asks.") and f'"{key}"' not in source}


def findings() -> list[dict[str, Any]]:
    """One of everything that pydantic may find, and of what our own models do."""
    kinds = [*get_args(ErrorType), "ends_before", "out_of_years", "free_mail", "shared_domain"]
    cases = itertools.product(kinds, (CONTEXT, {"min_length": 1}), ("x", ["x"]))
    return [{"type": kind, "ctx": context, "input": given} for kind, context, given in cases]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_pydantic_finds_is_told(language: str) -> None:
    told = [catalogue(language).say(objection(finding)) for finding in findings()]

    assert all(told)
    assert not [text for text in told if "{" in text]


def test_a_failure_says_why_and_with_what() -> None:
    told = {
        language: explained(
            WorkOpen([Words(zh="备份", en="Back up"), Words(zh="通知", en="Tell")]), catalogue(language)
        )
        for language in LANGUAGES
    }

    assert told == {
        "en": "Something that is required has not been done. Before that: Back up, Tell",
        "zh": "还有必做事项没有完成。请先完成：备份、通知",
    }
    assert explained(TicketNotFound("AS-1"), catalogue("zh")) == "没有找到这张工单。（AS-1）"


def test_a_step_that_asks_for_more_says_for_what() -> None:
    error = StepUnfinished([("field", "module"), ("customer_told", "")])

    assert explained(error, catalogue("en")) == (
        "This step is not finished. Still to come: the field module, an answer to the customer"
    )


def test_several_failures_of_fields_are_told_as_one() -> None:
    error = InvalidInput.of("a", "required", Saying.of("objection.required"))

    assert explained(error, catalogue("en")) == "Some fields need correcting. (a)"
    assert sentence_of("unheard_of", catalogue("en")) == sentence_of("internal_error", catalogue("en"))
