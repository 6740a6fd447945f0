"""The desk's signing keys, kept in one SSM SecureString."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.shared.domain.errors import ConfigMissing
from functions.shared.identity.keys import KeyRing, SigningKey

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

REFRESH_AFTER_S = 600.0
RETRY_AFTER_S = 60.0


class KeyParameter:
    """Reads the ring once and keeps it; a key it does not know makes it look again, at most once a minute."""

    def __init__(self, ssm: "SSMClient", name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ssm = ssm
        self._name = name
        self._clock = clock
        self._ring: KeyRing | None = None
        self._read_at = 0.0

    def current(self) -> SigningKey:
        """The key to sign with."""
        return self._ring_read_within(REFRESH_AFTER_S).current

    def find(self, key_id: str) -> SigningKey | None:
        """The key called `key_id`, or None when the desk has no such key."""
        known = self._ring_read_within(REFRESH_AFTER_S).find(key_id)
        return known or self._ring_read_within(RETRY_AFTER_S).find(key_id)

    def _ring_read_within(self, age_s: float) -> KeyRing:
        if self._ring is None or self._clock() - self._read_at >= age_s:
            self._ring = self._read()
            self._read_at = self._clock()
        return self._ring

    def _read(self) -> KeyRing:
        try:
            found = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound as error:
            raise ConfigMissing("no signing keys") from error
        return KeyRing.model_validate_json(found["Parameter"]["Value"])
