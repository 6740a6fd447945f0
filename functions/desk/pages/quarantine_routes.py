"""The console's pages of the quarantine: what was set aside, one of it looked at safely, and what to do about it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.visit import SIGNED_IN, Visit
from functions.desk.wiring import desk_config, quarantine
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.quarantine import HeldMail
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.kept import told
from functions.shared.pages.languages import Catalogue, catalogue
from functions.shared.pages.requests import go
from functions.shared.paging import OF_MAIL, cursor, place

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

QUARANTINE: Final = "/desk/quarantine"
_MAIL: Final = f"{QUARANTINE}/<mail_id>"
_LINES: Final = 100
_DONE: Final = frozenset({"released", "replayed", "deleted"})
_LONGEST_REASON: Final = 500


@dataclass(frozen=True)
class HeldPage:
    """One mail that was set aside, and what may be done about it."""

    url: str
    mail: HeldMail
    source: str | None
    settled_by: str
    title: str
    why: str

    @classmethod
    def of(cls, mail: HeldMail, source: str | None, config: DeskConfig, words: Catalogue) -> "HeldPage":
        """The page that shows `mail`, whose message begins with `source`."""
        person = config.person(mail.settled_by)
        settled_by = person.name if person else mail.settled_by or ""
        return cls(f"{QUARANTINE}/{mail.id}", mail, source, settled_by, _title(mail, words), told(mail.why, words))

    @property
    def waits(self) -> bool:
        """Whether nothing was decided about it yet."""
        return self.mail.standing == "held"

    @property
    def is_forgotten(self) -> bool:
        """Whether it went with a ticket that was deleted, and nobody decided about it."""
        return self.mail.standing == "deleted" and self.mail.settled_by is None

    @property
    def is_there(self) -> bool:
        """Whether its message can still be let in."""
        return self.mail.standing != "deleted" and self.source is not None


@router.get(QUARANTINE, middlewares=SIGNED_IN)
def show_quarantine() -> Response[Any]:
    """What waits, newest first, a page at a time: what a person should look at, or all of it."""
    visit = Visit(router)
    shows_all = visit.request.query.get("show") == "all"
    after = place(visit.request.query.get("after"), OF_MAIL)
    found = quarantine().newest(visit.principal, _LINES, to_look_at=not shows_all, after=after)
    act = visit.request.query.get("done", "")
    return visit.show(
        "desk/pages/quarantine.html",
        mails=[(mail, _title(mail, catalogue(visit.request.language))) for mail in found.mails],
        url=QUARANTINE,
        shows_all=shows_all,
        newer=_address(shows_all) if after else None,
        older=_address(shows_all, found.next) if found.next else None,
        notice=visit.request.text(f"quarantine.done.{act}") if act in _DONE else "",
    )


@router.get(_MAIL, middlewares=SIGNED_IN)
def show_held(mail_id: str) -> Response[Any]:
    """One mail: why it waits, what it says, and its source as text."""
    return _show(Visit(router), mail_id, EMPTY)


@router.get(f"{_MAIL}/raw", middlewares=SIGNED_IN)
def download(mail_id: str) -> Response[Any]:
    """The message as it arrived, to be saved."""
    return go(quarantine().raw_link(Visit(router).principal, mail_id))


@router.post(f"{_MAIL}/release", middlewares=SIGNED_IN)
def release(mail_id: str) -> Response[Any]:
    """The reader answers for it."""
    visit = Visit(router)
    quarantine().release(visit.principal, mail_id, now=visit.now)
    return go(f"{QUARANTINE}?done=released")


@router.post(f"{_MAIL}/replay", middlewares=SIGNED_IN)
def replay(mail_id: str) -> Response[Any]:
    """It arrives again."""
    visit = Visit(router)
    quarantine().replay(visit.principal, mail_id, now=visit.now)
    return go(f"{QUARANTINE}?done=replayed")


@router.post(f"{_MAIL}/delete", middlewares=SIGNED_IN)
def delete(mail_id: str) -> Response[Any]:
    """It is gone for good, with a reason."""
    visit = Visit(router)
    form = visit.request.form
    why = form.text("why").strip()[:_LONGEST_REASON]
    if not why:
        return _show(visit, mail_id, form.with_errors({"why": visit.request.text("objection.required")}))
    quarantine().delete(visit.principal, mail_id, now=visit.now, why=why)
    return go(f"{QUARANTINE}?done=deleted")


def _title(mail: HeldMail, words: Catalogue) -> str:
    if mail.channel:
        return words.text("quarantine.from_channel", channel=mail.channel, why=told(mail.why, words))
    return mail.subject or words.text("quarantine.no_subject")


def _address(shows_all: bool, after: str | None = None) -> str:
    query = ({"show": "all"} if shows_all else {}) | ({"after": cursor(after)} if after else {})
    return f"{QUARANTINE}?{urlencode(query)}" if query else QUARANTINE


def _show(visit: Visit, mail_id: str, form: Form) -> Response[Any]:
    mail, source = quarantine().look(visit.principal, mail_id), quarantine().source(visit.principal, mail_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = HeldPage.of(mail, source, desk_config(), catalogue(visit.request.language))
    return visit.show("desk/pages/held_mail.html", status=status, view=page, form=form)
