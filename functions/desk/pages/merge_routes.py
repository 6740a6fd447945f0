"""The console's forms for merging tickets: say which, see what it is, confirm."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.merge_views import MergePage
from functions.desk.pages.views import TICKETS, Link
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.wiring import desk, desk_config, merging
from functions.shared.domain.errors import MergeRefused, TicketNotFound
from functions.shared.domain.references import reference
from functions.shared.pages.forms import EMPTY, Form

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types


@router.get(f"{TICKET}/merge", middlewares=SIGNED_IN)
def ask(ticket: str) -> Response[Any]:
    """Show the ticket that would go on, before anything happens."""
    visit = Visit(router)
    return _ask(visit, ticket, visit.request.query.get("into", "").strip()[:40])


@router.post(f"{TICKET}/merge", middlewares=SIGNED_IN)
def merge(ticket: str) -> Response[Any]:
    """The ticket is a duplicate of another."""
    visit = Visit(router)
    into = visit.request.form.text("into").strip()[:40]
    try:
        merging().merge(visit.principal, ticket, into, now=visit.now)
    except (MergeRefused, TicketNotFound):
        return _ask(visit, ticket, into)
    return done(ticket, "merge")


@router.post(f"{TICKET}/unmerge", middlewares=SIGNED_IN)
def unmerge(ticket: str) -> Response[Any]:
    """The ticket was no duplicate."""
    visit = Visit(router)
    merging().unmerge(visit.principal, ticket, now=visit.now)
    return done(ticket, "unmerge")


def _ask(visit: Visit, ticket: str, into: str) -> Response[Any]:
    found = desk().read(visit.principal, ticket, now=visit.now)
    link, form = None, EMPTY
    try:
        other = merging().preview(visit.principal, ticket, into, now=visit.now)
        name = reference(other.id, desk_config().desk.prefix)
        link, into = Link(f"{name} {other.title}", f"{TICKETS}/{name}"), name
    except MergeRefused as refused:
        form = _refused(visit, into, refused.why)
    except TicketNotFound:
        form = _refused(visit, into, "not_found")
    page = MergePage(found.reference, found.title, link, into)
    status = HTTPStatus.OK if link else HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.show("desk/pages/merge.html", status=status, view=page, form=form)


def _refused(visit: Visit, into: str, why: str) -> Form:
    return Form.of(into=into).with_errors({"into": visit.request.text(f"merge.refused.{why}")})
