"""The agents' API to running incidents."""

from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.desk.incidents import IncidentLine
from functions.desk.views import QueueLine, TicketView
from functions.desk.wiring import authenticate, desk, incidents
from functions.shared.contracts.words import Slug

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]

_TICKET = "/api/v1/desk/tickets/<reference>"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Declaration(_Body):
    """What reports of the incident hold: words in their text, and the module they are about."""

    keywords: tuple[Word, ...] = Field(default=(), max_length=50)
    module: Slug | None = None


class Linking(_Body):
    """To which incident a ticket is linked, by its reference."""

    incident: Annotated[str, StringConstraints(max_length=40)]


class Outcome(_Body):
    """The linked tickets that were solved, and those with something required still to be done."""

    resolved: tuple[str, ...]
    still_open: tuple[str, ...]


@router.get("/api/v1/desk/incidents")
def list_incidents() -> list[IncidentLine]:
    """The desk's running incidents."""
    return incidents().running(authenticate(router.current_event))


@router.post(f"{_TICKET}/incident")
def declare(reference: str, declaration: Declaration) -> TicketView:
    """The ticket is a running incident."""
    principal, now = authenticate(router.current_event), _now()
    incidents().declare(principal, reference, declaration.keywords, declaration.module, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/incident/end")
def end(reference: str) -> TicketView:
    """The incident runs no longer."""
    principal, now = authenticate(router.current_event), _now()
    incidents().end(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/link")
def link(reference: str, linking: Linking) -> TicketView:
    """The ticket reports a running incident."""
    principal, now = authenticate(router.current_event), _now()
    incidents().link(principal, reference, linking.incident, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/unlink")
def unlink(reference: str) -> TicketView:
    """The ticket is about something else."""
    principal, now = authenticate(router.current_event), _now()
    incidents().unlink(principal, reference, now=now)
    return desk().read(principal, reference, now=now)


@router.get(f"{_TICKET}/linked")
def list_linked(reference: str) -> list[QueueLine]:
    """The tickets linked to the incident, at most 100."""
    return incidents().linked(authenticate(router.current_event), reference)


@router.post(f"{_TICKET}/linked/resolve")
def resolve_linked(reference: str) -> Outcome:
    """Solve the linked tickets as the incident was solved."""
    done = incidents().resolve_linked(authenticate(router.current_event), reference, now=_now())
    return Outcome(resolved=done.resolved, still_open=done.still_open)


def _now() -> datetime:
    return datetime.now(UTC)
