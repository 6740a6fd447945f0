"""The pages' own style sheet, scripts and pictures, served by content hash."""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).with_name("static")
SHEET: Final = "aftercare.css"
STYLES: Final = Path(__file__).with_name("styles")
PARTS: Final = (
    "tokens",
    "elements",
    "forms",
    "notices",
    "badges",
    "timeline",
    "portal",
    "console",
    "knowledge",
    "rules",
    "narrow",
    "print",
)
"""What the one style sheet is joined from; of two equal selectors the later part's counts."""

MOUNT: Final = "/static/"
_FOREVER: Final = "public, max-age=31536000, immutable"
_REVALIDATE: Final = "public, no-cache"
_CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
_FROM_NPM: Final = {"vendor/htmx.min.js": "htmx.org/dist/htmx.min.js"}
"""What the asset holds under static/vendor, and where a checkout has it under node_modules."""


@dataclass(frozen=True)
class StaticFile:
    """A file's bytes, ready to serve."""

    content: bytes
    content_type: str
    digest: str

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'

    def cache_control(self, version: str | None) -> str:
        """For ever where the address carries this content's version, else ask again every time."""
        return _FOREVER if version == self.digest else _REVALIDATE


@cache
def static_file(name: str) -> StaticFile | None:
    """The file called `name` below static/; None for what is not there, not ours to serve, or outside."""
    if name == SHEET:
        content = b"\n".join((STYLES / f"{part}.css").read_bytes() for part in PARTS)
    elif path := _located(name):
        content = path.read_bytes()
    else:
        return None
    return StaticFile(content, _CONTENT_TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:16])


def static_url(name: str) -> str:
    """The address of `name`, which changes with its content.

    Raises:
        LookupError: there is no such file.
    """
    if (found := static_file(name)) is None:
        raise LookupError(f"no static file {name}")
    return f"{MOUNT}{name}?v={found.digest}"


def _located(name: str) -> Path | None:
    inside = Path(os.path.normpath(STATIC / name))
    if not inside.is_relative_to(STATIC) or inside.suffix not in _CONTENT_TYPES or "\0" in name:
        return None
    if inside.is_file():
        return inside
    vendored = _FROM_NPM.get(inside.relative_to(STATIC).as_posix())
    if vendored is None:
        return None
    return next((path for root in STATIC.parents if (path := root / "node_modules" / vendored).is_file()), None)
