"""Sizes of files as people read them."""

from typing import Final

from functions.shared.pages.languages import Catalogue

_UNITS: Final = ("KB", "MB", "GB")
_STEP: Final = 1000


def file_size(size: int, words: Catalogue) -> str:
    """`size` bytes in the largest unit that fits, with a decimal below ten: "31 bytes", "31 字节", "1.2 MB"."""
    if size < _STEP:
        return words.text("size.bytes", n=size)
    amount, unit = size / _STEP, 0
    while round(amount) >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    short = f"{amount:.1f}".removesuffix(".0") if amount < 9.95 else f"{amount:.0f}"
    return f"{short} {_UNITS[unit]}"
