"""Which ticket a mail belongs to, asked in the order of how hard the answer is to forge."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from functions.intake.mime.message import ReceivedMail
from functions.shared.contracts.words import TicketId
from functions.shared.domain.errors import TicketNotFound
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.references import parse_reference
from functions.shared.domain.reply_address import ticket_of
from functions.shared.domain.ticket import Ticket

MAX_LOOK_UPS = 30
"""Ids of one mail that are looked up, newest first."""

_SUBJECT_TAG = re.compile(r"\[([A-Za-z]{1,6}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4})\]")


class Threads(Protocol):
    """Where tickets are found again."""

    def get(self, ticket_id: TicketId) -> Ticket: ...

    def seen(self, key: str) -> TicketId | None: ...


def find_ticket(
    mail: ReceivedMail,
    *,
    recipients: tuple[str, ...],
    mailbox: str,
    prefix: str,
    threads: Threads,
    reply_key: Callable[[str], bytes | None],
    takes_part: Callable[[Ticket], bool],
) -> Ticket | None:
    """The ticket `mail` belongs to: by the signed address it was sent to, by the mails it answers, or by its subject
    if the sender takes part in that ticket. The words of a subject never join anything.

    Args:
        takes_part: whether the sender of the mail is proven and has to do with a ticket.
    """
    for address in (*recipients, *(one.address for one in (*mail.to, *mail.cc))):
        if (signed := ticket_of(address, mailbox, prefix, reply_key)) and (ticket := _existing(threads, signed)):
            return ticket
    for message_id in _answered(mail):
        found = threads.seen(message_key(mailbox, message_id))
        if found and (ticket := _existing(threads, found)):
            return ticket
    tag = _SUBJECT_TAG.search(mail.subject)
    tagged = parse_reference(tag[1], prefix) if tag else None
    if tagged and (ticket := _existing(threads, tagged)) and takes_part(ticket):
        return ticket
    return None


def _answered(mail: ReceivedMail) -> Iterator[str]:
    bounced = (mail.bounce.original_message_id,) if mail.bounce and mail.bounce.original_message_id else ()
    ids = dict.fromkeys((*bounced, *reversed(mail.in_reply_to), *reversed(mail.references)))
    yield from list(ids)[:MAX_LOOK_UPS]


def _existing(threads: Threads, ticket_id: TicketId) -> Ticket | None:
    try:
        return threads.get(ticket_id)
    except TicketNotFound:
        return None
