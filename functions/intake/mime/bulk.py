"""Long bodies taken out of a mail before it is split, and put back into its parts after.

The standard library's parser looks at every line of a message for the boundaries of its parts, in Python. A boundary
begins with `--`, so what lies between an empty line and the next line that begins so holds none: it is replaced by one
word. Whoever reads the parts must find every such word again; where one is missed the mail is read whole instead.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from itertools import pairwise

LONG = 1_000
"""Bytes of a body from which on it is taken out."""

_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_DIGEST = re.compile(rb"multipart/digest", re.IGNORECASE)


class Bulk:
    """A mail without its long bodies, which are `raw` then."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._kept: dict[str, bytes] = {}
        self._missing: set[str] = set()
        self._mark = "bulk"
        while self._mark.encode() in raw:
            self._mark += "x"

    @classmethod
    def taken_out(cls, raw: bytes) -> "Bulk":
        """The mail with what can be taken out of it taken out."""
        bulk = cls(raw)
        if len(raw) < LONG or raw.count(b"\r") != raw.count(b"\r\n") or _has_digest(raw):
            return bulk
        edges = [0, *_dashes(raw), len(raw)]
        bulk.raw = b"".join(bulk._shortened(raw[begins:ends]) for begins, ends in pairwise(edges))
        bulk._missing = set(bulk._kept)
        return bulk

    @property
    def is_back(self) -> bool:
        """Whether everything that was taken out has been put back."""
        return not self._missing

    def put_back(self, part: EmailMessage) -> None:
        """Give a part its body again."""
        payload: object = vars(part).get("_payload")  # as it was parsed: the public way decodes it
        if isinstance(payload, str) and self._mark in payload:
            whole = self.restored(payload.encode("ascii", "surrogateescape"))
            part.set_payload(whole.decode("ascii", "surrogateescape"))

    def restored(self, data: bytes) -> bytes:
        """`data` with the bodies in the places of their words."""
        for word in [word for word in self._kept if word.encode() in data]:
            data = data.replace(word.encode(), self._kept[word], 1)
            self._missing.discard(word)
        return data

    def _shortened(self, segment: bytes) -> bytes:
        if len(segment) < LONG:
            return segment
        empty = _EMPTY_LINE.search(segment)
        if empty is None or b"message/" in segment[: empty.start()].lower():
            return segment
        body = segment[empty.end() :]
        text = body.rstrip(b"\r\n")
        if len(text) < LONG:
            return segment
        word = f"{self._mark}-{len(self._kept)}-"
        self._kept[word] = text
        return segment[: empty.end()] + word.encode() + body[len(text) :]


def _has_digest(raw: bytes) -> bool:
    return (b"igest" in raw or b"IGEST" in raw) and _DIGEST.search(raw) is not None


def _dashes(raw: bytes) -> Iterator[int]:
    """Where lines begin with two dashes."""
    at = raw.find(b"\n--")
    while at >= 0:
        yield at + 1
        at = raw.find(b"\n--", at + 1)
