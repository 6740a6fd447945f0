"""What every page of the console begins with: who asks, and how to show them a ticket."""

import secrets
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.handling_views import HandlingPart, tell_of
from functions.desk.pages.incident_views import IncidentPart
from functions.desk.pages.merge_views import MergePart, others_of
from functions.desk.pages.views import TICKETS, FormName, TicketPage
from functions.desk.wiring import (
    cookies,
    desk,
    desk_config,
    forms,
    incidents,
    known,
    merging,
    sessions,
    settings,
    ticket_mail,
)
from functions.shared.contracts.words import Role
from functions.shared.identity.console import console_pages, form_token, session_of
from functions.shared.pages.forms import Form
from functions.shared.pages.requests import PageRequest, Pages, go

SIGNED_IN: Final = [console_pages(sessions, forms, known)]
TICKET: Final = f"{TICKETS}/<ticket>"
DONE: Final = frozenset(
    {
        "opened",
        "details",
        "take",
        "assign",
        "priority",
        "reply",
        "note",
        "wait",
        "resume",
        "acknowledge",
        "suggestion",
        "resolve",
        "reopen",
        "procedure",
        "step",
        "checklist",
        "tick",
        "clear_address",
        "incident",
        "incident_end",
        "link",
        "unlink",
        "resolve_linked",
        "merge",
        "unmerge",
    }
)
"""Acts that the next page says were done."""


class Visit:
    """One request of somebody signed in."""

    def __init__(self, router: APIGatewayHttpRouter) -> None:
        self.request = request_of(router)
        self.now = datetime.now(UTC)
        self._session = session_of(router)
        self.principal = self._session.principal

    def show(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **view: Any) -> Response[Any]:
        """A page whose forms carry this session's token."""
        desk = desk_config().desk
        return pages().show(
            self.request,
            template,
            status=status,
            principal=self.principal,
            now=self.now,
            zone=ZoneInfo(desk.timezone),
            csrf_token=form_token(self._session, forms(), now=self.now),
            desk_name=desk.name.in_language(self.request.language),
            **view,
        )

    def show_ticket(self, ticket: str, form: Form | None = None, chosen: FormName = "reply") -> Response[Any]:
        """The ticket's page, with the refused `form` in it where there is one."""
        replies = desk().saved_replies(self.principal, ticket)
        view = desk().read(self.principal, ticket, now=self.now)
        deleted = merging().deleted(self.principal, others_of(view))
        page = TicketPage.of(
            view,
            desk_config(),
            self.request.language,
            reader=self.principal.id,
            saved_replies=replies,
            submission=secrets.token_urlsafe(12),
            now=self.now,
            chosen_form=chosen,
            deleted=deleted,
        )
        query = self.request.query
        saved = next((reply.text for reply in replies if reply.id == query.get("begin")), "")
        begun = saved or tell_of(view, query.get("begin_step"))
        shown = form or Form.of(team=page.team_id, assignee=page.assignee_id, priority=page.priority or "", reply=begun)
        part = HandlingPart.of(view, desk_config(), self.request.language, self.now)
        incident = IncidentPart.of(view, incidents(), desk_config(), self.request.language, self.principal, deleted)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
        return self.show(
            "desk/pages/ticket.html",
            status=status,
            view=page,
            part=part,
            undeliverable=ticket_mail().undeliverable(self.principal, ticket),
            incident=incident,
            merging=MergePart.of(view, desk_config().desk.prefix, deleted),
            may_delete=self.principal.has(Role.MANAGER),
            form=shown,
            notice=notice(self.request),
        )


def done(ticket: str, act: str) -> Response[Any]:
    """Back to the ticket, which says that `act` was done."""
    return go(f"{TICKETS}/{ticket}?done={act}")


def notice(request: PageRequest) -> str:
    """What the act that led here is said to have done; empty where none did."""
    act = request.query.get("done", "")
    if act == "unknown":
        return request.text("find.malformed")
    return request.text(f"done.{act}") if act in DONE else ""


def request_of(router: APIGatewayHttpRouter) -> PageRequest:
    """The request that `router` is answering, in its reader's language."""
    return PageRequest(router.current_event, cookies(), desk_config().desk.default_language)


@cache
def pages() -> Pages:
    """Pages whose sign-out form ends at the sign-in service."""
    address = urlsplit(settings().sign_in_url)
    return Pages(sign_in_at=[f"{address.scheme}://{address.netloc}"])
