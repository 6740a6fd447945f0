"""What is done after a ticket was deleted: everything that was said on it goes, wherever it lies.

The ticket is out of every list from the moment of its deletion; this follows within seconds. It may be done twice, or
die at any line and be done again: a commit goes after the blobs that it names, so none is forgotten before it is gone.
Once more a minute later it takes what was being written at that moment: stored, and never part of the ticket any more.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from functions.shared.bodies import folders_of, uploaded_as
from functions.shared.contracts.events import (
    Attachment,
    Contact,
    DetailsProvided,
    Message,
    NotificationFailed,
    NotificationSent,
    TicketEvent,
    TicketOpened,
)
from functions.shared.contracts.merge_events import TicketMerged, TicketTakenIn
from functions.shared.contracts.words import TicketId
from functions.shared.domain.errors import TicketGone
from functions.shared.domain.mail_log import MailLine
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.tombstone import Tombstone

_BEFORE, _AFTER = timedelta(days=31), timedelta(days=5)
"""A mail may have waited in quarantine for so long before it was let in, and may be delivered again for so long."""

_UNSCOPED: Final = re.compile(r"attachments/[^/]+/[0-9a-f]{64}")
"""A file's key from before keys were made for one message only: other tickets may have the same file."""


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Erasure(Protocol):
    """See `functions.shared.gateways.erasure`."""

    def history(self, tombstone: Tombstone) -> list[tuple[str, list[TicketEvent]]]: ...

    def linked(self, ticket_id: TicketId) -> list[TicketId]: ...

    def forget_commit(self, ticket_id: TicketId, name: str) -> None: ...

    def forget_link(self, ticket_id: TicketId, linked: TicketId) -> None: ...

    def forget_held(self, mail_id: str, received_at: datetime) -> None: ...

    def forget_sent(self, key: str) -> None: ...

    def blank_title(self, quoted: TicketId, quoting: TicketId) -> None: ...

    def finish(self, tombstone: Tombstone) -> None: ...


class Blobs(Protocol):
    def erase(self, key: str) -> None: ...

    def erase_under(self, prefix: str) -> None: ...


class Raw(Protocol):
    def remove(self, key: str) -> None: ...


class MailLog(Protocol):
    def of_ticket(self, ticket_id: TicketId, days: Iterable[date]) -> Iterable[MailLine]: ...

    def repeats_of(self, ticket_id: TicketId) -> Iterable[MailLine]: ...

    def erased(self, line: MailLine) -> None: ...


class Eraser:
    """Erases what was said on deleted tickets of one desk."""

    def __init__(self, *, heads: Heads, erasure: Erasure, blobs: Blobs, inbound: Raw, mail_log: MailLog) -> None:
        """`blobs` is where texts and files lie, `inbound` where mail does as it arrived."""
        self._heads = heads
        self._erasure = erasure
        self._blobs = blobs
        self._inbound = inbound
        self._mail_log = mail_log

    def erase(self, ticket_id: TicketId, *, now: datetime) -> Tombstone:
        """Erase the deleted ticket's content; returns what is left of it.

        Raises:
            ValueError: the ticket was not deleted.
        """
        tombstone = self._tombstone(ticket_id)
        for folder in folders_of(tombstone.desk, ticket_id):
            self._blobs.erase_under(folder)
        self._erase_mail(self._mail_log.repeats_of(ticket_id))
        if tombstone.erased_at:
            return tombstone
        commits = self._erasure.history(tombstone)
        events = [event for _, some in commits for event in some]
        addresses = {contact.address.lower() for event in events for contact in _contacts(event) if contact.address}
        self._forget_quotations(ticket_id, events)
        self._erase_mail(self._mail_log.of_ticket(ticket_id, _mail_days(events)))
        for name, some in commits:
            for key in dict.fromkeys(_blobs(some)):
                if not _UNSCOPED.fullmatch(key):
                    self._blobs.erase(key)
            for sent in dict.fromkeys(_sent(some, addresses)):
                self._erasure.forget_sent(sent)
            self._erasure.forget_commit(ticket_id, name)
        done = tombstone.model_copy(update={"erased_at": now})
        self._erasure.finish(done)
        return done

    def _tombstone(self, ticket_id: TicketId) -> Tombstone:
        try:
            ticket = self._heads.get(ticket_id)
        except TicketGone as gone:
            return gone.tombstone
        raise ValueError(f"{ticket.id} was not deleted")

    def _forget_quotations(self, ticket_id: TicketId, events: Iterable[TicketEvent]) -> None:
        """Other tickets tell what this one was called where it had to do with them."""
        for event in events:
            match event:
                case TicketMerged():
                    self._erasure.blank_title(ticket_id, event.into)
                case TicketTakenIn():
                    self._erasure.blank_title(ticket_id, event.merged)
        for linked in self._erasure.linked(ticket_id):
            self._erasure.blank_title(ticket_id, linked)
            self._erasure.forget_link(ticket_id, linked)

    def _erase_mail(self, lines: Iterable[MailLine]) -> None:
        for line in lines:
            self._inbound.remove(line.raw_key)
            self._erasure.forget_held(line.id, line.received_at)
            self._mail_log.erased(line)


def _mail_days(events: Iterable[TicketEvent]) -> list[date]:
    """The days on which the ticket's mails may have arrived."""
    days: set[date] = set()
    for event in events:
        if any(message.raw_key for message in _messages(event)):
            first, last = (event.occurred_at - _BEFORE).date(), (event.occurred_at + _AFTER).date()
            days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return sorted(days)


def _messages(event: TicketEvent) -> Iterator[Message]:
    for holder in (event, getattr(event, "problem", None)):
        for name in ("message", "description"):
            if isinstance(message := getattr(holder, name, None), Message):
                yield message


def _blobs(events: Iterable[TicketEvent]) -> Iterator[str]:
    for event in events:
        for message in _messages(event):
            files: tuple[Attachment, ...] = message.attachments
            uploads = (uploaded_as(file.key) for file in files)
            for key in (message.body_key, message.html_key, message.raw_key, *(file.key for file in files), *uploads):
                if key:
                    yield key


def _contacts(event: TicketEvent) -> Iterator[Contact]:
    if isinstance(event, TicketOpened | DetailsProvided) and event.contact:
        yield event.contact


def _sent(events: Iterable[TicketEvent], addresses: Iterable[str]) -> Iterator[str]:
    """What mails to the customer about these events, and others that stand in the history, were claimed under."""
    for event in events:
        yield from (f"{event.event_id}#{address}" for address in addresses)
        if isinstance(event, NotificationSent | NotificationFailed):
            yield f"{event.cause}#{event.recipient.lower()}"
