"""The secrets that channels sign with, kept in one SSM SecureString."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from functions.shared.contracts.words import Slug
from functions.shared.identity.channel_secrets import ChannelSecrets

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

REFRESH_AFTER = timedelta(minutes=1)
"""A rotated secret counts after so long; its predecessor stays good meanwhile."""


def _now() -> datetime:
    return datetime.now(UTC)


class ChannelSecretsParameter:
    """Reads the secrets at most once a minute."""

    def __init__(self, ssm: "SSMClient", name: str, *, clock: Callable[[], datetime] = _now) -> None:
        self._ssm = ssm
        self._name = name
        self._clock = clock
        self._read: tuple[datetime, ChannelSecrets] | None = None

    def of(self, hook: Slug) -> Sequence[bytes]:
        """The secrets in force for the channel; none where none was made."""
        now = self._clock()
        if self._read is None or now - self._read[0] >= REFRESH_AFTER:
            self._read = now, self._fetch()
        return self._read[1].of(hook)

    def _fetch(self) -> ChannelSecrets:
        try:
            found = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound:
            return ChannelSecrets()
        return ChannelSecrets.model_validate_json(found["Parameter"]["Value"])
