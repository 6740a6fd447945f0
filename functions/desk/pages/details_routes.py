"""The console's page for what a ticket lacks."""

import hashlib
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.views import TICKETS
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.wiring import desk_config, details
from functions.shared.completing import OpenQuestions
from functions.shared.contracts.words import Language
from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.form_fields import FieldKind, FormField
from functions.shared.domain.references import reference
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.questions import Asking, QuestionPart, labels_in, parts_of, posted_answers
from functions.shared.pages.requests import go

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types


@dataclass(frozen=True)
class DetailsPage:
    """What a ticket lacks, as far as it is not a file."""

    reference: str
    title: str
    url: str
    parts: list[QuestionPart]
    submission: str

    @classmethod
    def of(cls, questions: OpenQuestions, name: str, language: Language, submission: str) -> Self:
        """The page about the ticket called `name`."""
        wanted = {field.id for field in _fields(questions)}
        form, ticket = questions.form, questions.ticket
        asking = Asking(form, ticket.channel, language, questions.known, wanted, is_forced=False)
        others = {field.id for field in form.fields} - wanted
        return cls(name, ticket.title, f"{TICKETS}/{name}", parts_of(asking, without=others), submission)

    @property
    def labels(self) -> list[tuple[str, str]]:
        return labels_in(self.parts)


@router.get(f"{TICKET}/details", middlewares=SIGNED_IN)
def show_details_form(ticket: str) -> Response[Any]:
    """The open questions; on to the ticket where there are none."""
    visit = Visit(router)
    questions = details().open_questions(visit.principal, ticket)
    return _show(visit, questions) if _fields(questions) else go(f"{TICKETS}/{_name(questions)}")


@router.post(f"{TICKET}/details", middlewares=SIGNED_IN)
def provide_details(ticket: str) -> Response[Any]:
    """Take what was filled in."""
    visit = Visit(router)
    posted = visit.request.form
    questions = details().open_questions(visit.principal, ticket)
    given = posted_answers(posted, _fields(questions))
    shown = questions.form.without_hidden({**questions.known, **given}, questions.ticket.channel)
    answers = {name: answer for name, answer in given.items() if name in shown}
    submission = posted.text("submission")[:40]
    key = f"{submission}.{hashlib.sha256(repr(answers).encode()).hexdigest()[:24]}" if submission else None
    try:
        details().provide(visit.principal, ticket, answers, idempotency_key=key, now=visit.now, paths={})
    except InvalidInput as error:
        return _show(visit, questions, posted.with_errors(visit.request.told(error.errors)))
    return done(ticket, "details")


def _show(visit: Visit, questions: OpenQuestions, form: Form = EMPTY) -> Response[Any]:
    submission = form.text("submission") or secrets.token_urlsafe(12)
    page = DetailsPage.of(questions, _name(questions), visit.request.language, submission)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return visit.show("desk/pages/details.html", status=status, view=page, form=form)


def _name(questions: OpenQuestions) -> str:
    return reference(questions.ticket.id, desk_config().desk.prefix)


def _fields(questions: OpenQuestions) -> list[FormField]:
    """The questions that can be answered by somebody else than the customer: not those for files."""
    return [field for field in questions.fields if field.kind is not FieldKind.FILE]
