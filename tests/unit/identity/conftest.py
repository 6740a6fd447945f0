"""Keys that live in memory."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.contracts.words import ContactId, TicketId
from functions.shared.identity.keys import SETTLING, KeyRing, SigningKey

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def signing_key(id: str, created_at: datetime = NOW) -> SigningKey:
    secret = base64.urlsafe_b64encode(id.encode().ljust(32, b"."))
    return SigningKey.model_validate({"id": id, "secret": secret, "created_at": created_at})


class RingInMemory:
    """Behaves like `KeyParameter`."""

    def __init__(self, *keys: SigningKey) -> None:
        self.ring = KeyRing(keys=keys or (signing_key("k0001"),))
        self.now = NOW

    def current(self) -> SigningKey:
        return self.ring.signer(now=self.now)

    def find(self, key_id: str) -> SigningKey | None:
        return self.ring.find(key_id)

    def rotate(self, id: str, *, at: datetime = NOW, overlap: timedelta = timedelta(days=1)) -> None:
        self.ring = self.ring.rotated(signing_key(id, at), overlap=overlap)
        self.now = at + SETTLING


class GenerationsInMemory(dict[TicketId | ContactId, int]):
    """Behaves like `LinkGenerations`."""

    def current(self, subject: TicketId | ContactId) -> int:
        return self.get(subject, 0)

    def revoke(self, subject: TicketId | ContactId) -> int:
        self[subject] = self.current(subject) + 1
        return self[subject]


@pytest.fixture
def keys() -> RingInMemory:
    return RingInMemory()


@pytest.fixture
def generations() -> GenerationsInMemory:
    return GenerationsInMemory()
