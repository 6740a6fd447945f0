"""Failures as RFC 9457 problem details, in the language of whoever asks."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.json_encoder import Encoder
from pydantic import BaseModel, ConfigDict

from functions.shared.domain.errors import (
    AftercareError,
    AlreadySeen,
    ArticleNotFound,
    AttachmentNotFound,
    BelongsToAnother,
    CannotMerge,
    ChecklistNotFound,
    CompanyNotFound,
    ConfigMissing,
    ContactNotFound,
    EventNotFound,
    FileBeingChecked,
    ForgedForm,
    HeldMailNotFound,
    IllegalTransition,
    InvalidInput,
    ItemNotFound,
    KeyReused,
    LinkExpired,
    MalformedRequest,
    MergeRefused,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PersonNotFound,
    ProcedureNotFound,
    RuleNotFound,
    RulesDiverged,
    SignInUnavailable,
    StaleArticle,
    StaleConfig,
    StaleCustomer,
    StaleDraft,
    StalePresence,
    StaleTicket,
    StepNotFound,
    StepUnfinished,
    SuggestionNotFound,
    TicketExists,
    TicketGone,
    TicketNotFound,
    TooLarge,
    TooManyRequests,
    UnsafeFile,
    WorkOpen,
)
from functions.shared.domain.saying import Saying
from functions.shared.pages.languages import Catalogue, catalogue

PROBLEM_JSON: Final = "application/problem+json"

STATUS: Mapping[type[AftercareError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    LinkExpired: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    ForgedForm: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    TicketNotFound: HTTPStatus.NOT_FOUND,
    TicketGone: HTTPStatus.GONE,
    ContactNotFound: HTTPStatus.NOT_FOUND,
    CompanyNotFound: HTTPStatus.NOT_FOUND,
    ArticleNotFound: HTTPStatus.NOT_FOUND,
    EventNotFound: HTTPStatus.NOT_FOUND,
    RuleNotFound: HTTPStatus.NOT_FOUND,
    PersonNotFound: HTTPStatus.NOT_FOUND,
    SuggestionNotFound: HTTPStatus.NOT_FOUND,
    HeldMailNotFound: HTTPStatus.NOT_FOUND,
    AttachmentNotFound: HTTPStatus.NOT_FOUND,
    ProcedureNotFound: HTTPStatus.NOT_FOUND,
    StepNotFound: HTTPStatus.NOT_FOUND,
    ChecklistNotFound: HTTPStatus.NOT_FOUND,
    ItemNotFound: HTTPStatus.NOT_FOUND,
    TicketExists: HTTPStatus.CONFLICT,
    StaleTicket: HTTPStatus.CONFLICT,
    StaleArticle: HTTPStatus.CONFLICT,
    StaleConfig: HTTPStatus.CONFLICT,
    StaleDraft: HTTPStatus.CONFLICT,
    RulesDiverged: HTTPStatus.CONFLICT,
    CannotMerge: HTTPStatus.CONFLICT,
    BelongsToAnother: HTTPStatus.CONFLICT,
    StaleCustomer: HTTPStatus.CONFLICT,
    FileBeingChecked: HTTPStatus.CONFLICT,
    UnsafeFile: HTTPStatus.FORBIDDEN,
    StalePresence: HTTPStatus.CONFLICT,
    AlreadySeen: HTTPStatus.CONFLICT,
    IllegalTransition: HTTPStatus.CONFLICT,
    StepUnfinished: HTTPStatus.CONFLICT,
    WorkOpen: HTTPStatus.CONFLICT,
    MergeRefused: HTTPStatus.CONFLICT,
    SignInUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigMissing: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Objection(BaseModel):
    """What is wrong with one field: its dotted path, a stable code, and a sentence."""

    model_config = ConfigDict(frozen=True)

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """What went wrong: `title` says it of every such failure, `detail` of this one.

    `code` is the same in every language, and so is `reason`, which tells a failure's causes apart where it has several.
    """

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    reason: str | None = None
    errors: tuple[Objection, ...] = ()

    @classmethod
    def of_error(cls, error: AftercareError, language: str, *, request_id: str) -> "Problem":
        """A failure that the domain knows by name."""
        status, words = STATUS[type(error)], catalogue(language)
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR  # and so are its particulars
        return cls.of(
            status,
            error.code,
            language,
            request_id=request_id,
            detail="" if is_ours else explained(error, words),
            reason=error.about.key.rpartition(".")[2] if isinstance(error.about, Saying) else None,
            errors=[
                Objection(field=one.field, code=one.code, message=words.say(one.message))
                for one in (error.errors if isinstance(error, InvalidInput) else ())
            ],
        )

    @classmethod
    def of(
        cls,
        status: HTTPStatus,
        code: str,
        language: str,
        *,
        request_id: str,
        detail: str = "",
        reason: str | None = None,
        errors: Sequence[Objection] = (),
    ) -> "Problem":
        """The problem `code`; `request_id` lets support find the request in the logs."""
        title = sentence_of(code, catalogue(language))
        return cls(
            type=f"urn:aftercare:problem:{code}",
            title=title,
            status=status,
            detail=detail or title,
            code=code,
            instance=request_id,
            reason=reason,
            errors=tuple(errors),
        )

    def to_response(self, language: str) -> Response[str]:
        """The problem as the JSON answer of an API, written in `language`."""
        document = self.model_dump(exclude_none=True, exclude=None if self.errors else {"errors"})
        return Response(self.status, PROBLEM_JSON, dump_json(document), headers={"Content-Language": language})


def explained(error: AftercareError, words: Catalogue) -> str:
    """What went wrong, and why or with what."""
    sentence = sentence_of(error.code, words)
    match error.about:
        case "":
            return sentence
        case Saying() as why:
            return words.text("problem_json.because", sentence=sentence, why=words.say(why))
        case about:
            return words.text("problem_json.about", sentence=sentence, about=about)


def sentence_of(code: str, words: Catalogue) -> str:
    """What a failure of this kind is, in one sentence."""
    key = f"error.{code}"
    return words.text(key if key in words else "error.internal_error")


dump_json: Callable[[Any], str] = partial(json.dumps, separators=(",", ":"), ensure_ascii=False, cls=Encoder)
