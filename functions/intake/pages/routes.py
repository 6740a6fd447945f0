"""The portal: report a problem, follow it, answer. The same use cases as the public API, as pages."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from aws_lambda_powertools.shared.cookies import Cookie
from pydantic import ValidationError

from functions.intake.pages.views import TRACK, DetailsPage, ReportPage, ThanksPage, TrackingPage
from functions.intake.requests import FollowUp, UploadRequest
from functions.intake.service import customer
from functions.intake.tracking import TrackedTicket
from functions.intake.wiring import (
    authenticate,
    completing,
    cookies,
    desk_config,
    forms,
    intake,
    settings,
    tokens,
    wiring,
)
from functions.shared.completing import OpenQuestions
from functions.shared.contracts.words import Channel
from functions.shared.domain.errors import FieldError, InvalidInput, NotFound, TicketGone
from functions.shared.domain.findings import refused
from functions.shared.domain.form import NOTHING
from functions.shared.domain.form import Form as DeskForm
from functions.shared.domain.form_fields import TOPIC, FieldKind, FormField
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.saying import Saying
from functions.shared.identity.cookies import CookieName
from functions.shared.identity.csrf import new_session
from functions.shared.identity.customer_tokens import LINK_LIFE
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.questions import Files, posted_answers
from functions.shared.pages.requests import PageRequest, Pages, go
from functions.shared.pages.static_files import MOUNT, static_file
from functions.shared.problems import Problem
from functions.shared.reports import form_of, read_report

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_HONEY: Final = "website"
"""A field that no person sees: programs that fill in everything give themselves away."""
_ATTACHMENT: Final = re.compile(r"att_[0-9a-z]{32}")


@router.get("/")
def show_home() -> Response[Any]:
    """The portal's first page."""
    request = _request()
    title, lead, hours = (
        desk_config().text(name, request.language) for name in ("portal_title", "portal_lead", "hours")
    )
    return _show(request, "intake/pages/home.html", title=title, lead=lead, hours=hours)


@router.get("/report")
def show_report_form() -> Response[Any]:
    """A problem form of the desk, empty: the one that is named, or the one for a topic, or the default one."""
    request = _request()
    wanted, topic = request.query.get("form"), request.query.get("topic")
    form = form_of(desk_config(), Channel.FORM, form_id=wanted, topic=topic)
    begun = Form.of(None, **{TOPIC: topic}) if topic in form.topics and topic else EMPTY
    return _show(request, "intake/pages/report.html", view=_report_page(form, request, _draw()), form=begun)


@router.post("/report")
def report_problem() -> Response[Any]:
    """Take the report, or show the form again with what is wrong in it."""
    request, now = _request(), datetime.now(UTC)
    posted = _checked_form(request, now)
    config = desk_config()
    form = config.form_for(Channel.FORM, form_id=posted.optional("form")) or form_of(config, Channel.FORM)
    try:
        if posted.text(_HONEY):
            raise InvalidInput.of(_HONEY, "leave_empty", Saying.of("form.leave_empty"))
        answers = form.without_hidden(posted_answers(posted, form.fields), Channel.FORM)
        answers |= {"form": form.id, "language": request.language}
        excused = posted.all("no_upload")  # by a browser without scripts, which cannot send files
        report = read_report(answers, config, channel=Channel.FORM, paths={}, excused=_files_among(excused, form))
        key = _repeat_key(posted, report.model_dump_json(exclude={"form", "missing"}))
        proof = posted.text("proof")
        receipt = intake().report(report, channel=Channel.FORM, idempotency_key=key, proof=proof, now=now)
    except InvalidInput as error:
        page = _report_page(form, request, posted.text("submission"), _uploaded(posted, form.fields))
        again = posted.with_errors(_sentences(error.errors, request))
        return _show(request, "intake/pages/report.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=again, view=page)
    token = tokens().for_ticket(receipt.ticket.id, now=now, is_new=receipt.is_new)
    path = f"{TRACK}/{receipt.reference}"
    return go(f"{path}/reported", set_cookies=[_link_cookie(token, path)])


@router.get(TRACK)
def find_ticket() -> Response[Any]:
    """Where a reference may be entered."""
    request = _request()
    wanted = request.query.get("reference", "").strip()
    if not wanted:
        return _show(request, "intake/pages/find.html")
    if canonical := _canonical(wanted):
        return go(f"{TRACK}/{canonical}")
    form = Form.of({"reference": request.text("find.malformed")}, reference=wanted)
    return _show(request, "intake/pages/find.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


@router.get(f"{TRACK}/<ticket>")
def track_ticket(ticket: str) -> Response[Any]:
    """The ticket as its customer sees it; a token in the address becomes a cookie and leaves the address."""
    request, now = _request(), datetime.now(UTC)
    if token := request.query.get("token"):
        customer = tokens().verify(token, now=now)
        # The path goes into the cookie: it is our own spelling of a ticket that the token is good for.
        path = f"{TRACK}/{intake().track(customer, ticket).reference}"
        return go(path, set_cookies=[_link_cookie(token, TRACK if customer.contact_id else path)])
    tracked = intake().track(authenticate(request.event), ticket)
    return _tracking(request, tracked, now)


@router.get(f"{TRACK}/<ticket>/reported")
def show_receipt(ticket: str) -> Response[Any]:
    """Thanks for a report, its reference, and the link to keep."""
    request = _request()
    tracked = intake().track(authenticate(request.event), ticket)
    token = cookies().read(request.event.raw_event, CookieName.LINK) or ""
    link = f"{settings().public_url}{TRACK}/{tracked.reference}?token={token}"
    page = ThanksPage(tracked.reference, link, tracked.first_response_due_at)
    lead = desk_config().text("report_sent", request.language)
    return _show(request, "intake/pages/thanks.html", view=page, lead=lead)


@router.post(f"{TRACK}/<ticket>")
def add_message(ticket: str) -> Response[Any]:
    """Add what the customer says more."""
    request, now = _request(), datetime.now(UTC)
    posted = _checked_form(request, now)
    customer = authenticate(request.event)
    try:
        follow_up = _follow_up(posted)
        key = _repeat_key(posted, follow_up.model_dump_json())
        tracked = intake().add_message(customer, ticket, follow_up, channel=Channel.FORM, idempotency_key=key, now=now)
    except InvalidInput as error:
        form = posted.with_errors(_sentences(error.errors, request))
        return _tracking(request, intake().track(customer, ticket), now, form)
    return go(f"{TRACK}/{tracked.reference}?done=sent")


@router.get(f"{TRACK}/<ticket>/details")
def show_details_form(ticket: str) -> Response[Any]:
    """What the ticket still lacks; a token in the address becomes a cookie and leaves the address."""
    request = _request()
    if token := request.query.get("token"):
        customer = tokens().verify(token, now=datetime.now(UTC))
        path = f"{TRACK}/{intake().track(customer, ticket).reference}"
        return go(f"{path}/details", set_cookies=[_link_cookie(token, TRACK if customer.contact_id else path)])
    return _details(
        request, completing().open_questions(intake().visible(authenticate(request.event), ticket), for_customer=True)
    )


@router.post(f"{TRACK}/<ticket>/details")
def provide_details(ticket: str) -> Response[Any]:
    """Take what was filled in; on to the ticket, or to what is missing still."""
    request, now = _request(), datetime.now(UTC)
    posted = _checked_form(request, now)
    questions = completing().open_questions(intake().visible(authenticate(request.event), ticket), for_customer=True)
    try:
        given = posted_answers(posted, questions.fields)
        shown = questions.form.without_hidden({**questions.known, **given}, questions.ticket.channel)
        answers = {name: answer for name, answer in given.items() if name in shown}
        after = completing().provide(
            questions.ticket,
            {**answers, "language": request.language},
            actor=customer(questions.ticket.contact),
            channel=Channel.FORM,
            idempotency_key=_repeat_key(posted, json.dumps(answers)),
            now=now,
            paths={},
        )
    except InvalidInput as error:
        return _details(request, questions, posted.with_errors(_sentences(error.errors, request)))
    path = f"{TRACK}/{reference(after.id, desk_config().desk.prefix)}"
    return go(f"{path}/details?done=some" if after.missing else f"{path}?done=details")


@router.get(f"{TRACK}/<ticket>/files/<number>")
def download(ticket: str, number: int) -> Response[Any]:
    """On to a short-lived address of the file."""
    return go(intake().attachment_link(authenticate(_request().event), ticket, number))


@router.get(f"{MOUNT}.+", compress=True)
def serve_static() -> Response[Any]:
    """A style sheet, script or picture of the pages."""
    request = _request()
    found = static_file(request.path.removeprefix(MOUNT))
    if found is None:
        raise NotFound
    headers = {
        "ETag": found.etag,
        "Cache-Control": found.cache_control(request.query.get("v")),
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    if found.etag in request.event.headers.get("if-none-match", ""):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(HTTPStatus.OK, found.content_type, found.content, headers=headers)


def problem_page(problem: Problem) -> Response[Any]:
    """What a browser sees of a failure."""
    request = PageRequest(router.current_event, cookies(), wiring().language())
    key = "problem_page.ticket_deleted" if problem.code == TicketGone.code else ""
    return Pages().problem(request, problem, sentence_key=key)


def _request() -> PageRequest:
    return PageRequest(router.current_event, cookies(), desk_config().desk.default_language)


@cache
def _pages() -> Pages:
    """Pages that may upload to where attachments are kept."""
    probe = intake().prepare_upload(UploadRequest(name="probe", content_type="text/plain", size=1), "probe")
    address = urlsplit(probe.url)
    return Pages(upload_to=[f"{address.scheme}://{address.netloc}"])


def _show(request: PageRequest, template: str, *, status: HTTPStatus = HTTPStatus.OK, **view: Any) -> Response[Any]:
    """A page whose forms carry a token bound to this browser."""
    now = datetime.now(UTC)
    session = cookies().read(request.event.raw_event, CookieName.SESSION)
    fresh: list[Cookie] = []
    if session is None:
        session = new_session()
        fresh.append(cookies().set(CookieName.SESSION, session, life=None))
    desk = desk_config().desk
    return _pages().show(
        request,
        template,
        status=status,
        set_cookies=fresh,
        now=now,
        zone=ZoneInfo(desk.timezone),
        csrf_token=forms().issue(session, now=now),
        desk_name=desk.name.in_language(request.language),
        **view,
    )


def _report_page(form: DeskForm, request: PageRequest, submission: str, files: Files = NOTHING) -> ReportPage:
    return ReportPage.of(form, desk_config().forms_on(Channel.FORM), request.language, submission, files)


def _details(request: PageRequest, questions: OpenQuestions, form: Form | None = None) -> Response[Any]:
    """The questions that are open, or the way on where there are none."""
    name = reference(questions.ticket.id, desk_config().desk.prefix)
    if not questions.ticket.missing:
        return go(f"{TRACK}/{name}")
    files = _uploaded(form, questions.fields) if form else NOTHING
    submission = form.text("submission") if form else _draw()
    page = DetailsPage.of(questions, name, request.language, f"{TRACK}/{name}", submission, files)
    notice = request.text("details.some") if request.query.get("done") == "some" else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return _show(request, "intake/pages/details.html", status=status, view=page, notice=notice, form=form or EMPTY)


def _tracking(request: PageRequest, tracked: TrackedTicket, now: datetime, form: Form | None = None) -> Response[Any]:
    url = f"{TRACK}/{tracked.reference}"
    files = _uploads(form, "attachments") if form else ()
    page = TrackingPage.of(tracked, request.text, url, _draw(), now, files)
    done = request.query.get("done")
    notice = request.text(f"tracking.{done}") if done in ("sent", "details") else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return _show(request, "intake/pages/tracking.html", status=status, view=page, notice=notice, form=form or Form())


def _checked_form(request: PageRequest, now: datetime) -> Form:
    """The posted form; raises ForgedForm."""
    forms().check(request.event.raw_event, request.event.decoded_body or "", now=now)
    return request.form


def _follow_up(posted: Form) -> FollowUp:
    """Raises InvalidInput."""
    try:
        return FollowUp(text=posted.text("text"), attachments=tuple(posted.all("attachments")))
    except ValidationError as error:
        raise refused(error) from error


def _sentences(errors: tuple[FieldError, ...], request: PageRequest) -> Mapping[str, str]:
    """By field what is wrong with it, in the reader's language."""
    told = {
        "proof_required": Saying.of("proof.without_script"),  # whoever has scripts has calculated
        "string_pattern_mismatch": Saying.of("objection.not_uploaded"),  # of a file's id
    }
    return {error.field.partition(".")[0]: request.say(told.get(error.code, error.message)) for error in errors}


def _uploaded(posted: Form, fields: Sequence[FormField]) -> Files:
    """The files that were uploaded before, by the field that asked for them."""
    return {field.id: _uploads(posted, field.id) for field in fields if field.kind is FieldKind.FILE}


def _uploads(posted: Form, field: str) -> list[tuple[str, str]]:
    """The files that were uploaded for `field`, by id and name."""
    pairs = zip(posted.all(field), posted.all(f"{field}-name"), strict=False)
    return [(key, name[:200]) for key, name in pairs if _ATTACHMENT.fullmatch(key)]


def _files_among(names: Sequence[str], form: DeskForm) -> list[str]:
    return [field.id for field in form.fields if field.id in names and field.kind is FieldKind.FILE]


def _repeat_key(posted: Form, content: str) -> str | None:
    """The same form with the same content, sent twice, counts once; changed and sent again it is something new."""
    submission = posted.text("submission")
    return f"{submission[:40]}.{hashlib.sha256(content.encode()).hexdigest()[:24]}" if submission else None


def _canonical(text: str) -> str | None:
    """The reference as the desk writes it; None for what is no reference of this desk."""
    prefix = desk_config().desk.prefix
    ticket_id = parse_reference(text, prefix)
    return reference(ticket_id, prefix) if ticket_id else None


def _link_cookie(token: str, path: str) -> Cookie:
    return cookies().set(CookieName.LINK, token, life=LINK_LIFE, path=path)


def _draw() -> str:
    return secrets.token_urlsafe(12)
