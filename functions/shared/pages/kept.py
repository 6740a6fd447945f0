"""Reasons that are kept for good, such as why a mail was not sent: written in English, read in every language.

What is kept are words, as the API and the logs have them. The English catalogue says which words a reason has, so it
also tells which reason the words have.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from functions.shared.domain.saying import Saying
from functions.shared.pages.languages import Catalogue, catalogue

_REASONS: Final = "kept."
_PARTS: Final = "objection."
"""What a reason may name: its words are none by themselves."""


def in_english(reason: Saying) -> str:
    """The words under which `reason` is kept."""
    return catalogue("en").say(reason)


def told(kept: str, words: Catalogue) -> str:
    """The reason `kept` in the language of `words`; what is not known, or was kept long ago, stays as it is."""
    reason = reason_of(kept)
    return words.say(reason) if reason else kept


def reason_of(kept: str) -> Saying | None:
    """The reason that has these words; None where it is none of ours."""
    for key, pattern in _patterns(_REASONS):
        if match := pattern.fullmatch(kept):
            values: dict[str, object] = dict(match.groupdict())
            if "objection" in values:
                values["objection"] = _part(match["objection"])
            if None not in values.values():
                return Saying(key, values)
    return None


def _part(kept: str) -> Saying | None:
    found = ((key, pattern.fullmatch(kept)) for key, pattern in _patterns(_PARTS))
    return next((Saying(key, match.groupdict()) for key, match in found if match), None)


@cache
def _patterns(prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_patterns_of(catalogue("en"), prefix))


def _patterns_of(words: Catalogue, prefix: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for key in words:
        if key.startswith(prefix):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(words.text(key)))
            yield key, re.compile(pattern, re.DOTALL)
