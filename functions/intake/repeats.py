"""Whether a mail came before: known by its Message-ID and by what it says, whatever hop stamped it."""

import hashlib
import re
from typing import Protocol

from functions.intake.mime.message import ReceivedMail
from functions.shared.contracts.words import TicketId
from functions.shared.domain.mail_ids import message_key
from functions.shared.ticketing import NaturalKey

_FIELD = re.compile(rb"([^\s:]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*+")
_STAMP = re.compile(
    rb"return-path|delivered-to|x-original-to|(?:x-)?received|received-spf|authentication-results|dkim-signature"
    rb"|(?:arc|x-ses|x-gm|x-google|x-forwarded)-.+",
    re.IGNORECASE,
)
"""What each hop puts before all the others wrote, so that no two arrivals of a mail are the same bytes."""


class Uses(Protocol):
    """Where it is known what natural keys were used for."""

    def first_use(self, key: str) -> tuple[TicketId, str] | None: ...


def identify(mail: ReceivedMail, raw: bytes, *, mailbox: str, uses: Uses) -> tuple[NaturalKey, TicketId | None]:
    """The key that `mail` is known by, and its ticket if it came before.

    A mail that says something else under an id that was used before has a key of its own. An id that was used without
    a fingerprint is one of our mails, come back.
    """
    content = digest(raw)
    name = mail.message_id or f"sha256:{content}"
    key = message_key(mailbox, name)
    first = uses.first_use(key)
    if first and first[1] not in ("", content):
        key = message_key(mailbox, f"{name} sha256:{content}")
        first = uses.first_use(key)
    return NaturalKey(key, fingerprint=content), first[0] if first else None


def digest(raw: bytes) -> str:
    """The SHA-256 of a mail without the stamps at its top and its Message-ID, whose case some servers change."""
    content, at, is_top = hashlib.sha256(), 0, True
    while field := _FIELD.match(raw, at):
        is_top = is_top and bool(_STAMP.fullmatch(field[1]))
        if not is_top and field[1].lower() != b"message-id":
            content.update(field[0])
        at = field.end()
    content.update(memoryview(raw)[at:])
    return content.hexdigest()
