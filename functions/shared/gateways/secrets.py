"""The desk's signing keys, kept in one SSM SecureString."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from functions.shared.domain.errors import ConfigMissing
from functions.shared.identity.keys import KeyRing, SigningKey

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

REFRESH_AFTER = timedelta(minutes=10)
RETRY_AFTER = timedelta(minutes=1)


def _now() -> datetime:
    return datetime.now(UTC)


class KeyParameter:
    """Reads the ring every ten minutes; a key it does not know makes it look again, at most once a minute."""

    def __init__(self, ssm: "SSMClient", name: str, *, clock: Callable[[], datetime] = _now) -> None:
        self._ssm = ssm
        self._name = name
        self._clock = clock
        self._read: tuple[datetime, KeyRing] | None = None

    def current(self) -> SigningKey:
        """The key to sign with."""
        return self._ring(REFRESH_AFTER).signer(now=self._clock())

    def find(self, key_id: str) -> SigningKey | None:
        """The key called `key_id`, or None when the desk has no such key."""
        return self._ring(REFRESH_AFTER).find(key_id) or self._ring(RETRY_AFTER).find(key_id)

    def _ring(self, not_older_than: timedelta) -> KeyRing:
        now = self._clock()
        if self._read is None or now - self._read[0] >= not_older_than:
            self._read = now, self._fetch()
        return self._read[1]

    def _fetch(self) -> KeyRing:
        try:
            found = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound as error:
            raise ConfigMissing("no signing keys") from error
        return KeyRing.model_validate_json(found["Parameter"]["Value"])
