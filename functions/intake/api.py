"""The public API: report a problem, follow it, say more, upload files."""

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from functions.intake.requests import FollowUp, UploadRequest
from functions.intake.service import customer
from functions.intake.tracking import TrackedLine, TrackedTicket
from functions.intake.wiring import authenticate, completing, desk_config, intake, proofs, settings, tokens
from functions.shared.contracts.words import Channel, Language, Metric, Priority, Slug, Status
from functions.shared.reports import answers_in, form_of, read_report, served_schema

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key"), StringConstraints(min_length=1, max_length=200)]

Proof = Annotated[str, Header(alias="X-Aftercare-Proof", max_length=2000)]


class Reported(BaseModel):
    """The answer to a report. `token` opens this ticket, and `tracking_url` contains it.

    Without priority and deadlines it was not triaged yet, which follows in a moment.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    reference: str
    status: Status
    priority: Priority | None
    first_response_due_at: AwareDatetime | None
    resolution_due_at: AwareDatetime | None
    tracking_url: str
    token: str


class Upload(BaseModel):
    """Post `fields`, then the file as `file`, to `url` as multipart form data; then report with `attachment`."""

    model_config = ConfigDict(frozen=True)

    attachment: str
    url: str
    fields: dict[str, str]


@router.get("/api/v1/form")
def read_form(
    form: Annotated[Slug | None, Query()] = None,
    topic: Annotated[Slug | None, Query()] = None,
    channel: Annotated[Channel, Query()] = Channel.API,
    language: Annotated[Language | None, Query()] = None,
) -> dict[str, Any]:
    """A form of the desk as JSON Schema 2020-12: the one named, the one for the topic, or the default one."""
    config = desk_config()
    wanted = form_of(config, channel, form_id=form, topic=topic)
    return served_schema(wanted, config, channel=channel, language=language or config.desk.default_language)


@router.get("/api/v1/challenge")
def read_challenge() -> dict[str, Any]:
    """Something to calculate before reporting with a form that asks for a proof of work (ALTCHA)."""
    return proofs().challenge(now=datetime.now(UTC))


@router.post("/api/v1/tickets")
def report_problem(
    body: Annotated[dict[str, Any], Body()], idempotency_key: IdempotencyKey = None, proof: Proof = ""
) -> Response[Reported]:
    """Open a ticket. 201 for a new one, 200 for a repeated request."""
    now, config = datetime.now(UTC), desk_config()
    report = read_report(answers_in(body), config, channel=Channel.API)
    receipt = intake().report(report, channel=Channel.API, idempotency_key=idempotency_key, proof=proof, now=now)
    token = tokens().for_ticket(receipt.ticket.id, now=now, is_new=receipt.is_new)
    link = f"{settings().public_url}/track/{receipt.reference}"
    reported = Reported(
        id=receipt.ticket.id,
        reference=receipt.reference,
        status=receipt.ticket.status,
        priority=receipt.ticket.priority,
        first_response_due_at=receipt.ticket.promised(Metric.FIRST_RESPONSE),
        resolution_due_at=receipt.ticket.promised(Metric.RESOLUTION),
        tracking_url=f"{link}?token={token}",
        token=token,
    )
    status = HTTPStatus.CREATED if receipt.is_new else HTTPStatus.OK
    return Response(status, content_types.APPLICATION_JSON, reported, headers={"Location": link})


@router.get("/api/v1/tickets")
def list_tickets() -> list[TrackedLine]:
    """The caller's tickets, newest first."""
    return intake().tickets_of(authenticate(router.current_event))


@router.get("/api/v1/tickets/<reference>")
def track_ticket(reference: str) -> TrackedTicket:
    """The ticket as its customer sees it."""
    return intake().track(authenticate(router.current_event), reference)


@router.post("/api/v1/tickets/<reference>/messages")
def add_message(reference: str, follow_up: FollowUp, idempotency_key: IdempotencyKey = None) -> Response[TrackedTicket]:
    """Say more about the ticket."""
    tracked = intake().add_message(
        authenticate(router.current_event),
        reference,
        follow_up,
        channel=Channel.API,
        idempotency_key=idempotency_key,
        now=datetime.now(UTC),
    )
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, tracked)


@router.post("/api/v1/tickets/<reference>/details")
def provide_details(
    reference: str, body: Annotated[dict[str, Any], Body()], idempotency_key: IdempotencyKey = None
) -> TrackedTicket:
    """Fill in what the ticket lacks; `missing` of the answer says what it lacks still."""
    principal = authenticate(router.current_event)
    ticket = intake().visible(principal, reference)
    completing().provide(
        ticket,
        answers_in(body),
        actor=customer(ticket.contact),
        channel=Channel.API,
        idempotency_key=idempotency_key,
        now=datetime.now(UTC),
    )
    return intake().track(principal, reference)


@router.get("/api/v1/tickets/<reference>/attachments/<number>")
def download_attachment(reference: str, number: int) -> Response[None]:
    """A redirect to a short-lived address of the file."""
    link = intake().attachment_link(authenticate(router.current_event), reference, number)
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": link})


@router.post("/api/v1/attachments")
def prepare_upload(request: UploadRequest) -> Response[Upload]:
    """Where to upload a file before reporting with it."""
    attachment = f"att_{secrets.token_hex(16)}"
    form = intake().prepare_upload(request, attachment)
    upload = Upload(attachment=attachment, url=form.url, fields=form.fields)
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, upload)
