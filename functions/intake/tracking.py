"""What customers see of their ticket: what was said to and by them, and where it stands. Never our notes or reasons."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.contracts.events import (
    Attachment,
    AutomaticReplySent,
    DetailsProvided,
    Message,
    MessageReceived,
    ReplySent,
    TicketClosed,
    TicketEvent,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTriaged,
    TicketWaiting,
)
from functions.shared.contracts.merge_events import TicketMerged, TicketUnmerged
from functions.shared.contracts.words import Channel, Metric, Priority, Slug, Status, TicketId
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket


class TrackedAttachment(BaseModel):
    """A file that belongs to what was said; `number` names it within the ticket."""

    model_config = ConfigDict(frozen=True)

    number: int
    name: str
    content_type: str
    size: int
    standing: FileStanding | None = Field(default=None, description="Why it cannot be downloaded now.")


class TrackedEntry(BaseModel):
    """One thing the customer sees on the ticket's timeline."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    kind: Literal[
        "opened",
        "message",
        "details",
        "reply",
        "received",
        "waiting",
        "resumed",
        "resolved",
        "reopened",
        "closed",
        "merged",
    ]
    by: Literal["customer", "desk"]
    name: str = ""
    text: str = ""
    attachments: tuple[TrackedAttachment, ...] = ()


class TrackedTicket(BaseModel):
    """The customer's view of a ticket. `due_at` is when the next answer or the solution is promised."""

    model_config = ConfigDict(frozen=True)

    id: TicketId
    reference: str
    title: str
    status: Status
    priority: Priority | None
    channel: Channel
    module: Slug | None
    missing: tuple[str, ...]
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    first_response_due_at: AwareDatetime | None
    resolution_due_at: AwareDatetime | None
    timeline: tuple[TrackedEntry, ...]
    is_merged: bool = Field(default=False, description="A duplicate; what is said on it joins the one that goes on.")
    continued_in: str | None = Field(default=None, description="The ticket that goes on, if it is the caller's too.")


class TrackedLine(BaseModel):
    """One of the customer's tickets in a list."""

    model_config = ConfigDict(frozen=True)

    reference: str
    title: str
    status: Status
    opened_at: AwareDatetime

    @classmethod
    def of(cls, summary: TicketSummary, reference: str) -> "TrackedLine":
        """The line that shows the ticket of `summary`."""
        return cls(reference=reference, title=summary.title, status=summary.status, opened_at=summary.opened_at)


def track(
    ticket: Ticket,
    events: Iterable[TicketEvent],
    reference: str,
    text_of: Callable[[Message], str],
    withheld: Mapping[str, FileStanding],
) -> TrackedTicket:
    """The customer's view of `ticket`, whose history is `events`.

    Args:
        text_of: reads a whole message.
        withheld: the keys of files that may not be downloaded now, and why.
    """
    entries: list[TrackedEntry] = []
    numbered = 0
    for event in events:
        if entry := _entry(event, text_of):
            files = tuple(
                TrackedAttachment(
                    number=number,
                    name=file.name,
                    content_type=file.content_type,
                    size=file.size,
                    standing=withheld.get(file.key),
                )
                for number, file in enumerate(public_files(event), numbered + 1)
            )
            numbered += len(files)
            entries.append(entry.model_copy(update={"attachments": files}))
    return TrackedTicket(
        id=ticket.id,
        reference=reference,
        title=ticket.title,
        status=ticket.status,
        priority=ticket.priority,
        channel=ticket.channel,
        module=ticket.module,
        missing=ticket.missing,
        opened_at=ticket.opened_at,
        updated_at=entries[-1].at if entries else ticket.opened_at,
        first_response_due_at=ticket.promised(Metric.FIRST_RESPONSE),
        resolution_due_at=ticket.promised(Metric.RESOLUTION),
        timeline=tuple(entries),
        is_merged=ticket.merged_into is not None,
    )


def public_files(event: TicketEvent) -> tuple[Attachment, ...]:
    """The files that the customer sees with what was said, in the order in which they are numbered."""
    match event:
        case TicketOpened():
            return event.problem.description.attachments
        case MessageReceived(is_machine=False) | ReplySent() | AutomaticReplySent():
            return event.message.attachments
        case DetailsProvided():
            return event.message.attachments if event.message else ()
        case _:
            return ()


def _entry(event: TicketEvent, text_of: Callable[[Message], str]) -> TrackedEntry | None:
    match event:
        case TicketOpened():
            entry = _said(event, event.problem.description, "opened", "customer", text_of)
            # Whoever took it down for them, it is the customer's problem.
            return (
                entry if event.actor.kind == "customer" else entry.model_copy(update={"name": event.contact.said.name})
            )
        case MessageReceived(is_machine=False):
            return _said(event, event.message, "message", "customer", text_of)
        case DetailsProvided():
            message = event.message or Message(text="")
            return _said(event, message, "details", "customer", text_of)
        case ReplySent() | AutomaticReplySent():
            return _said(event, event.message, "reply", "desk", text_of)
        case TicketTriaged():
            return TrackedEntry(at=event.occurred_at, kind="received", by="desk")
        case TicketWaiting():
            return TrackedEntry(at=event.occurred_at, kind="waiting", by="desk")
        case TicketResumed():
            return TrackedEntry(at=event.occurred_at, kind="resumed", by="desk")
        case TicketResolved():
            return TrackedEntry(at=event.occurred_at, kind="resolved", by="desk", text=event.solution)
        case TicketReopened() | TicketUnmerged():
            return TrackedEntry(at=event.occurred_at, kind="reopened", by="desk")
        case TicketClosed():
            return TrackedEntry(at=event.occurred_at, kind="closed", by="desk")
        case TicketMerged():
            return TrackedEntry(at=event.occurred_at, kind="merged", by="desk")
        case _:
            return None


def _said(
    event: TicketEvent,
    message: Message,
    kind: Literal["opened", "message", "details", "reply"],
    by: Literal["customer", "desk"],
    text_of: Callable[[Message], str],
) -> TrackedEntry:
    return TrackedEntry(at=event.occurred_at, kind=kind, by=by, name=event.actor.name, text=text_of(message))
