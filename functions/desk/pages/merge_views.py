"""What the ticket's page shows of merging: into what it was merged, and what was merged into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from functions.desk.pages.views import TICKETS, Link
from functions.desk.views import TicketView
from functions.shared.contracts.merge_events import TicketLetGo, TicketMerged, TicketTakenIn
from functions.shared.contracts.words import Status, TicketId
from functions.shared.domain.references import reference


@dataclass(frozen=True)
class MergePart:
    """The two directions of merging, and whether the ticket can be merged itself."""

    into: Link | None
    duplicates: Sequence[Link]
    may_merge: bool

    @classmethod
    def of(cls, ticket: TicketView, prefix: str) -> Self:
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
            into=_link(ticket.merged_into, into, prefix) if ticket.merged_into else None,
            duplicates=[_link(one, title, prefix) for one, title in titles.items()],
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


def _link(ticket_id: TicketId, title: str, prefix: str) -> Link:
    name = reference(ticket_id, prefix)
    return Link(f"{name} {title}", f"{TICKETS}/{name}")
