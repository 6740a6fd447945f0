"""The agents' API to procedures and checklists."""

from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.desk.views import TicketView
from functions.desk.wiring import authenticate, desk, handling
from functions.shared.contracts.words import Slug

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

LONGEST_NOTE = 2000

_TICKET = "/api/v1/desk/tickets/<reference>"
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewProcedure(_Body):
    procedure: Slug


class NewChecklist(_Body):
    checklist: Slug


class Completion(_Body):
    """What was done, and what the step asks for."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE)] = ""
    fields: dict[str, Value] = Field(default_factory=dict, description="`module` or `fields.NAME` with their values.")


class Skip(_Body):
    """Why the step is not needed."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]


@router.post(f"{_TICKET}/procedure")
def start_procedure(reference: str, wanted: NewProcedure) -> TicketView:
    """Handle the ticket by a procedure from now on."""
    principal, now = authenticate(router.current_event), _now()
    handling().start(principal, reference, wanted.procedure, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/steps/<step>/complete")
def complete_step(reference: str, step: str, completion: Completion) -> TicketView:
    """The step at hand is done."""
    principal, now = authenticate(router.current_event), _now()
    handling().complete(principal, reference, step, note=completion.note, fields=completion.fields, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/steps/<step>/skip")
def skip_step(reference: str, step: str, skip: Skip) -> TicketView:
    """The step at hand is not needed."""
    principal, now = authenticate(router.current_event), _now()
    handling().skip(principal, reference, step, skip.note, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/checklists")
def add_checklist(reference: str, wanted: NewChecklist) -> TicketView:
    """Add one of the desk's checklists."""
    principal, now = authenticate(router.current_event), _now()
    handling().add_checklist(principal, reference, wanted.checklist, now=now)
    return desk().read(principal, reference, now=now)


@router.post(f"{_TICKET}/checklists/<checklist>/items/<item>/tick")
def tick(reference: str, checklist: str, item: str) -> TicketView:
    """The item is done."""
    return _tick(reference, checklist, item, is_done=True)


@router.post(f"{_TICKET}/checklists/<checklist>/items/<item>/untick")
def untick(reference: str, checklist: str, item: str) -> TicketView:
    """The item is not done after all."""
    return _tick(reference, checklist, item, is_done=False)


def _tick(reference: str, checklist: str, item: str, *, is_done: bool) -> TicketView:
    principal, now = authenticate(router.current_event), _now()
    handling().tick(principal, reference, checklist, item, is_done=is_done, now=now)
    return desk().read(principal, reference, now=now)


def _now() -> datetime:
    return datetime.now(UTC)
