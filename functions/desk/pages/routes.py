"""The console: the queue, and a ticket with all that may be done to it. The same use cases as the agents' API."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.delete_routes import show_deleted
from functions.desk.pages.views import QUEUE, STATUSES, TICKETS, FormName, QueuePage, TabName
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done, notice, pages, request_of
from functions.desk.service import LONGEST_SOLUTION, place_of
from functions.desk.wiring import cookies, desk, desk_config, wiring
from functions.shared.contracts.words import Priority, RootCause, Status
from functions.shared.domain.errors import InvalidInput, TicketGone, WorkOpen
from functions.shared.domain.references import parse_reference, reference
from functions.shared.identity.console import SIGN_IN_PATH
from functions.shared.pages.forms import Form
from functions.shared.pages.requests import PageRequest, Pages, go
from functions.shared.paging import cursor, place
from functions.shared.problems import Problem

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_LINES: Final = 50
_LONGEST: Final = 50_000


@router.get(QUEUE, middlewares=SIGNED_IN)
def show_queue() -> Response[Any]:
    """Tickets by due time: of a team or of all, in a status, or the caller's own."""
    visit = Visit(router)
    request, config = visit.request, desk_config()
    is_mine = request.query.get("view") == "mine"
    tab: TabName = next((tab for tab in STATUSES if tab == request.query.get("tab")), "active")
    team = request.query.get("team", "") if config.team(request.query.get("team")) else ""
    after = place(request.query.get("after"))
    if is_mine:
        lines = desk().mine(visit.principal, _LINES + 1, after=after)
    else:
        teams = [team] if team else ()
        lines = desk().queue(visit.principal, teams=teams, statuses=STATUSES[tab], limit=_LINES + 1, after=after)
    page = QueuePage.of(
        lines[:_LINES],
        config,
        request.language,
        visit.now,
        team=team,
        tab=tab,
        is_mine=is_mine,
        after=cursor(after) if after else "",
        more=cursor(place_of(lines[_LINES - 1])) if len(lines) > _LINES else "",
    )
    return visit.show("desk/pages/queue.html", view=page, notice=notice(request))


@router.get("/desk/find", middlewares=SIGNED_IN)
def find_ticket() -> Response[Any]:
    """On to the ticket whose reference was typed, however it was spelt."""
    prefix = desk_config().desk.prefix
    ticket_id = parse_reference(Visit(router).request.query.get("q", ""), prefix)
    return go(f"{TICKETS}/{reference(ticket_id, prefix)}" if ticket_id else f"{QUEUE}?done=unknown")


@router.get(TICKET, middlewares=SIGNED_IN)
def show_ticket(ticket: str) -> Response[Any]:
    """The ticket with its timeline, its customer, and what may be done."""
    visit = Visit(router)
    try:
        return visit.show_ticket(ticket)
    except TicketGone:
        return show_deleted(visit, ticket)


@router.get(f"{TICKET}/messages/<sequence>/text", middlewares=SIGNED_IN)
def show_whole_text(ticket: str, sequence: int) -> Response[Any]:
    """All of a long message, as plain text."""
    text = desk().text(Visit(router).principal, ticket, sequence)
    return Response(HTTPStatus.OK, "text/plain; charset=utf-8", text)


@router.get(f"{TICKET}/messages/<sequence>/attachments/<number>", middlewares=SIGNED_IN)
def download(ticket: str, sequence: int, number: int) -> Response[Any]:
    """On to a short-lived address of the file."""
    return go(desk().attachment_link(Visit(router).principal, ticket, sequence, number))


@router.post(f"{TICKET}/take", middlewares=SIGNED_IN)
def take(ticket: str) -> Response[Any]:
    """The caller takes the ticket."""
    visit = Visit(router)
    desk().take(visit.principal, ticket, now=visit.now)
    return done(ticket, "take")


@router.post(f"{TICKET}/assign", middlewares=SIGNED_IN)
def assign(ticket: str) -> Response[Any]:
    """The ticket goes to a team, and perhaps to a person."""
    visit = Visit(router)
    form = visit.request.form
    try:
        desk().assign(visit.principal, ticket, form.text("team"), form.optional("assignee"), now=visit.now)
    except InvalidInput as error:
        return visit.show_ticket(ticket, form.with_errors(visit.request.told(error.errors)))
    return done(ticket, "assign")


@router.post(f"{TICKET}/priority", middlewares=SIGNED_IN)
def change_priority(ticket: str) -> Response[Any]:
    """The ticket becomes more or less urgent; its clocks keep their start."""
    visit = Visit(router)
    form = visit.request.form
    if (wanted := form.text("priority")) not in list(Priority):
        return visit.show_ticket(ticket, form.with_errors({"priority": visit.request.text("objection.unknown_choice")}))
    desk().change_priority(visit.principal, ticket, Priority(wanted), now=visit.now)
    return done(ticket, "priority")


@router.post(f"{TICKET}/reply", middlewares=SIGNED_IN)
def reply(ticket: str) -> Response[Any]:
    """The caller answers the customer."""

    def send(visit: Visit, text: str, key: str | None) -> None:
        then_wait = visit.request.form.text("then_wait") == "yes"
        desk().reply(visit.principal, ticket, text, now=visit.now, then_wait=then_wait, idempotency_key=key)

    return _say(ticket, "reply", send)


@router.post(f"{TICKET}/note", middlewares=SIGNED_IN)
def add_note(ticket: str) -> Response[Any]:
    """The caller tells colleagues something."""

    def keep(visit: Visit, text: str, key: str | None) -> None:
        desk().note(visit.principal, ticket, text, now=visit.now, idempotency_key=key)

    return _say(ticket, "note", keep)


@router.post(f"{TICKET}/wait", middlewares=SIGNED_IN)
def wait(ticket: str) -> Response[Any]:
    """Work rests until the customer or a third party acts."""
    visit = Visit(router)
    third_party = visit.request.form.text("status") == Status.WAITING_THIRD_PARTY
    status = Status.WAITING_THIRD_PARTY if third_party else Status.WAITING_CUSTOMER
    desk().wait(visit.principal, ticket, status, now=visit.now)
    return done(ticket, "wait")


@router.post(f"{TICKET}/resume", middlewares=SIGNED_IN)
def resume(ticket: str) -> Response[Any]:
    """Work on a waiting ticket goes on."""
    visit = Visit(router)
    desk().resume(visit.principal, ticket, now=visit.now)
    return done(ticket, "resume")


@router.post(f"{TICKET}/acknowledge", middlewares=SIGNED_IN)
def acknowledge(ticket: str) -> Response[Any]:
    """The caller looks after what is late."""
    visit = Visit(router)
    desk().acknowledge(visit.principal, ticket, now=visit.now)
    return done(ticket, "acknowledge")


@router.post(f"{TICKET}/resolve", middlewares=SIGNED_IN)
def resolve(ticket: str) -> Response[Any]:
    """The problem is solved; where it is worth keeping, on to the article drafted from it."""
    visit = Visit(router)
    form = visit.request.form
    cause = form.text("root_cause")
    wrong = _wrong_texts(visit.request, form, required=("solution",), optional=("cause",), longest=LONGEST_SOLUTION)
    if cause not in list(RootCause):
        wrong["root_cause"] = visit.request.text("objection.required")
    if wrong:
        return visit.show_ticket(ticket, form.with_errors(wrong), "resolve")
    try:
        desk().resolve(
            visit.principal,
            ticket,
            root_cause=RootCause(cause),
            cause=form.text("cause"),
            solution=form.text("solution"),
            now=visit.now,
        )
    except WorkOpen as error:
        return visit.show_ticket(ticket, form.with_errors({"solution": visit.request.explain(error)}), "resolve")
    if form.text("keep_as_article") == "yes":
        # The same post, which names its ticket, is what begins an article at the knowledge base.
        return Response(HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": "/desk/articles"})
    return done(ticket, "resolve")


@router.post(f"{TICKET}/reopen", middlewares=SIGNED_IN)
def reopen(ticket: str) -> Response[Any]:
    """Work begins again."""
    visit = Visit(router)
    desk().reopen(visit.principal, ticket, now=visit.now)
    return done(ticket, "reopen")


def gate(address: str) -> Response[Any]:
    """The page that offers to sign in at `address`."""
    return pages().show(request_of(router), "desk/pages/sign_in.html", sign_in_url=address)


def problem_page(problem: Problem) -> Response[Any]:
    """What a browser sees of a failure."""
    request = PageRequest(router.current_event, cookies(), wiring().language())
    if problem.status == HTTPStatus.UNAUTHORIZED:
        sign_in = f"{SIGN_IN_PATH}?next={QUEUE}"
        return Pages().problem(
            request, problem, way_on=sign_in, way_on_key="problem_page.sign_in", sentence_key="sign_in.expired"
        )
    return Pages().problem(request, problem, way_on=QUEUE, way_on_key="problem_page.desk")


def _say(ticket: str, name: FormName, send: Callable[[Visit, str, str | None], None]) -> Response[Any]:
    """Send what the form's field `name` says; the same text sent twice from one page counts once."""
    visit = Visit(router)
    form = visit.request.form
    if wrong := _wrong_texts(visit.request, form, required=(name,)):
        return visit.show_ticket(ticket, form.with_errors(wrong), name)
    text, submission = form.text(name), form.text("submission")[:40]
    key = f"{submission}.{hashlib.sha256(text.encode()).hexdigest()[:24]}" if submission else None
    send(visit, text, key)
    return done(ticket, name)


def _wrong_texts(
    request: PageRequest,
    form: Form,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    longest: int = _LONGEST,
) -> dict[str, str]:
    empty = {name: request.text("objection.required") for name in required if not form.text(name)}
    long = {
        name: request.text("objection.too_much") for name in (*required, *optional) if len(form.text(name)) > longest
    }
    return empty | long
