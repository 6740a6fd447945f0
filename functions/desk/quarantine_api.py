"""The leads' API of the quarantine: list, look, release, replay, delete."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import Field

from functions.desk.wiring import authenticate, quarantine
from functions.shared.contracts.handling_events import Words
from functions.shared.domain.quarantine import HeldMail
from functions.shared.pages.kept import told
from functions.shared.pages.languages import catalogue
from functions.shared.paging import OF_MAIL, next_page, place

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_MAILS = "/api/v1/desk/mail/quarantine"
_MAIL = f"{_MAILS}/<mail_id>"


class HeldAnswer(HeldMail):
    """A mail as the API tells of it."""

    details: Words = Field(description="`why` in both languages; what is not ours, as a parser's words, as it is.")

    @classmethod
    def of(cls, mail: HeldMail) -> "HeldAnswer":
        return cls(**dict(mail), details=Words(zh=told(mail.why, catalogue("zh")), en=mail.why))


@router.get(_MAILS)
def list_held(
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    needs_a_look: Annotated[bool, Query()] = False,
    after: Annotated[str | None, Query(max_length=400)] = None,
) -> Response[list[HeldAnswer]]:
    """The mails that wait, newest first, each with its reason: all, or those that a person should look at."""
    principal, place_before = authenticate(router.current_event), place(after, OF_MAIL)
    found = quarantine().newest(principal, limit, to_look_at=needs_a_look, after=place_before)
    query = {"limit": limit, "needs_a_look": "true" if needs_a_look else None}
    headers = next_page(router.current_event.path, query, found.next)
    mails = [HeldAnswer.of(mail) for mail in found.mails]
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, mails, headers=headers)


@router.get(_MAIL)
def look(mail_id: str) -> HeldAnswer:
    """One mail."""
    return HeldAnswer.of(quarantine().look(authenticate(router.current_event), mail_id))


@router.get(f"{_MAIL}/raw")
def download(mail_id: str) -> Response[None]:
    """A redirect to a short-lived address of the message as it arrived."""
    link = quarantine().raw_link(authenticate(router.current_event), mail_id)
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": link})


@router.post(f"{_MAIL}/release")
def release(mail_id: str) -> HeldAnswer:
    """Let the mail in; the caller answers for it."""
    return HeldAnswer.of(quarantine().release(authenticate(router.current_event), mail_id, now=datetime.now(UTC)))


@router.post(f"{_MAIL}/replay")
def replay(mail_id: str) -> HeldAnswer:
    """Let the mail arrive again under the rules of now."""
    return HeldAnswer.of(quarantine().replay(authenticate(router.current_event), mail_id, now=datetime.now(UTC)))


@router.delete(_MAIL)
def delete(mail_id: str, why: Annotated[str, Query(max_length=500)] = "") -> HeldAnswer:
    """Delete the message for good; `why` stays beside who deleted it."""
    principal = authenticate(router.current_event)
    return HeldAnswer.of(quarantine().delete(principal, mail_id, now=datetime.now(UTC), why=why))
