"""The agents' API: queues, tickets, and everything that may be done to them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.desk.rule_reasons import RuleReason
from functions.desk.service import ACTIVE, LONGEST_SOLUTION, place_of
from functions.desk.views import QueueLine, SavedReply, TicketView
from functions.desk.wiring import authenticate, desk, rule_reasons
from functions.shared.contracts.words import Metric, Priority, RootCause, Slug, Status
from functions.shared.paging import next_page, place

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key"), StringConstraints(min_length=1, max_length=200)]

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]

_TICKET = "/api/v1/desk/tickets/<reference>"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Assignment(_Body):
    """To whom a ticket goes."""

    team: Slug
    assignee: Slug | None = None


class NewPriority(_Body):
    priority: Priority


class Reply(_Body):
    """An answer to the customer."""

    text: Text
    then_wait: bool = Field(default=False, description="Wait for the customer's answer.")


class Note(_Body):
    """Something the customer never sees."""

    text: Text


class Waiting(_Body):
    """For whom work rests."""

    on: Literal["customer", "third_party"] = "customer"
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class Acknowledgement(_Body):
    """Of which clock; of all that are late, where none is named."""

    metric: Metric | None = None


class Resolution(_Body):
    """What was wrong and what helped."""

    root_cause: RootCause
    solution: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_SOLUTION)]
    cause: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_SOLUTION)] = ""


class Reopening(_Body):
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


@router.get("/api/v1/desk/queue")
def list_queue(
    team: Annotated[list[Slug], Query()] = [],  # noqa: B006  Powertools reads list parameters from a list default
    status: Annotated[list[Status], Query()] = [],  # noqa: B006  as above
    limit: Limit = 50,
    after: Cursor = None,
) -> Response[list[QueueLine]]:
    """Tickets by next deadline: of all teams and all active statuses unless some are named."""
    principal = authenticate(router.current_event)
    lines = desk().queue(principal, teams=team, statuses=status or ACTIVE, limit=limit + 1, after=place(after))
    return _page(lines, limit, {"team": team, "status": status})


@router.get("/api/v1/desk/mine")
def list_mine(limit: Limit = 50, after: Cursor = None) -> Response[list[QueueLine]]:
    """The caller's own active tickets by next deadline."""
    lines = desk().mine(authenticate(router.current_event), limit + 1, after=place(after))
    return _page(lines, limit, {})


@router.get(_TICKET)
def read_ticket(reference: str) -> TicketView:
    """The ticket with its clocks and its whole timeline."""
    return desk().read(authenticate(router.current_event), reference, now=_now())


@router.get(f"{_TICKET}/replies")
def list_replies(reference: str) -> list[SavedReply]:
    """The saved replies as they would read on this ticket, in the customer's language."""
    return desk().saved_replies(authenticate(router.current_event), reference)


@router.get(f"{_TICKET}/messages/<sequence>")
def read_message(reference: str, sequence: int) -> dict[str, str]:
    """The whole text of a long message."""
    return {"text": desk().text(authenticate(router.current_event), reference, sequence)}


@router.get(f"{_TICKET}/messages/<sequence>/attachments/<number>")
def download_attachment(reference: str, sequence: int, number: int) -> Response[None]:
    """A redirect to a short-lived address of the file."""
    link = desk().attachment_link(authenticate(router.current_event), reference, sequence, number)
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": link})


@router.get(f"{_TICKET}/rules")
def explain_rules(
    reference: str,
    event: Annotated[int, Query(ge=1)] = 1,
    matched: Annotated[bool, Query()] = False,
    first: Annotated[int, Query(ge=0)] = 0,
) -> list[RuleReason]:
    """What every rule made of the event of that number, or only those that matched; 500 of them, from `first` on."""
    principal = authenticate(router.current_event)
    return rule_reasons().explain_all(principal, reference, event, matched_only=matched, first=first)


@router.get(f"{_TICKET}/rules/<rule>")
def explain_rule(reference: str, rule: str, event: Annotated[int | None, Query(ge=1)] = None) -> RuleReason:
    """Why the rule acted on the ticket, or why not, when the event of that number happened."""
    return rule_reasons().explain(authenticate(router.current_event), reference, rule, event)


@router.post(f"{_TICKET}/take")
def take(reference: str) -> TicketView:
    """Take the ticket."""
    principal, now = authenticate(router.current_event), _now()
    desk().take(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/assign")
def assign(reference: str, assignment: Assignment) -> TicketView:
    """Give the ticket to a team, and to a person if one is named."""
    principal, now = authenticate(router.current_event), _now()
    desk().assign(principal, reference, assignment.team, assignment.assignee, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/priority")
def change_priority(reference: str, change: NewPriority) -> TicketView:
    """Change the priority; the clocks keep their start."""
    principal, now = authenticate(router.current_event), _now()
    desk().change_priority(principal, reference, change.priority, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/reply")
def reply(reference: str, answer: Reply, idempotency_key: IdempotencyKey = None) -> TicketView:
    """Answer the customer."""
    principal, now = authenticate(router.current_event), _now()
    desk().reply(
        principal, reference, answer.text, then_wait=answer.then_wait, idempotency_key=idempotency_key, now=now
    )
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/note")
def add_note(reference: str, note: Note, idempotency_key: IdempotencyKey = None) -> TicketView:
    """Tell colleagues something."""
    principal, now = authenticate(router.current_event), _now()
    desk().note(principal, reference, note.text, idempotency_key=idempotency_key, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/wait")
def wait(reference: str, waiting: Waiting) -> TicketView:
    """Let work rest."""
    principal, now = authenticate(router.current_event), _now()
    status = Status.WAITING_CUSTOMER if waiting.on == "customer" else Status.WAITING_THIRD_PARTY
    desk().wait(principal, reference, status, note=waiting.note, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/resume")
def resume(reference: str) -> TicketView:
    """Go on with a waiting ticket."""
    principal, now = authenticate(router.current_event), _now()
    desk().resume(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/acknowledge")
def acknowledge(reference: str, acknowledgement: Acknowledgement) -> TicketView:
    """Say that you know that a deadline has passed and look after it."""
    principal, now = authenticate(router.current_event), _now()
    desk().acknowledge(principal, reference, metric=acknowledgement.metric, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/resolve")
def resolve(reference: str, resolution: Resolution) -> TicketView:
    """Say that the problem is solved, and how."""
    principal, now = authenticate(router.current_event), _now()
    desk().resolve(
        principal,
        reference,
        root_cause=resolution.root_cause,
        cause=resolution.cause,
        solution=resolution.solution,
        now=now,
    )
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/reopen")
def reopen(reference: str, reopening: Reopening) -> TicketView:
    """Begin again."""
    principal, now = authenticate(router.current_event), _now()
    desk().reopen(principal, reference, note=reopening.note, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/close")
def close(reference: str) -> TicketView:
    """Put a resolved ticket away."""
    principal, now = authenticate(router.current_event), _now()
    desk().close(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


def _page(lines: Sequence[QueueLine], limit: int, query: Mapping[str, object]) -> Response[list[QueueLine]]:
    """The first `limit` of `lines`, and the way to the next page where there are more."""
    shown = list(lines[:limit])
    more = place_of(shown[-1]) if len(lines) > limit else None
    headers = next_page(router.current_event.path, {**query, "limit": limit}, more)
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, shown, headers=headers)


def _now() -> datetime:
    return datetime.now(UTC)
