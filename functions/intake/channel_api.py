"""Where channels post: `POST /api/v1/channels/{name}`, signed."""

import base64
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict

from functions.intake.wiring import channels
from functions.shared.contracts.words import TicketId

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


class Posted(BaseModel):
    """What became of the message, and the ticket it is part of."""

    model_config = ConfigDict(frozen=True)

    fate: Literal["opened", "appended", "repeated"]
    id: TicketId
    reference: str


@router.post("/api/v1/channels/<name>")
def receive_message(name: str) -> Response[Posted]:
    """Take in one message of a channel: 201 for a new ticket or message, 200 for one that came before."""
    event = router.current_event
    text = event.body or ""
    body = base64.b64decode(text) if event.is_base64_encoded else text.encode()
    headers = {header.lower(): value for header, value in event.headers.items()}
    accepted = channels().receive(name, headers, body, now=datetime.now(UTC))
    status = HTTPStatus.OK if accepted.fate == "repeated" else HTTPStatus.CREATED
    posted = Posted(fate=accepted.fate, id=accepted.ticket_id, reference=accepted.reference)
    return Response(status, content_types.APPLICATION_JSON, posted)
