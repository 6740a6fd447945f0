"""What a webhook is told, in the form that its receiver takes, and the signature by which it knows us."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from functions.shared.contracts.events import TicketEvent
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.webhooks import Format


def payload(form: Format, *, text: str, link: str, reference: str, event: TicketEvent, ticket: Ticket) -> bytes:
    """The body: of a chat program a line of text with the link, else the event and the ticket as it stands."""
    line = f"{text}\n{link}"
    match form:
        case Format.SLACK:
            content: dict[str, Any] = {"text": line}
        case Format.WECOM | Format.DINGTALK:
            content = {"msgtype": "text", "text": {"content": line}}
        case Format.FEISHU:
            content = {"msg_type": "text", "content": {"text": line}}
        case Format.JSON:
            content = {
                "event": event.model_dump(mode="json", exclude_none=True),
                "ticket": {**_shown(ticket), "reference": reference, "url": link},
                "text": text,
            }
        case _:
            assert_never(form)
    return json.dumps(content, ensure_ascii=False).encode()


def headers(event: TicketEvent, body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
    """Headers with the signature: HMAC-SHA256 over the time, a dot and the body."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Aftercare",
        "Aftercare-Event": event.type,
        "Aftercare-Delivery": event.event_id,
        "Aftercare-Timestamp": timestamp,
        "Aftercare-Signature": f"v1={signature(secret, timestamp, body)}",
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def complaint(form: Format, body: bytes) -> str | None:
    """What a chat program says is wrong: they answer 200 and put it into the body."""
    if form in (Format.JSON, Format.SLACK):
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    code = answer.get("errcode", answer.get("code", 0))
    return f"{code}: {answer.get('errmsg', answer.get('msg', ''))}" if code else None


def _shown(ticket: Ticket) -> dict[str, Any]:
    names = ("id", "title", "status", "priority", "module", "team", "assignee", "tags", "opened_at")
    shown = ticket.model_dump(mode="json", include=set(names))
    return {**shown, "company": ticket.company.name if ticket.company else None}
