"""What the ticket's page shows of merging: into what it was merged, and what was merged into it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from functions.desk.pages.views import TICKETS, Link
from functions.desk.views import TicketView
from functions.shared.contracts.merge_events import TicketLetGo, TicketMerged, TicketTakenIn
from functions.shared.contracts.words import Status, TicketId
from functions.shared.domain.deletion import BLANK, quoted_by
from functions.shared.domain.references import reference


def others_of(ticket: TicketView) -> frozenset[TicketId]:
    """The tickets that `ticket` leads to, and those whose titles its history has lost: they may have been deleted."""
    lost = (quoted_by(event) for event in ticket.timeline if getattr(event, "title", "") == BLANK)
    return frozenset(filter(None, (ticket.merged_into, ticket.linked_to, *lost)))


@dataclass(frozen=True)
class Merged:
    """The other ticket of a merging."""

    link: Link
    is_deleted: bool


@dataclass(frozen=True)
class MergePart:
    """The two directions of merging, and whether the ticket can be merged itself."""

    into: Merged | None
    duplicates: Sequence[Merged]
    may_merge: bool

    @classmethod
    def of(cls, ticket: TicketView, prefix: str, deleted: Collection[TicketId]) -> Self:
        """What there is to say about `ticket`; the other tickets' titles are those of the time of merging."""
        titles: dict[TicketId, str] = {}
        into = ""
        for event in ticket.timeline:
            match event:
                case TicketMerged():
                    into = event.title
                case TicketTakenIn():
                    titles[event.merged] = event.title
                case TicketLetGo():
                    titles.pop(event.merged, None)
        return cls(
            into=_merged(ticket.merged_into, into, prefix, deleted) if ticket.merged_into else None,
            duplicates=[_merged(one, title, prefix, deleted) for one, title in titles.items()],
            may_merge=ticket.status not in (Status.NEW, Status.CLOSED),
        )


@dataclass(frozen=True)
class MergePage:
    """The question whether one ticket is a duplicate of another."""

    reference: str
    title: str
    into: Link | None
    into_reference: str

    @property
    def url(self) -> str:
        return f"{TICKETS}/{self.reference}"


def _merged(ticket_id: TicketId, title: str, prefix: str, deleted: Collection[TicketId]) -> Merged:
    name, is_deleted = reference(ticket_id, prefix), ticket_id in deleted
    return Merged(Link(name if is_deleted else f"{name} {title}", f"{TICKETS}/{name}"), is_deleted)
