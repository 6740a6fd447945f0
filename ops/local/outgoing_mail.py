"""The way out for the desk's mail: SES v2 `SendEmail`, watched on its way to the emulator.

The emulator checks who sends and what they may, and answers with the message's id. But it knows a raw message only by
its subject and text, so the message itself, with every header and attachment, is kept here.
"""

import base64
import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime, getaddresses
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ops.local.front_door import end_to_end
from ops.local.sent_mail import SentMailFolder
from ops.local.settings import LocalSettings

_WIRE_DOMAIN = "email.amazonses.com"
_REPLACED = (b"message-id:", b"date:")
"""SES writes these headers itself, whatever the sender wrote."""


class OutgoingMail:
    """Stands where the functions expect SES v2."""

    def __init__(self, settings: LocalSettings, client: httpx.AsyncClient, folder: SentMailFolder) -> None:
        self._settings = settings
        self._client = client
        self._folder = folder

    async def hand_on(self, request: Request) -> Response:
        """Pass the request to the emulator, and keep the message that it agreed to send."""
        body = await request.body()
        # The signature covers Host and path, so both go on as they came.
        upstream = self._client.build_request(
            request.method,
            self._settings.endpoint,
            headers=end_to_end(request.headers.raw),
            content=body,
            extensions={"target": request.scope["raw_path"]},
        )
        try:
            answer = await self._client.send(upstream)
        except httpx.HTTPError:
            return PlainTextResponse("The emulated SES does not answer.\n", 502)
        raw = _raw_message(body)
        if not answer.is_success or raw is None:
            response = Response(answer.content, answer.status_code)
            response.raw_headers = end_to_end(answer.headers.raw)
            return response
        message_id = str(answer.json()["MessageId"]).partition("@")[0]
        mail = as_sent(raw, f"<{message_id}@{_WIRE_DOMAIN}>", datetime.now(UTC))
        self._folder.add(mail, _recipients(json.loads(body), raw))
        return JSONResponse({"MessageId": message_id})


def as_sent(raw: bytes, message_id: str, now: datetime) -> bytes:
    """The message as SES passes it on: with its own Message-ID and Date, otherwise untouched."""
    head, separator, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept: list[bytes] = []
    is_replaced = False
    for line in head.split(b"\n"):
        is_folded = line[:1] in (b" ", b"\t")
        is_replaced = is_replaced if is_folded else line.lower().startswith(_REPLACED)
        if not is_replaced:
            kept.append(line)
    written = f"Message-ID: {message_id}\nDate: {format_datetime(now)}\n".encode()
    return (written + b"\n".join(kept) + separator + rest).replace(b"\n", b"\r\n")


def _raw_message(body: bytes) -> bytes | None:
    """The raw message that a request asks to send, or None when it asks for something else."""
    try:
        return base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
    except (ValueError, KeyError, TypeError):
        return None


def _recipients(order: dict[str, Any], raw: bytes) -> tuple[str, ...]:
    destination = order.get("Destination") or {}
    named = [address for kind in ("To", "Cc", "Bcc") for address in destination.get(f"{kind}Addresses") or []]
    if not named:
        message = message_from_bytes(raw, policy=policy.compat32)
        named = [str(value) for kind in ("To", "Cc", "Bcc") for value in message.get_all(kind, [])]
    return tuple(address for _, address in getaddresses(named))
