"""Deleting a ticket: what the customer said goes, and what stays is the reference, and who deleted it, when and why."""

from typing import Final

from pydantic import AwareDatetime

from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import Actor, TicketEvent
from functions.shared.contracts.incident_events import TicketUnlinked
from functions.shared.contracts.words import DeletionReason, TicketId
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.tombstone import Tombstone

BLANK: Final = "—"
"""What stands in other tickets' histories where the ticket's title was."""
QUOTES: Final = {"TicketMerged": "into", "TicketTakenIn": "merged", "TicketLinked": "incident"}
"""The events that carry another ticket's title, with the field that names that ticket."""


def quoted_by(event: TicketEvent) -> TicketId | None:
    """The ticket whose title `event` carries, if it is such an event."""
    found: TicketId | None = getattr(event, QUOTES.get(event.type, ""), None)
    return found


def tombstone_of(ticket: Ticket) -> Tombstone | None:
    """The one that stands for `ticket`, if it was deleted."""
    deletion = ticket.deletion
    if deletion is None:
        return None
    return Tombstone(
        id=ticket.id,
        desk=ticket.desk,
        version=ticket.version,
        sequence=ticket.sequence,
        opened_at=ticket.opened_at,
        deleted_at=deletion.at,
        by=deletion.by,
        reason=deletion.reason,
        note=deletion.note,
    )


def delete(ticket: Ticket, *, reason: DeletionReason, note: str, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """The ticket is deleted, whatever its status; a report of an incident is unlinked from it.

    Raises:
        IllegalTransition: it is a running incident, which other tickets are linked to.
    """
    if ticket.declared:
        raise IllegalTransition(Saying.of("delete.incident"))
    events: list[TicketEvent] = []
    if ticket.linked_to:
        events.append(ticket.happening(TicketUnlinked, actor=actor, now=now, incident=ticket.linked_to))
        ticket = evolve(ticket, events[-1])
    return [*events, ticket.happening(TicketDeleted, actor=actor, now=now, reason=reason, note=note)]
