"""The front door: http://localhost:8080 for people and clients, whatever lies behind.

Managed login and the pool's keys are the emulated Cognito's; everything else is the HTTP API's, which the emulator
knows by its Host header.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from http.cookiejar import DefaultCookiePolicy

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from ops.local.settings import LocalSettings

_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
     b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip
_COGNITO = re.compile(r"/(oauth2/.*|login|logout|[\w-]+_\w+/\.well-known/.*)")
_AT_ONCE = 6
"""Requests handed on at a time: every one occupies a process in the emulator, which refuses those beyond its limit."""
_TIMEOUT = httpx.Timeout(35, connect=5)  # the HTTP API itself gives up after 30 s

Headers = list[tuple[bytes, bytes]]


class FrontDoor:
    """A reverse proxy to the emulator."""

    def __init__(self, settings: LocalSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def hand_on(self, request: Request) -> Response:
        """Hand the request on, and the answer back, both byte for byte."""
        host = self._settings.api_host
        if _COGNITO.fullmatch(request.url.path):
            host = f"localhost:{self._settings.aws_port}"
        try:
            async with self._places:
                return await self.forward(request, host)
        except httpx.HTTPError:
            return PlainTextResponse("The local cloud does not answer. Is it running? See `desk status`.\n", 502)

    async def forward(self, request: Request, host: str) -> Response:
        """Send the request to the emulator under the name `host`.

        Raises:
            httpx.HTTPError: the emulator cannot be reached or breaks off.
        """
        target = request.scope["raw_path"] + (b"?" + query if (query := request.scope["query_string"]) else b"")
        upstream = self._client.build_request(
            request.method,
            self._settings.endpoint,
            headers=forwarded_headers(request, host),
            content=_body(request),
            extensions={"target": target},
        )
        answer = await self._client.send(upstream, stream=True)
        response = StreamingResponse(_passing(answer), answer.status_code)
        response.raw_headers = end_to_end(answer.headers.raw)
        return response


def forwarded_headers(request: Request, host: str) -> Headers:
    """The request's own headers under the name `host`, and where the request came from."""
    came_from = request.client.host if request.client else "127.0.0.1"
    ours = {
        b"host": host.encode(),
        b"x-forwarded-for": came_from.encode(),
        b"x-forwarded-host": request.headers.get("host", "localhost").encode("latin-1"),
        b"x-forwarded-port": str(request.url.port or 80).encode(),
        b"x-forwarded-proto": b"http",
    }
    kept = [(name, value) for name, value in end_to_end(request.headers.raw) if name not in ours]
    return [*kept, *ours.items()]


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers that are meant for the far end: those of this one connection are left out."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {option.strip().lower() for name, value in lowered if name == b"connection" for option in value.split(b",")}
    return [(name, value) for name, value in lowered if name not in _HOP_BY_HOP and name not in named]


async def _passing(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The answer's bytes; its connection is given back even when the visitor leaves early."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _body(request: Request) -> AsyncIterator[bytes] | None:
    """The body as it arrives, or None when the request announces none."""
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return request.stream() if has_body else None


def new_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that changes nothing by itself: no redirects, no proxies, no headers and no cookies of its own.

    A cookie that it kept would be sent with everybody's requests: whoever came next would be signed in as the last.
    """
    client = httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
    client.headers.clear()
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client
