"""Where the local cloud's webhooks end: kept in memory, shown on a page and as JSON."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

_CSP = "default-src 'none'; style-src 'self'; base-uri 'none'"
_KEPT = 200
_LARGEST = 256_000


@dataclass(frozen=True)
class Received:
    """One post to a webhook."""

    at: str
    url: str
    event: str
    delivery: str
    timestamp: str
    signature: str
    body: str

    @property
    def pretty(self) -> str:
        """The body for people."""
        try:
            return json.dumps(json.loads(self.body), ensure_ascii=False, indent=2)
        except ValueError:
            return self.body


class WebhookSink:
    """Takes what the desk tells webhooks, the newest first, since the local tool was started."""

    def __init__(self) -> None:
        self._received: deque[Received] = deque(maxlen=_KEPT)
        folder = Path(__file__).with_name("templates")
        self._pages = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/api/received", self.list_json, methods=["GET"]),
            Route("/sink", self.take, methods=["POST"]),
        ]

    async def take(self, request: Request) -> Response:
        body = await request.body()
        told = {
            "url": "aftercare-url",
            "event": "aftercare-event",
            "delivery": "aftercare-delivery",
            "timestamp": "aftercare-timestamp",
            "signature": "aftercare-signature",
        }
        self._received.appendleft(
            Received(
                at=datetime.now(UTC).isoformat(),
                body=body[:_LARGEST].decode(errors="replace"),
                **{name: request.headers.get(header, "") for name, header in told.items()},
            )
        )
        return JSONResponse({"errcode": 0})

    async def list_json(self, _request: Request) -> Response:
        return JSONResponse([asdict(one) for one in self._received])

    async def show(self, _request: Request) -> Response:
        page = self._pages.get_template("webhooks.html").render(received=list(self._received))
        return HTMLResponse(page, headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-store"})
