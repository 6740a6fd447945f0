"""The desk's own signing keys: one ring of a few keys, the newest signs, the older ones still verify.

Every purpose (customers' links, form tokens, reply addresses, …) signs with a key derived for it, so that what was
signed for one purpose can never pass for another.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Protocol, Self

from pydantic import (
    AwareDatetime,
    Base64UrlBytes,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

KeyId = Annotated[str, StringConstraints(pattern=r"^k[0-9a-z]{4,16}$")]

SETTLING = timedelta(minutes=15)
"""A new key is known everywhere before it signs: readers look for new keys every ten minutes."""

_SECRET_BYTES = 32


class Purpose(StrEnum):
    """What a derived key is for. A purpose is never renamed: everything signed for it would break."""

    LINK = "customer-link"
    FORM = "form-token"
    SIGN_IN = "sign-in"
    REPLY_ADDRESS = "reply-address"
    PROOF_OF_WORK = "proof-of-work"


class SigningKey(BaseModel):
    """One secret with the id under which tokens name it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: KeyId
    secret: Base64UrlBytes = Field(repr=False)
    created_at: AwareDatetime

    @field_validator("secret")
    @classmethod
    def _secret_is_long_enough(cls, secret: bytes) -> bytes:
        if len(secret) < _SECRET_BYTES:
            raise ValueError(f"a secret has at least {_SECRET_BYTES} bytes")
        return secret

    def derive(self, purpose: Purpose, context: str = "") -> bytes:
        """The 32-byte key for `purpose`, and within it for `context`, e.g. the desk."""
        return hmac.digest(self.secret, f"{purpose}/{context}".encode(), "sha256")


class KeyRing(BaseModel):
    """The keys in force, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: Annotated[tuple[SigningKey, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({key.id for key in self.keys}) != len(self.keys):
            raise ValueError("two keys have the same id")
        return self

    def signer(self, *, now: datetime) -> SigningKey:
        """The key that signs: the newest that every reader knows by now, at a young desk its first."""
        settled = [key for key in self.keys if key.created_at + SETTLING <= now]
        return settled[-1] if settled else self.keys[0]

    def find(self, key_id: str) -> SigningKey | None:
        """The key that tokens call `key_id`, or None when it is not, or no longer, in force."""
        return next((key for key in self.keys if key.id == key_id), None)

    def rotated(self, key: SigningKey, *, overlap: timedelta) -> Self:
        """The ring with `key`, which signs from a quarter of an hour on.

        Args:
            key: The new key; its creation is the instant of the rotation.
            overlap: How long what a key signed stays good. Keys that have signed nothing for longer are dropped.
        """
        since = key.created_at - overlap - SETTLING
        return type(self)(keys=(*_still_needed((*self.keys, key), since=since), key))


class Keys(Protocol):
    """Where the ring is read from."""

    def current(self) -> SigningKey: ...

    def find(self, key_id: str) -> SigningKey | None: ...


def _still_needed(keys: Sequence[SigningKey], *, since: datetime) -> list[SigningKey]:
    return [key for key, successor in pairwise(keys) if successor.created_at >= since]
