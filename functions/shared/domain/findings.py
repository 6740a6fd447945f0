"""What pydantic finds wrong with what somebody sent, field by field."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from functions.shared.domain.errors import FieldError, InvalidInput
from functions.shared.domain.saying import Saying

_TEXTS: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_type": "not_a_text",
    "string_pattern_mismatch": "malformed",
    "bool_type": "not_yes_or_no",
    "bool_parsing": "not_yes_or_no",
    "list_type": "not_a_list",
    "tuple_type": "not_a_list",
    "frozen_set_type": "not_a_list",
    "dict_type": "not_an_object",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "finite_number": "not_a_number",
    "timezone_aware": "no_offset",
    "ends_before": "ends_before",
    "out_of_years": "out_of_years",
}
_OF_TEXTS: Final = {"too_short": "string_too_short", "too_long": "string_too_long"}
_NUMBERS: Final = ("int_", "float_", "decimal_")
_TIMES: Final = ("date_", "datetime_", "timezone_")
_BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than_equal": ("at_least", "ge"),
    "greater_than": ("more_than", "gt"),
    "less_than_equal": ("at_most", "le"),
    "less_than": ("less_than", "lt"),
    "string_too_short": ("too_short", "min_length"),
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "free_mail": ("free_mail", "domain"),
    "shared_domain": ("shared_domain", "domain"),
    "enum": ("one_of", "expected"),
    "literal_error": ("one_of", "expected"),
}
"""What is told of a bound, and what pydantic calls it."""


def refused(error: ValidationError) -> InvalidInput:
    """The same as an error of the domain, for fields that stand side by side."""
    return InvalidInput([field_error(str(one["loc"][0]) if one["loc"] else "", one) for one in error.errors()])


def field_error(field: str, finding: Mapping[str, Any]) -> FieldError:
    """What `finding`, one of a ValidationError's, says of `field`; its code is pydantic's type."""
    return FieldError(field, finding["type"], objection(finding))


def objection(finding: Mapping[str, Any]) -> Saying:
    """What is wrong, in words for people."""
    kind, context = finding["type"], finding.get("ctx") or {}
    if isinstance(finding.get("input"), str):  # of a text that is tidied first, pydantic tells lengths like a list's
        kind = _OF_TEXTS.get(kind, kind)
    if kind == "string_too_long" and isinstance(finding.get("input"), str):
        return Saying.of("objection.too_long", most=context.get("max_length"), length=len(finding["input"]))
    if kind == "string_too_short" and context.get("min_length") == 1:
        return Saying.of("objection.required")
    if kind in _BOUNDS and _BOUNDS[kind][1] in context:
        key, name = _BOUNDS[kind]
        return Saying.of(f"objection.{key}", bound=choices(context[name]) if key == "one_of" else context[name])
    return Saying.of(f"objection.{_text_of(kind)}")


def _text_of(kind: str) -> str:
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind.startswith(_NUMBERS):
        return "not_a_number"
    return "not_a_time" if kind.startswith(_TIMES) else "unacceptable"


def choices(expected: str) -> Sequence[str]:
    """The values that pydantic writes as `'a', 'b' or 'c'`."""
    return [one.strip().strip("'") for one in expected.replace(" or ", ", ").split(", ")]
