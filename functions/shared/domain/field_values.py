"""What rules may write into a ticket's fields: the standard ones below, and every field of the desk's own forms.

What the customer said (title, description, steps) is never rewritten. Priority, team, person, tags and policy have
actions of their own, the status has its commands, and channel, times and customer are facts.
"""

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from functions.shared.contracts.words import Impact, Language, Urgency
from functions.shared.domain.form_fields import PATTERNS, FieldKind, FormField
from functions.shared.domain.operators import Scalar, members

Written = Scalar | tuple[Scalar, ...]

WORDS: Final[Mapping[str, type[StrEnum]]] = {"impact": Impact, "urgency": Urgency, "language": Language}
"""Standard fields that hold one of a few words."""

STANDARD: Final = ("module", *WORDS)
"""The standard fields that rules write."""


def standard_value(field: str, value: Written) -> object:
    """`value` as the ticket holds it in the standard `field`; raises ValueError with one plain sentence."""
    if field == "module":
        if not isinstance(value, str):
            raise ValueError("a module is named by its id")
        return value
    words = WORDS[field]
    if not isinstance(value, str) or value not in list(words):
        raise ValueError(f"{field} needs one of {', '.join(words)}")
    return words(value)


def misfit(field: FormField, value: Written, modules: tuple[str, ...]) -> str | None:
    """What keeps `value` out of the form's field, in one plain sentence; None where it fits."""
    match field.kind:
        case FieldKind.FILE:
            return f"{field.id} holds files, which rules cannot set"
        case FieldKind.CHOICE | FieldKind.MULTI_CHOICE:
            if isinstance(value, tuple) is not field.kind.is_list:
                return f"{field.id} needs {'a list of values' if field.kind.is_list else 'one value'}"
            known = modules if field.choices_from else field.values
            fits = all(one in known for one in members(value))
            return None if fits else f"{field.id} needs one of {', '.join(known)}"
        case FieldKind.NUMBER:
            return _no_number(field, value)
        case FieldKind.YES_NO:
            return None if isinstance(value, bool) else f"{field.id} is either true or false"
        case _:
            longest = field.longest or 0
            if not isinstance(value, str) or len(value) > longest:
                return f"{field.id} needs a text of at most {longest} characters"
            pattern = PATTERNS.get(field.kind)
            fits = pattern is None or re.fullmatch(pattern, value) is not None
            return None if fits else f"{field.id} needs what a field of kind {field.kind} holds"


def _no_number(field: FormField, value: Written) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{field.id} needs a number"
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    return None if low <= value <= high else f"{field.id} needs a number from {low:g} to {high:g}"
