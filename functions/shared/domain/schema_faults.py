"""What a document has against its model, in one plain sentence each and at the place where it was written."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]

_NO_MAPPING: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})
_ENUM_MEMBER: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")


def schema_faults(error: ValidationError, document: Any) -> Iterator[tuple[Place, str]]:
    """Each fault that `error` found in `document`; what only follows from another one is left out."""
    found = [(_written(details, document), details) for details in error.errors()]
    for place, details in found:
        others = [other for other, another in found if another is not details]
        is_short_of_refused = details["type"] == "too_short" and any(
            other[: len(place)] == place and len(other) > len(place) for other in others
        )
        # What may be a text or a mapping was written as a text, and something was wrong with that.
        is_other_kind = details["type"] in _NO_MAPPING and place in others
        if not (is_short_of_refused or is_other_kind):
            yield place, sentence(details)


def _written(details: ErrorDetails, document: Any) -> Place:
    """Where `details` is about, without the steps that only the models know (which kind of action or condition)."""
    place: list[str | int] = []
    here: Any = document
    for step in details["loc"]:
        known = step in here if isinstance(here, dict) else isinstance(here, list) and isinstance(step, int)
        if known:
            here = here[step]
            place.append(step)
    if details["type"] == "missing":
        place.append(details["loc"][-1])
    return tuple(place)


def sentence(details: ErrorDetails) -> str:
    """What is wrong with one part, for people."""
    match details["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such setting"
        case "union_tag_invalid":
            context = details["ctx"]
            return f'no "{context["tag"]}" here; there is {context["expected_tags"]}'
        case "union_tag_not_found":
            return f"must say {details['ctx']['discriminator']}"
        case "string_type":
            return "is not a text"
        case "tuple_type" | "list_type":
            return "is not a list"
        case "string_pattern_mismatch":
            return f'"{details["input"]}" is not written as it must be ({details["ctx"]["pattern"]})'
        case _:
            return _ENUM_MEMBER.sub(r"\1", details["msg"]).removeprefix("Value error, ")
