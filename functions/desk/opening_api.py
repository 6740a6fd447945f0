"""The agents' API for problems that they take down themselves."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import StringConstraints

from functions.desk.opening import TAKEN_DOWN
from functions.desk.views import TicketView
from functions.desk.wiring import authenticate, desk, details, opening
from functions.shared.contracts.words import Channel
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.saying import Saying
from functions.shared.reports import answers_in

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key"), StringConstraints(min_length=1, max_length=200)]


@router.post("/api/v1/desk/tickets")
def take_down(body: Annotated[dict[str, Any], Body()], idempotency_key: IdempotencyKey = None) -> Response[TicketView]:
    """Open a ticket for a caller or customer: a report with its `channel`, and the `contact_id` of who is known.

    201 for a new one, 200 for a repeated request.
    """
    principal, now = authenticate(router.current_event), datetime.now(UTC)
    answers = answers_in(body)
    channel, contact_id = answers.pop("channel", Channel.PHONE), answers.pop("contact_id", None)
    if channel not in list(TAKEN_DOWN):
        raise InvalidInput.of("channel", "unknown_choice", Saying.of("objection.one_of", bound=TAKEN_DOWN))
    if contact_id is not None and not isinstance(contact_id, str):
        raise InvalidInput.of("contact_id", "wrong_type", Saying.of("objection.malformed"))
    opened = opening().open(
        principal, answers, channel=Channel(channel), contact_id=contact_id, idempotency_key=idempotency_key, now=now
    )
    status = HTTPStatus.CREATED if opened.is_new else HTTPStatus.OK
    link = f"/api/v1/desk/tickets/{opened.reference}"
    view = desk().read(principal, opened.reference, now=now)
    return Response(status, content_types.APPLICATION_JSON, view, headers={"Location": link})


@router.post("/api/v1/desk/tickets/<reference>/details")
def provide_details(
    reference: str, body: Annotated[dict[str, Any], Body()], idempotency_key: IdempotencyKey = None
) -> TicketView:
    """Fill in what the ticket lacks."""
    principal, now = authenticate(router.current_event), datetime.now(UTC)
    details().provide(principal, reference, answers_in(body), idempotency_key=idempotency_key, now=now)
    return desk().read(principal, reference, now=now)
