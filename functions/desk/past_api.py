"""The agents' API to the past: every ticket of the desk by the time it was opened, a page at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.past import DEFAULT_SPAN, LONGEST_SPAN, Span
from functions.desk.views import QueueLine
from functions.desk.wiring import authenticate, past
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.instants import Instant
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.saying import Saying
from functions.shared.paging import next_page, place

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

Since = Annotated[Instant | None, Query()]
Limit = Annotated[int, Query(ge=1, le=200)]
WholeLimit = Annotated[int, Query(ge=1, le=100)]
"""Whole texts are long, and an answer may have 6 MB."""
Cursor = Annotated[str | None, Query(max_length=200)]
Order = Annotated[Literal["oldest", "newest"], Query()]


@router.get("/api/v1/desk/tickets")
def list_tickets(
    since: Since = None, until: Since = None, limit: Limit = 50, order: Order = "oldest", after: Cursor = None
) -> Response[list[QueueLine]]:
    """All tickets by the time they were opened: of the last 90 days, unless a time is named."""
    principal = authenticate(router.current_event)
    span, query = _span(since, until, limit, order, after)
    lines, more = past().lines(principal, span)
    return _page(lines, query, more)


@router.get("/api/v1/desk/past-tickets")
def list_past_tickets(
    since: Since = None, until: Since = None, limit: WholeLimit = 50, order: Order = "oldest", after: Cursor = None
) -> Response[list[dict[str, Any]]]:
    """The same tickets as they were reported, with what people made of them: what rules are tried on."""
    principal = authenticate(router.current_event)
    span, query = _span(since, until, limit, order, after)
    tickets, more = past().tickets(principal, span)
    return _page([_written(ticket) for ticket in tickets], query, more)


def _span(
    since: datetime | None, until: datetime | None, limit: int, order: str, after: str | None
) -> tuple[Span, Mapping[str, object]]:
    end = until or datetime.now(UTC)
    if since and end - since > LONGEST_SPAN:
        raise InvalidInput.of("since", "too_long", Saying.of("objection.span_too_long", days=LONGEST_SPAN.days))
    span = Span(since or end - DEFAULT_SPAN, end, limit, place(after), newest_first=order == "newest")
    query = {"since": span.since.isoformat(), "until": span.until.isoformat(), "limit": limit, "order": order}
    return span, query


def _page(found: Sequence[Any], query: Mapping[str, object], more: str | None) -> Response[Any]:
    headers = next_page(router.current_event.path, query, more)
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, list(found), headers=headers)


def _written(ticket: PastTicket) -> dict[str, Any]:
    """The line that a file of past tickets has for it."""
    return ticket.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
