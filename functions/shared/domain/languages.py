"""Which of the desk's languages somebody writes in."""

import re

from functions.shared.contracts.words import Language

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(*texts: str | None, default: Language) -> Language:
    """Chinese where Chinese characters outnumber Latin words, English where only Latin words stand."""
    text = " ".join(filter(None, texts))
    han, latin = len(_HAN.findall(text)), len(_LATIN_WORD.findall(text))
    if not han and not latin:
        return default
    return Language.ZH if han >= latin else Language.EN
