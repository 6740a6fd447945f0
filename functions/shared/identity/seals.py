"""Sealed notes: small JSON that travels through other people's hands and comes back untouched, or is refused."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from functions.shared.identity.keys import Keys, Purpose, SigningKey

_MAX_LENGTH = 4096


class BrokenSeal(Exception):
    """The note was not sealed by us for this purpose, or was changed since."""


class ExpiredSeal(BrokenSeal):
    """The note is genuine, and its time is over."""


class Seal:
    """Seals and opens notes for one purpose. A note reads `<key id>.<content>.<signature>`, safe in a URL."""

    def __init__(self, keys: Keys, purpose: Purpose, context: str = "") -> None:
        self._keys = keys
        self._purpose = purpose
        self._context = context

    def close(self, content: Mapping[str, Any], *, expires_at: datetime) -> str:
        """`content` sealed until `expires_at` (to the second)."""
        key = self._keys.current()
        return f"{key.id}.{self._serializer(key).dumps({**content, 'e': int(expires_at.timestamp())})}"

    def open(self, note: str, *, now: datetime) -> dict[str, Any]:
        """The content of `note`.

        Raises:
            ExpiredSeal: it is genuine and too old.
            BrokenSeal: it is not genuine.
        """
        key_id, _, sealed = note.partition(".")
        if len(note) > _MAX_LENGTH or not note.isascii() or not (key := self._keys.find(key_id)):
            raise BrokenSeal
        try:
            content: dict[str, Any] = self._serializer(key).loads(sealed)
        except BadData as error:
            raise BrokenSeal from error
        if now.timestamp() >= content.pop("e"):
            raise ExpiredSeal
        return content

    def _serializer(self, key: SigningKey) -> URLSafeSerializer:
        return URLSafeSerializer(key.derive(self._purpose, self._context), signer_kwargs={"digest_method": sha256})
