"""Text as people see it: names without the characters that nobody sees, which hide, reverse and counterfeit."""

import unicodedata
from typing import Annotated, Final

from pydantic import BeforeValidator

_DROPPED: Final = ("Cc", "Cf", "Cs")
"""Unicode's categories of controls, of marks that reverse or hide what is around them, and of half characters."""

_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks by category that show nothing."""

_LONGEST_TITLE: Final = 200

_JOINERS: Final = frozenset("\u200c\u200d")
_VIRAMA: Final = 9
"""The combining class of the sign that takes a letter's vowel away in Indic scripts."""


def clean_name(name: str) -> str:
    """`name` on one line, with single spaces, and without what nobody sees.

    Joiners stay where they change what is seen: in Arabic and Indic writing, and between the parts of an emoji.
    """
    if name.isascii() and name.isprintable():
        return " ".join(name.split())
    spaced = "".join(" " if letter.isspace() else letter for letter in name)
    letters = [letter for at, letter in enumerate(spaced) if _is_seen(letter) or _joins(spaced, at)]
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


def title_from(*lines: str) -> str:
    """The first of `lines` in which anything is seen, as a title; empty where there is none."""
    cleaned = (clean_name(line)[:_LONGEST_TITLE].rstrip() for line in lines)
    return next((line for line in cleaned if line), "")


def is_visible(text: str) -> bool:
    """Whether anything of `text` is seen."""
    return any(not letter.isspace() and _is_seen(letter) for letter in text)


def _is_seen(letter: str) -> bool:
    return letter not in _BLANKS and unicodedata.category(letter) not in _DROPPED


def _joins(text: str, at: int) -> bool:
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1 or not _is_seen(text[at + 1]) or text[at + 1].isspace():
        return False
    before = text[at - 1]
    is_emoji = unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
    return is_emoji or unicodedata.bidirectional(before) == "AL" or unicodedata.combining(before) == _VIRAMA


def _cleaned(value: object) -> object:
    return clean_name(value) if isinstance(value, str) else value


def _seen(value: object) -> object:
    return "" if isinstance(value, str) and not is_visible(value) else value


IF_SEEN: Final = BeforeValidator(_seen)
"""Makes a text empty of which nothing is seen."""

CleanName = Annotated[str, BeforeValidator(_cleaned)]
"""A name as `clean_name` leaves it; lengths are counted afterwards."""
