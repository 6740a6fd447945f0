"""Who is told of an event, and of what kind the mail is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from functions.shared.contracts.events import (
    Actor,
    AttentionCalled,
    AutomaticReplySent,
    DetailsProvided,
    MessageReceived,
    NoticeReleased,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
    TicketResolved,
    TicketTriaged,
)
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.reply_address import tag_of
from functions.shared.domain.ticket import Ticket


class Kind(StrEnum):
    """The mails that the desk writes; each has a template of this name in every language."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    RESOLVED = "resolved"
    AUTOMATIC_REPLY = "automatic_reply"
    ASSIGNMENT = "assignment"
    ATTENTION = "attention"
    CUSTOMER_MESSAGE = "customer_message"
    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"

    @property
    def is_for_customer(self) -> bool:
        return self in (Kind.ACKNOWLEDGEMENT, Kind.REPLY, Kind.RESOLVED, Kind.AUTOMATIC_REPLY)

    @property
    def is_written_by_hand(self) -> bool:
        """A person wrote it for the customer; every other mail is a machine's."""
        return self is Kind.REPLY


@dataclass(frozen=True)
class Notice:
    """One mail to write."""

    kind: Kind
    address: str
    name: str
    language: Language


def plan(event: TicketEvent, ticket: Ticket, config: DeskConfig, *, mailbox: str) -> list[Notice]:
    """The mails that `event` asks for, at most one to an address and none to ourselves."""
    notices: dict[str, Notice] = {}
    for notice in _notices(event, ticket, config):
        if tag_of(notice.address, mailbox) is None:
            notices.setdefault(notice.address.lower(), notice)
    return list(notices.values())


def _notices(event: TicketEvent, ticket: Ticket, config: DeskConfig) -> Iterator[Notice]:
    match event:
        case TicketOpened(is_machine=False):
            yield from _customer(Kind.ACKNOWLEDGEMENT, ticket)
        case ReplySent():
            yield from _customer(Kind.REPLY, ticket)
        case AutomaticReplySent():
            yield from _customer(Kind.AUTOMATIC_REPLY, ticket)
        case TicketResolved() if not ticket.is_machine:
            yield from _customer(Kind.RESOLVED, ticket)
        case TicketTriaged():
            yield from _people(Kind.ASSIGNMENT, [event.assignee], config)
            yield from _people(Kind.ATTENTION, event.notify, config)
        case TicketAssigned() if event.actor.id != event.assignee:
            yield from _people(Kind.ASSIGNMENT, [event.assignee], config)
        case MessageReceived(is_machine=False) | DetailsProvided(actor=Actor(kind="customer")):
            yield from _people(Kind.CUSTOMER_MESSAGE, [ticket.assignee], config)
        case AttentionCalled():
            yield from _people(Kind.ATTENTION, event.recipients, config)
        case SlaWarned():
            yield from _people(Kind.WARNING, event.recipients, config)
        case SlaBreached():
            yield from _people(Kind.BREACH, event.recipients, config)
        case TicketEscalated():
            yield from _people(Kind.ESCALATION, event.recipients, config)
        case NoticeReleased():
            yield from _people(_RELEASED[event.about], event.recipients, config)
        case _:
            return


def _customer(kind: Kind, ticket: Ticket) -> Iterator[Notice]:
    if ticket.mailed_at:
        yield Notice(kind, ticket.mailed_at, ticket.contact.name, ticket.language)


_RELEASED: Final = {"SlaWarned": Kind.WARNING, "SlaBreached": Kind.BREACH, "TicketEscalated": Kind.ESCALATION}


def _people(kind: Kind, recipients: Iterable[str | None], config: DeskConfig) -> Iterator[Notice]:
    """Notices to people of the desk by their id, and to mail addresses that the configuration names."""
    for recipient in recipients:
        if person := config.person(recipient):
            yield Notice(kind, person.email, person.name, person.language)
        elif recipient and "@" in recipient:
            yield Notice(kind, recipient, recipient.partition("@")[0], config.desk.default_language)
