"""The page on which people of the desk take a problem down, with the caller found while they type."""

import hashlib
import secrets
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.customers import ContactView
from functions.desk.opening import TAKEN_DOWN
from functions.desk.pages.names import Names
from functions.desk.pages.opening_views import (
    CALLER,
    CALLERS,
    NEW,
    OF_THE_CALLER,
    CallerCard,
    CallersPart,
    NewTicketPage,
    caller_part,
    known_of,
)
from functions.desk.pages.visit import SIGNED_IN, Visit, done
from functions.desk.wiring import customers, desk_config, opening
from functions.shared.contracts.words import Channel
from functions.shared.domain.errors import ContactNotFound, InvalidInput
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.questions import Asking, posted_answers
from functions.shared.reports import form_of

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_MOST_CALLERS: Final = 5
_SHORTEST: Final = 2


@router.get(NEW, middlewares=SIGNED_IN)
def show_form() -> Response[Any]:
    """The form, empty or begun with a caller."""
    visit = Visit(router)
    query, channel = visit.request.query, _channel(visit.request.query.get("channel"))
    view = _contact(visit, query.get("contact"))
    callers = CallersPart.of("", (), channel) if view else _callers(visit, query.get("q", ""), channel)
    page = NewTicketPage.of(_asking(visit, channel), callers, _card(visit, view, channel), secrets.token_urlsafe(12))
    return visit.show("desk/pages/new_ticket.html", view=page, form=_begun(visit, view))


@router.get(CALLERS, middlewares=SIGNED_IN)
def find_callers() -> Response[Any]:
    """Whom the desk knows by the beginning of a name, an address or a number."""
    visit = Visit(router)
    channel = _channel(visit.request.query.get("channel"))
    part = _callers(visit, visit.request.query.get("q", ""), channel)
    return visit.show("desk/pages/callers.html", view=part)


@router.get(CALLER, middlewares=SIGNED_IN)
def choose_caller() -> Response[Any]:
    """The caller's part of the form, filled in with who was chosen."""
    visit = Visit(router)
    channel = _channel(visit.request.query.get("channel"))
    view = _contact(visit, visit.request.query.get("contact"))
    part = caller_part(_asking(visit, channel), _card(visit, view, channel))
    return visit.show("desk/pages/caller.html", view=part, form=_begun(visit, view))


@router.post(NEW, middlewares=SIGNED_IN)
def take_down() -> Response[Any]:
    """Open the ticket, or show the form again with what is wrong in it."""
    visit = Visit(router)
    posted = visit.request.form
    channel = _channel(posted.text("channel"))
    asking = _asking(visit, channel)
    given = posted_answers(posted, asking.form.fields)
    answers = asking.form.without_hidden(given, channel)
    try:
        opened = opening().open(
            visit.principal,
            {**answers, "form": asking.form.id},
            channel=channel,
            contact_id=posted.optional("contact_id"),
            idempotency_key=_repeat_key(posted, repr(answers)),
            now=visit.now,
            paths={},
        )
    except InvalidInput as error:
        view = _contact(visit, posted.optional("contact_id"))
        again = posted.with_errors(visit.request.told(error.errors))
        nobody = CallersPart.of("", (), channel)
        page = NewTicketPage.of(asking, nobody, _card(visit, view, channel), posted.text("submission"))
        return visit.show("desk/pages/new_ticket.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, view=page, form=again)
    return done(opened.reference, "opened")


def _asking(visit: Visit, channel: Channel) -> Asking:
    return Asking.all_of(form_of(desk_config(), channel), channel, visit.request.language, is_forced=False)


def _channel(name: str | None) -> Channel:
    return next((channel for channel in TAKEN_DOWN if channel == name), Channel.PHONE)


def _contact(visit: Visit, contact_id: str | None) -> ContactView | None:
    try:
        return customers().contact(visit.principal, contact_id) if contact_id else None
    except ContactNotFound:
        return None


def _card(visit: Visit, view: ContactView | None, channel: Channel, query: str = "") -> CallerCard | None:
    names = Names.of(desk_config(), visit.request.language)
    said = view.contact.said_phone if view and "contact_phone" in visit.request.query else None
    return CallerCard.of(view, names, channel, query, visit.now, said=said) if view else None


def _callers(visit: Visit, text: str, channel: Channel) -> CallersPart:
    query = text.strip()[:200]
    if len(query) < _SHORTEST:
        return CallersPart.of("", (), channel)
    found, names = (
        customers().callers(visit.principal, query, _MOST_CALLERS),
        Names.of(desk_config(), visit.request.language),
    )
    cards = [
        CallerCard.of(customers().contact(visit.principal, contact.id), names, channel, query, visit.now, said=said)
        for contact, said in [
            *((contact, None) for contact in found.contacts),
            *((contact, contact.said_phone) for contact in found.said),
        ]
    ]
    return CallersPart.of(query, cards, channel)


def _begun(visit: Visit, view: ContactView | None) -> Form:
    """The form with the caller in it: who was chosen, or how somebody new is reached."""
    said = {name: text for name in OF_THE_CALLER if (text := visit.request.query.get(name, ""))}
    if view:
        return Form.of(None, **{**said, **known_of(view)})
    return Form.of(None, **said) if said else EMPTY


def _repeat_key(posted: Form, content: str) -> str | None:
    submission = posted.text("submission")[:40]
    said = f"{posted.text('contact_id')}{content}"
    return f"{submission}.{hashlib.sha256(said.encode()).hexdigest()[:24]}" if submission else None
