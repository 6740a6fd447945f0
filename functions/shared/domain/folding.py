"""Text as the rules compare it: case, width and the kind of Chinese do not matter, and Chinese needs no spaces."""

import unicodedata
from dataclasses import dataclass

from functions.shared.domain.han import TO_SIMPLIFIED

# Scripts written without spaces between words: a keyword in one of them is looked for anywhere.
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3040, 0x31FF),  # kana, Bopomofo, Hangul letters
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7AF),  # Hangul
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


# Letters that nobody sees; mail programs and web pages leave them inside words.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def fold(text: str) -> str:
    """`text` without differences of case, width (全角/半角), blank space, and traditional or simplified Chinese."""
    if text.isascii():
        return " ".join(text.casefold().split())
    narrow = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    folded = unicodedata.normalize("NFKC", narrow.casefold())
    return " ".join(folded.translate(TO_SIMPLIFIED).split())


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word to look for: whole words where the script has them, anywhere where it has none."""

    text: str
    starts_a_word: bool
    ends_a_word: bool

    @classmethod
    def of(cls, text: str) -> "Keyword":
        """The keyword for `text`, which must not be empty."""
        return cls(text, _is_word_letter(text[0]), _is_word_letter(text[-1]))

    def occurs_in(self, text: str) -> bool:
        start = text.find(self.text)
        while start >= 0:
            end = start + len(self.text)
            if not (self.starts_a_word and start > 0 and _is_word_letter(text[start - 1])) and not (
                self.ends_a_word and end < len(text) and _is_word_letter(text[end])
            ):
                return True
            start = text.find(self.text, start + 1)
        return False


def _is_word_letter(letter: str) -> bool:
    if not (letter.isalnum() or letter == "_"):
        return False
    code = ord(letter)
    return not any(first <= code <= last for first, last in _SPACELESS)
