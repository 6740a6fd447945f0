"""Text cut where its script has words: runs of Latin letters and digits, and runs of Chinese characters."""

import re
from typing import Final

_HAN: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U000323af"
)
_RUN: Final = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN: Final = re.compile(f"[{_HAN}]")


def runs(text: str) -> list[str]:
    """The runs of `text` in order, each of one script."""
    return _RUN.findall(text)


def is_han(run: str) -> bool:
    """Whether a run is of Chinese characters (or kana, or hangul), which have no spaces between words."""
    return _IS_HAN.match(run) is not None


def terms(folded: str) -> dict[str, None]:
    """What a text is about, each once in order: Latin words of two letters and more, pairs of Chinese characters."""
    found: dict[str, None] = {}
    for run in runs(folded):
        if is_han(run):
            found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
        elif len(run) > 1 and not run.isdigit():
            found[run] = None
    return found
