"""What files are called that came from outside: by mail, by a channel, or uploaded."""

import re
from typing import Final

MAX_NAME: Final = 150

_SEPARATORS: Final = re.compile(r"[/\\]")
_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f<>:\"|?*\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, halves of characters, and what turns the direction of writing."""


def clean_name(name: str) -> str:
    """The last path component, without what a file system or a reader could be fooled by; it may be empty."""
    name = _UNSAFE.sub("", _SEPARATORS.split(name)[-1]).strip(". ")
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: MAX_NAME - 12]}.{extension[:10]}" if dot and len(extension) <= 10 else name[:MAX_NAME]
