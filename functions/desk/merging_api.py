"""The agents' API to merging tickets."""

from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from functions.desk.views import TicketView
from functions.desk.wiring import authenticate, desk, merging

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_TICKET = "/api/v1/desk/tickets/<reference>"


class Merging(BaseModel):
    """Into which ticket, by its reference."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    into: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


@router.post(f"{_TICKET}/merge")
def merge(reference: str, wish: Merging) -> TicketView:
    """The ticket is a duplicate of another, which goes on for both."""
    principal, now = authenticate(router.current_event), _now()
    merging().merge(principal, reference, wish.into, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/unmerge")
def unmerge(reference: str) -> TicketView:
    """The ticket was no duplicate."""
    principal, now = authenticate(router.current_event), _now()
    merging().unmerge(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


def _now() -> datetime:
    return datetime.now(UTC)
