"""One answer to one field: tidied, and what is wrong with it."""

import re
from datetime import datetime
from typing import Any, Final

from functions.shared.domain.errors import FieldError
from functions.shared.domain.form_fields import PATTERNS, FieldKind, FormField
from functions.shared.domain.saying import Saying
from functions.shared.domain.visible import is_visible

REQUIRED: Final = Saying.of("objection.required")
UNKNOWN_FIELD: Final = Saying.of("objection.unknown_field")
NOT_ASKED: Final = Saying.of("objection.not_asked")
NOT_OFFERED: Final = Saying.of("objection.not_offered")
_NOT_A_TEXT: Final = Saying.of("objection.not_a_text")
_UNKNOWN_CHOICE: Final = Saying.of("objection.unknown_choice")
_MALFORMED: Final = {
    FieldKind.ADDRESS: Saying.of("objection.not_an_address"),
    FieldKind.PHONE: Saying.of("objection.not_a_phone_number"),
    FieldKind.DATE_TIME: Saying.of("objection.not_a_time"),
}

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidied(answer: Any) -> Any:
    """The answer without what nobody sees; None where nothing is left of it."""
    if isinstance(answer, str):
        text = _CONTROLS.sub("", answer).strip()
        return text if is_visible(text) else None
    return None if answer == [] else answer


def objection_to(field: FormField, answer: Any) -> FieldError | None:
    """What is wrong with a tidied answer by itself, whatever the other answers are."""
    match field.kind:
        case FieldKind.CHOICE:
            problem = None if _is_choice(field, answer) else ("unknown_choice", _UNKNOWN_CHOICE)
        case FieldKind.MULTI_CHOICE | FieldKind.FILE:
            problem = _wrong_list(field, answer)
        case FieldKind.NUMBER:
            problem = _wrong_number(field, answer)
        case FieldKind.YES_NO:
            problem = None if isinstance(answer, bool) else ("wrong_type", Saying.of("objection.not_yes_or_no"))
        case _:
            problem = _wrong_text(field, answer)
    return FieldError(field.id, *problem) if problem else None


_Problem = tuple[str, Saying] | None


def _is_choice(field: FormField, answer: Any) -> bool:
    return isinstance(answer, str) and answer in field.values


def _wrong_list(field: FormField, answer: Any) -> _Problem:
    if not isinstance(answer, list):
        return "wrong_type", Saying.of("objection.not_a_list")
    if len(answer) > field.max_items:
        return "too_many", Saying.of("objection.too_many", bound=field.max_items)
    if field.kind is FieldKind.MULTI_CHOICE and not all(_is_choice(field, item) for item in answer):
        return "unknown_choice", _UNKNOWN_CHOICE
    if not all(isinstance(item, str) and 0 < len(item) <= 1024 for item in answer):
        return "wrong_type", _NOT_A_TEXT
    return ("repeated", Saying.of("objection.repeated")) if len(set(answer)) < len(answer) else None


def _wrong_number(field: FormField, answer: Any) -> _Problem:
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return "wrong_type", Saying.of("objection.not_a_number")
    if field.minimum is not None and not answer >= field.minimum:
        return "too_small", Saying.of("objection.at_least", bound=f"{field.minimum:g}")
    if field.maximum is not None and not answer <= field.maximum:
        return "too_large", Saying.of("objection.at_most", bound=f"{field.maximum:g}")
    return None


def _wrong_text(field: FormField, answer: Any) -> _Problem:
    if not isinstance(answer, str):
        return "wrong_type", _NOT_A_TEXT
    longest = field.longest
    if longest is not None and len(answer) > longest:
        return "too_long", Saying.of("objection.too_long", most=longest, length=len(answer))
    pattern = PATTERNS.get(field.kind)
    if pattern and not re.fullmatch(pattern, answer, re.ASCII):
        return "malformed", _MALFORMED[field.kind]
    if field.kind is FieldKind.DATE_TIME and not _is_date_time(answer):
        return "malformed", _MALFORMED[field.kind]
    return None


def _is_date_time(answer: str) -> bool:
    try:
        datetime.fromisoformat(answer)
    except ValueError:
        return False
    return True
