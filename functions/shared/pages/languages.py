"""What the pages say, in every language: one catalogue file per language in `locales/`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from functions.shared.contracts.handling_events import Words
from functions.shared.domain.document import Bilingual
from functions.shared.domain.saying import Saying

LOCALES: Final = Path(__file__).with_name("locales")
LANGUAGES: Final = tuple(sorted(path.stem for path in LOCALES.glob("*.json")))
DEFAULT_LANGUAGE: Final = "en"

_PREFERENCE = re.compile(
    r"^\s*(?P<tag>[a-z]{2,3})(?:-[a-z0-9]+)*\s*(?:;\s*q\s*=\s*(?P<q>[01](?:\.\d{0,3})?))?\s*$", re.I
)


class Catalogue:
    """One language's texts by dotted key; a key that is not there raises KeyError."""

    def __init__(self, language: str, texts: Mapping[str, object]) -> None:
        self.language = language
        self._texts = dict(_flatten(texts))

    def __contains__(self, key: str) -> bool:
        return key in self._texts or f"{key}.other" in self._texts

    def __iter__(self) -> Iterator[str]:
        """Every text's key; the forms of a counted text have one each (`.one`, `.other`)."""
        return iter(self._texts)

    def text(self, key: str, **values: object) -> str:
        """The text called `key`, with `values` filled in; `n` chooses between singular and plural."""
        if key not in self._texts:
            one = f"{key}.one"
            key = one if values.get("n") == 1 and one in self._texts else f"{key}.other"
        return self._texts[key].format_map(values) if values else self._texts[key]

    def say(self, saying: Saying) -> str:
        """What is to be said, in this language."""
        return self.text(saying.key, **{name: self._said(value) for name, value in saying.values.items()})

    def _said(self, value: object) -> object:
        match value:
            case Saying():
                return self.say(value)
            case Bilingual() | Words():
                return getattr(value, self.language)
            case list() | tuple():
                return self.text("list.comma").join(str(self._said(one)) for one in value)
            case _:
                return value


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of `language`, which must be one of LANGUAGES."""
    return Catalogue(language, json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8")))


def negotiate(
    wishes: Sequence[str | None] = (), accept_language: str | None = None, default: str = DEFAULT_LANGUAGE
) -> str:
    """The first of `wishes` that we speak (`?lang`, then the cookie), else the browser's best, else `default`."""
    for wish in wishes:
        if wish in LANGUAGES:
            return wish
    return next((tag for tag in _preferred(accept_language or "") if tag in LANGUAGES), default)


def _preferred(accept_language: str) -> list[str]:
    weighted = []
    for position, part in enumerate(accept_language[:500].split(",")):
        if (match := _PREFERENCE.match(part)) and (quality := float(match["q"] or 1)) > 0:
            weighted.append((-quality, position, match["tag"].lower()))
    return [tag for _, _, tag in sorted(weighted)]


def _flatten(texts: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
