"""What people say, kept where it fits: short texts in the event, long ones in a blob with their beginning beside it."""

import hashlib
from typing import Any, Final, Protocol

from functions.shared.contracts.events import Message
from functions.shared.contracts.words import DeskId

MAX_INLINE_BYTES: Final = 4096
PREVIEW_CHARACTERS: Final = 1000


class BlobStore(Protocol):
    def put(self, key: str, body: bytes, content_type: str = ...) -> None: ...

    def get(self, key: str) -> bytes: ...


class Bodies:
    """The texts of one desk. Keys are made of the content, so that storing twice is storing once."""

    def __init__(self, blobs: BlobStore, desk: DeskId) -> None:
        self._blobs = blobs
        self._desk = desk

    def message(self, text: str, **fields: Any) -> Message:
        """A message that says `text`, with the further `fields` of `Message`."""
        if len(text.encode()) <= MAX_INLINE_BYTES:
            return Message.model_validate({"text": text, **fields})
        key = self.keep(text.encode(), "text/plain; charset=utf-8")
        return Message.model_validate({"text": text[:PREVIEW_CHARACTERS], "body_key": key, **fields})

    def text(self, message: Message) -> str:
        """All that was said."""
        return self._blobs.get(message.body_key).decode() if message.body_key else message.text

    def keep(self, body: bytes, content_type: str) -> str:
        """Store `body`; returns its key."""
        key = f"bodies/{self._desk}/{hashlib.sha256(body).hexdigest()}"
        self._blobs.put(key, body, content_type)
        return key
