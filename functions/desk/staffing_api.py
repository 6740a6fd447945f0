"""The agents' API of assignment: who is at work, what one says of oneself, handing over, accepting a suggestion."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.staffing import HandedOver, NewStatus, PersonStatus
from functions.desk.views import QueueLine, TicketView
from functions.desk.wiring import authenticate, desk, staffing, suggestions

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_PEOPLE = "/api/v1/desk/people"
_PERSON = f"{_PEOPLE}/<person>"


@router.get(_PEOPLE)
def list_people() -> list[PersonStatus]:
    """Everybody who belongs to a team, with presence and load."""
    return staffing().everybody(authenticate(router.current_event), now=datetime.now(UTC))


@router.get(_PERSON)
def read_status(person: str) -> PersonStatus:
    """One person; `me` is the caller."""
    return staffing().status(authenticate(router.current_event), person, now=datetime.now(UTC))


@router.put(f"{_PERSON}/status")
def say_status(person: str, status: NewStatus) -> PersonStatus:
    """Pause, go on, or be out of office, for oneself or as a lead for one's team."""
    return staffing().say(authenticate(router.current_event), person, status, now=datetime.now(UTC))


@router.get(f"{_PERSON}/tickets")
def list_tickets(person: str) -> list[QueueLine]:
    """The person's open tickets, next deadline first."""
    return staffing().tickets(authenticate(router.current_event), person)


@router.post(f"{_PERSON}/hand-over")
def hand_over(person: str) -> HandedOver:
    """Give the person's open tickets to others of their teams; some fifty at a time."""
    return staffing().hand_over(authenticate(router.current_event), person, now=datetime.now(UTC))


@router.post("/api/v1/desk/tickets/<reference>/suggestions/<field>/accept")
def accept_suggestion(reference: str, field: str) -> TicketView:
    """Do what is suggested for the ticket's team, module or priority."""
    principal, now = authenticate(router.current_event), datetime.now(UTC)
    suggestions().accept(principal, reference, field, now=now)
    return desk().read(principal, reference, now=now)
