"""What people say, kept where it fits: short texts in the event, long ones in a blob with their beginning beside it."""

import hashlib
import re
import secrets
from typing import Any, Final, Protocol

from functions.shared.contracts.events import Message
from functions.shared.contracts.words import DeskId, TicketId

MAX_INLINE_BYTES: Final = 4096
PREVIEW_CHARACTERS: Final = 1000

_OF_UPLOAD: Final = re.compile(r"attachments/([^/]+)/(?:[^/]+/)*(att_[0-9a-z]{32})\.[^/]+")
"""The key of a file that was uploaded, from its desk and the id of the upload on."""


class BlobStore(Protocol):
    def put(self, key: str, body: bytes, content_type: str = ...) -> None: ...

    def get(self, key: str) -> bytes: ...


def scoped(folder: str, desk: DeskId, content: bytes | str, scope: str = "", ticket: TicketId = "") -> str:
    """A key for `content` (or its SHA-256) that nothing outside of `scope` shares; without one, nothing at all does.

    A message is taken in under its natural key: storing it twice is storing it once, and what two messages have in
    common, as the logo below every letter, is kept for each, so that either can be deleted. What can be part of one
    `ticket` only lies under its name: there the eraser finds also what was stored and never became part of it.
    """
    folder = f"{folder}/{desk}/{ticket}" if ticket else f"{folder}/{desk}"
    within = hashlib.sha256(scope.encode()).hexdigest()[:20] if scope else secrets.token_hex(10)
    return f"{folder}/{within}/{content if isinstance(content, str) else hashlib.sha256(content).hexdigest()}"


def folders_of(desk: DeskId, ticket: TicketId) -> tuple[str, ...]:
    """What the keys of all that was stored for `ticket` alone begin with."""
    return tuple(f"{folder}/{desk}/{ticket}/" for folder in ("attachments", "bodies"))


def upload_key(desk: DeskId, attachment_id: str) -> str:
    """Where a customer's file waits until it is reported."""
    return f"uploads/{desk}/{attachment_id}"


def uploaded_as(key: str) -> str | None:
    """Where the file that is kept under `key` was uploaded to, if it was."""
    found = _OF_UPLOAD.fullmatch(key)
    return upload_key(*found.groups()) if found else None


class Bodies:
    """The texts of one desk; `scope` and `ticket` as for `scoped`."""

    def __init__(self, blobs: BlobStore, desk: DeskId) -> None:
        self._blobs = blobs
        self._desk = desk
        self._newest = ("", "")
        """Key and text of the long text stored last: triage reads it in the same breath."""

    def message(self, text: str, *, scope: str = "", ticket: TicketId = "", **fields: Any) -> Message:
        """A message that says `text`, with the further `fields` of `Message`."""
        if len(text.encode()) <= MAX_INLINE_BYTES:
            return Message.model_validate({"text": text, **fields})
        key = self.keep(text.encode(), "text/plain; charset=utf-8", scope=scope, ticket=ticket)
        self._newest = (key, text)
        return Message.model_validate({"text": text[:PREVIEW_CHARACTERS], "body_key": key, **fields})

    def text(self, message: Message) -> str:
        """All that was said."""
        if message.body_key == self._newest[0]:
            return self._newest[1]
        return self._blobs.get(message.body_key).decode() if message.body_key else message.text

    def keep(self, body: bytes, content_type: str, *, scope: str = "", ticket: TicketId = "") -> str:
        """Store `body`; returns its key."""
        key = scoped("bodies", self._desk, body, scope, ticket)
        self._blobs.put(key, body, content_type)
        return key
