"""A letter as the bytes that travel: MIME, with headers that stop loops and keep threads together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Final

from functions.notifier.letters import Letter
from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.words import DeskId
from functions.shared.domain.mail_ids import is_wire_id
from functions.shared.domain.saying import Saying
from functions.shared.pages.kept import in_english

REFERENCES: Final = 20
"""Ids of the thread that a mail repeats, newest last."""

SENT_BY: Final = "X-Aftercare-Desk"
"""Names the desk that sent a mail: what comes back to it so is its own."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TYPE: Final = re.compile(r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$")


class _Policy(EmailPolicy):
    """Folds a list of ids only between them: the standard policy encodes long ids, and no client finds them again."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name in ("References", "In-Reply-To"):
            return f"{name}: {f'{self.linesep} '.join(value.split())}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n")


class Unaddressable(ValueError):
    """No mail can be sent to this address."""


@dataclass(frozen=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: bytes


def compose(
    letter: Letter,
    notice: Notice,
    *,
    desk: DeskId,
    desk_name: str,
    mailbox: str,
    reply_to: str,
    thread: Sequence[str],
    files: Sequence[File] = (),
) -> bytes:
    """The whole message. SES adds Message-ID and Date.

    Args:
        reply_to: the signed address of the ticket.
        thread: Message-IDs of the ticket's mails, oldest first.

    Raises:
        Unaddressable: the notice's address is none.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(desk_name, mailbox)
    message["To"] = _mailbox(notice.name, notice.address)
    message["Reply-To"] = _mailbox(desk_name, reply_to)
    message["Subject"] = _clean(letter.subject)
    ids = [message_id for message_id in thread if is_wire_id(message_id)][-REFERENCES:]
    if ids:
        message["In-Reply-To"] = ids[-1]
        message["References"] = " ".join(ids)
    message[SENT_BY] = desk
    for name, value in _loop_guards(notice.kind):
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable" if letter.text.isascii() else "base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for file in files:
        main, _, sub = (file.content_type if _TYPE.match(file.content_type) else "application/octet-stream").partition(
            "/"
        )
        if main in ("message", "multipart"):
            main, sub = "application", "octet-stream"
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_clean(file.name) or "file")
    return message.as_bytes()


def _loop_guards(kind: Kind) -> list[tuple[str, str]]:
    """What tells other machines not to answer a machine's mail (RFC 3834)."""
    if kind.is_written_by_hand:
        return []
    submitted = "auto-replied" if kind in (Kind.ACKNOWLEDGEMENT, Kind.AUTOMATIC_REPLY) else "auto-generated"
    return [("Auto-Submitted", submitted), ("X-Auto-Response-Suppress", "All"), ("Precedence", "auto_reply")]


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        if not local or not domain or not local.isascii() or _CONTROLS.search(address):
            raise Unaddressable(in_english(Saying.of("kept.no_address", address=repr(address[:100]))))
        return Address(display_name=_clean(name), username=local, domain=domain)
    except (UnicodeError, HeaderParseError, IndexError, ValueError) as error:
        raise Unaddressable(in_english(Saying.of("kept.no_address", address=repr(address[:100])))) from error


def _clean(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())
