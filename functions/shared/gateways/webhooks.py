"""Webhooks: posts to addresses on the public internet, and the secrets that sign them."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from functions.shared.domain.errors import ConfigMissing
from functions.shared.domain.webhooks import is_public

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

TIMEOUT_S: Final = 5
LONGEST_ANSWER: Final = 4096
SECRET_KEPT_S: Final = 300

Resolve = Callable[[str, int], list[str]]


class Unreachable(Exception):
    """The address did not answer; trying again may help."""


class NotPublic(Exception):
    """The address leads somewhere that is not the public internet; nothing was sent."""


@dataclass(frozen=True)
class Answer:
    """What came back, at most so much of it as is worth reading."""

    status: int
    body: bytes = b""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class PublicHttps:
    """Posts over TLS. The address that was checked is the one that is connected to; redirects are not followed."""

    def __init__(self, find: Resolve = resolve, context: ssl.SSLContext | None = None) -> None:
        self._find = find
        self._context = context or ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises Unreachable or NotPublic."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        try:
            found = self._find(host, port)
            if not found or not all(is_public(address) for address in found):
                raise NotPublic(f"{host} is not on the public internet")
            connection = _Pinned(host, port, found[0], self._context)
            return _asked(connection, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{host}: {type(error).__name__}: {error}"[:300]) from error


class LocalSink:
    """The local cloud's end of all webhooks: whatever their address, they are shown here and go nowhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises Unreachable."""
        parts = urlsplit(self._address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT_S)
        try:
            return _asked(connection, parts.path, body, {**headers, "Aftercare-Url": url})
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)[:300]) from error


class _Pinned(http.client.HTTPSConnection):
    """Connects to one address, and expects the certificate of the host there."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S, context=context)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _asked(connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(LONGEST_ANSWER))
    finally:
        connection.close()


class WebhookSecrets:
    """The secrets of one desk's webhooks, each an SSM SecureString below one path."""

    def __init__(self, ssm: "SSMClient", path: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ssm = ssm
        self._path = path
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    def of(self, webhook: str) -> str:
        """The webhook's secret, as it was within the last minutes.

        Raises:
            ConfigMissing: nobody has made one yet.
        """
        known = self._kept.get(webhook)
        if known and self._clock() - known[0] < SECRET_KEPT_S:
            return known[1]
        try:
            found = self._ssm.get_parameter(Name=f"{self._path}/{webhook}", WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound as error:
            raise ConfigMissing(f"webhook {webhook} has no secret") from error
        secret = found["Parameter"]["Value"]
        self._kept[webhook] = self._clock(), secret
        return secret
