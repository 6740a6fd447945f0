"""What a document has against its model, in one plain sentence each and at the place where it was written."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]


def schema_faults(error: ValidationError, document: Any) -> Iterator[tuple[Place, str]]:
    """Each fault that `error` found in `document`; what only follows from another one is left out."""
    found = [(_written(details, document), details) for details in error.errors()]
    for place, details in found:
        is_consequence = details["type"] == "too_short" and any(
            other[: len(place)] == place and len(other) > len(place) for other, _ in found
        )
        if not is_consequence:
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
            return details["msg"].removeprefix("Value error, ")
