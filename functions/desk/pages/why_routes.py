"""Why rules acted on a ticket, or why not, as a page."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.views import TICKETS
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit
from functions.desk.pages.why_views import WhyPage, acted
from functions.desk.wiring import desk, desk_config, rule_reasons

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types


@router.get(f"{TICKET}/rules", middlewares=SIGNED_IN)
def show_rules(ticket: str) -> Response[Any]:
    """What the rules made of an event of the ticket: the one asked for, else the newest on which any matched."""
    visit = Visit(router)
    view = desk().read(visit.principal, ticket, now=visit.now)
    asked, shows_all = visit.request.query.get("event", ""), visit.request.query.get("show") == "all"
    newest = next((number for _, number in acted(view.timeline)), 1)
    event = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else newest
    reasons = rule_reasons().explain_all(visit.principal, ticket, event, matched_only=not shows_all)
    url = f"{TICKETS}/{view.reference}"
    page = WhyPage.of(view, url, event, reasons, desk_config(), visit.request.language, shows_all=shows_all)
    return visit.show("desk/pages/why.html", status=HTTPStatus.OK, view=page)
