"""The console's pages for deleting a ticket, with a reason and its reference; and what is left of a deleted one."""

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.views import TICKETS, Link
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit
from functions.desk.wiring import deleting, desk, desk_config
from functions.shared.contracts.words import DeletionReason, Role
from functions.shared.domain.errors import IllegalTransition, InvalidInput, TicketGone
from functions.shared.domain.references import reference
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.requests import go

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

LONGEST_NOTE: Final = 200


@router.get(f"{TICKET}/delete", middlewares=SIGNED_IN)
def ask(ticket: str) -> Response[Any]:
    """Ask for the reason, before anything happens."""
    visit = Visit(router)
    visit.principal.require(Role.MANAGER)
    return _ask(visit, ticket, EMPTY)


@router.post(f"{TICKET}/delete", middlewares=SIGNED_IN)
def delete(ticket: str) -> Response[Any]:
    """Delete the ticket for good."""
    visit = Visit(router)
    form = visit.request.form
    note, reason = form.text("note").strip(), form.text("reason")
    wrong = {}
    if reason not in list(DeletionReason):
        wrong["reason"] = visit.request.text("objection.required")
    if len(note) > LONGEST_NOTE:
        wrong["note"] = visit.request.text("delete.note_too_long")
    if wrong:
        return _ask(visit, ticket, form.with_errors(wrong))
    try:
        deleting().delete(
            visit.principal,
            ticket,
            reason=DeletionReason(reason),
            note=note,
            confirm=form.text("confirm")[:40],
            now=visit.now,
        )
    except IllegalTransition:
        return _ask(visit, ticket, form)
    except InvalidInput:
        return _ask(visit, ticket, form.with_errors({"confirm": visit.request.text("delete.not_confirmed")}))
    return go(f"{TICKETS}/{ticket}")


def show_deleted(visit: Visit, ticket: str) -> Response[Any]:
    """What is left of a deleted ticket."""
    deleted = deleting().look(visit.principal, ticket)
    left, article = deleted.tombstone, deleted.article
    return visit.show(
        "desk/pages/deleted.html",
        status=HTTPStatus.GONE,
        reference=reference(left.id, desk_config().desk.prefix),
        left=left,
        article=Link(article.id, f"/desk/articles/{article.id}") if article else None,
    )


def show_gone(gone: TicketGone) -> Response[Any]:
    """The same, for whoever asked something else of the ticket."""
    return show_deleted(Visit(router), reference(gone.tombstone.id, desk_config().desk.prefix))


def _ask(visit: Visit, ticket: str, form: Form) -> Response[Any]:
    """The form, or of a running incident why there is none."""
    found = desk().read(visit.principal, ticket, now=visit.now)
    if found.declared:
        status = HTTPStatus.CONFLICT
    else:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return visit.show(
        "desk/pages/delete.html",
        status=status,
        is_running=found.declared is not None,
        reference=found.reference,
        title=found.title,
        url=f"{TICKETS}/{found.reference}",
        reasons=[(str(reason), visit.request.text(f"deletion.{reason}")) for reason in DeletionReason],
        longest_note=LONGEST_NOTE,
        form=form,
    )
