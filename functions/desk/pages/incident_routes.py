"""The console's forms for running incidents, on the ticket's page."""

import re
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.wiring import incidents
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.folding import fold

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types


@router.post(f"{TICKET}/incident", middlewares=SIGNED_IN)
def declare(ticket: str) -> Response[Any]:
    """The ticket is a running incident."""
    visit = Visit(router)
    form = visit.request.form
    keywords = [word for word in re.split(r"[,，、;；\n]", form.text("keywords")) if fold(word)]
    try:
        incidents().declare(visit.principal, ticket, keywords, form.optional("incident_module"), now=visit.now)
    except InvalidInput as error:
        return visit.show_ticket(ticket, form.with_errors(visit.request.told(error.errors)))
    return done(ticket, "incident")


@router.post(f"{TICKET}/incident/end", middlewares=SIGNED_IN)
def end(ticket: str) -> Response[Any]:
    """The incident runs no longer."""
    visit = Visit(router)
    incidents().end(visit.principal, ticket, now=visit.now)
    return done(ticket, "incident_end")


@router.post(f"{TICKET}/link", middlewares=SIGNED_IN)
def link(ticket: str) -> Response[Any]:
    """The ticket reports a running incident."""
    visit = Visit(router)
    incidents().link(visit.principal, ticket, visit.request.form.text("incident"), now=visit.now)
    return done(ticket, "link")


@router.post(f"{TICKET}/unlink", middlewares=SIGNED_IN)
def unlink(ticket: str) -> Response[Any]:
    """The ticket is about something else."""
    visit = Visit(router)
    incidents().unlink(visit.principal, ticket, now=visit.now)
    return done(ticket, "unlink")


@router.post(f"{TICKET}/linked/resolve", middlewares=SIGNED_IN)
def resolve_linked(ticket: str) -> Response[Any]:
    """The linked tickets are solved as the incident was."""
    visit = Visit(router)
    incidents().resolve_linked(visit.principal, ticket, now=visit.now)
    return done(ticket, "resolve_linked")
