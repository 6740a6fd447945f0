"""The console's forms for procedures and checklists, on the ticket's page."""

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.handling_views import missing_sentence
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.wiring import desk, desk_config, handling
from functions.shared.domain.errors import InvalidInput, StepUnfinished
from functions.shared.domain.facts import OWN_FIELDS

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_LONGEST_NOTE: Final = 2000
_ASKED: Final = ("module", "impact", "urgency")


@router.post(f"{TICKET}/procedure", middlewares=SIGNED_IN)
def start_procedure(ticket: str) -> Response[Any]:
    """The ticket is handled by another procedure."""
    visit = Visit(router)
    handling().start(visit.principal, ticket, visit.request.form.text("procedure"), now=visit.now)
    return done(ticket, "procedure")


@router.post(f"{TICKET}/steps/<step>", middlewares=SIGNED_IN)
def end_step(ticket: str, step: str) -> Response[Any]:
    """The step at hand is done, or is not needed."""
    visit = Visit(router)
    form = visit.request.form
    note = form.text("step_note")
    if len(note) > _LONGEST_NOTE:
        return visit.show_ticket(ticket, form.with_errors({"step_note": visit.request.text("objection.too_much")}))
    fields = {name: form.text(name) for name in form.values if name in _ASKED or name.startswith(OWN_FIELDS)}
    try:
        if form.text("act") == "skip":
            handling().skip(visit.principal, ticket, step, note, now=visit.now)
        else:
            filled = {name: value for name, value in fields.items() if value}
            handling().complete(visit.principal, ticket, step, note=note, fields=filled, now=visit.now)
    except StepUnfinished as error:
        view = desk().read(visit.principal, ticket, now=visit.now)
        sentence = missing_sentence(error.missing, view, desk_config(), visit.request.language)
        return visit.show_ticket(ticket, form.with_errors({"step_note": sentence}))
    except InvalidInput as error:
        wrong = visit.request.say(error.errors[0].message)
        return visit.show_ticket(ticket, form.with_errors({"step_note": wrong}))
    return done(ticket, "step")


@router.post(f"{TICKET}/checklists", middlewares=SIGNED_IN)
def add_checklist(ticket: str) -> Response[Any]:
    """The ticket gets a checklist."""
    visit = Visit(router)
    handling().add_checklist(visit.principal, ticket, visit.request.form.text("checklist"), now=visit.now)
    return done(ticket, "checklist")


@router.post(f"{TICKET}/checklists/<checklist>/<item>", middlewares=SIGNED_IN)
def tick(ticket: str, checklist: str, item: str) -> Response[Any]:
    """An item is done, or after all it is not."""
    visit = Visit(router)
    is_done = visit.request.form.text("done") == "yes"
    handling().tick(visit.principal, ticket, checklist, item, is_done=is_done, now=visit.now)
    return done(ticket, "tick")
