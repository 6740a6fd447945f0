"""Reasons that are kept for good, such as why a mail was set aside: written in English, read in every language.

What is kept are words, as the API and the logs have them. The English catalogue says which words a reason has, so it
also tells which reason the words have.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from functions.shared.domain.saying import Saying
from functions.shared.pages.languages import Catalogue, catalogue

_REASONS: Final = "kept."
_PARTS: Final[Mapping[str, str]] = {"objection": "objection.", "sign": "sign.", "also": "sign."}
"""What a reason may name, and where its words stand: they are no reason by themselves."""


def in_english(reason: Saying) -> str:
    """The words under which `reason` is kept."""
    return catalogue("en").say(reason)


def told(kept: str, words: Catalogue) -> str:
    """The reason `kept` in the language of `words`; what is not known, or was kept long ago, stays as it is."""
    reason = reason_of(kept)
    return words.say(reason) if reason else kept


def reason_of(kept: str) -> Saying | None:
    """The reason that has these words; None where it is none of ours."""
    return _found(kept, _REASONS)


def _found(kept: str, prefix: str) -> Saying | None:
    for key, pattern in _patterns(prefix):
        if match := pattern.fullmatch(kept):
            values = {name: _value(name, text) for name, text in match.groupdict().items()}
            if None not in values.values():
                return Saying(key, values)
    return None


def _value(name: str, kept: str) -> object:
    return _found(kept, _PARTS[name]) if name in _PARTS else kept


@cache
def _patterns(prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_patterns_of(catalogue("en"), prefix))


def _patterns_of(words: Catalogue, prefix: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for key in words:
        if key.startswith(prefix):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(words.text(key)))
            yield key, re.compile(pattern, re.DOTALL)
