"""The agents' merging of two tickets about one thing, and taking it back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from functions.shared.contracts.words import ContactId, Role, TicketId
from functions.shared.domain import merging
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import TicketGone, TicketNotFound
from functions.shared.domain.merging import Both
from functions.shared.domain.references import parse_reference
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal
from functions.shared.ticketing import Tickets


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class People(Protocol):
    def same_person(self, contact_id: ContactId) -> Sequence[ContactId]: ...


class MergeDesk:
    """Merges the desk's tickets; every use case is for people who work there."""

    def __init__(self, *, config: Callable[[], DeskConfig], tickets: Tickets, reader: Heads, people: People) -> None:
        self._config = config
        self._tickets = tickets
        self._reader = reader
        self._people = people

    def preview(self, principal: Principal, reference_text: str, into_text: str, *, now: datetime) -> Ticket:
        """The ticket that would go on, if the two can be merged as they are now.

        Raises:
            MergeRefused: they cannot.
            TicketNotFound: there is no such ticket on this desk.
        """
        principal.require(Role.AGENT)
        ticket = self._reader.get(self._ticket_id(reference_text))
        into = self._reader.get(self._ticket_id(into_text))
        self._decided(principal, now)(ticket, into)
        return into

    def merge(self, principal: Principal, reference_text: str, into_text: str, *, now: datetime) -> Ticket:
        """The ticket is a duplicate of the other.

        Raises:
            MergeRefused: the two cannot be merged.
        """
        principal.require(Role.AGENT)
        ticket, into = self._ticket_id(reference_text), self._ticket_id(into_text)
        return self._tickets.handle_both(ticket, into, self._decided(principal, now))

    def unmerge(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """The ticket was no duplicate."""
        principal.require(Role.AGENT)
        ticket = self._reader.get(self._ticket_id(reference_text))
        if ticket.merged_into is None:
            return ticket
        try:
            return self._tickets.handle_both(
                ticket.id,
                ticket.merged_into,
                lambda duplicate, into: merging.unmerge(duplicate, into, actor=principal.actor(), now=now),
            )
        except TicketGone as gone:
            if gone.tombstone.id == ticket.id:
                raise
            return self._tickets.handle(
                ticket.id, lambda one: merging.unmerge_from_deleted(one, actor=principal.actor(), now=now)
            )

    def deleted(self, principal: Principal, others: Iterable[TicketId]) -> frozenset[TicketId]:
        """Those of the tickets `others` that were deleted since they were merged or linked."""
        principal.require(Role.AGENT)
        return frozenset(other for other in others if self._is_deleted(other))

    def _is_deleted(self, ticket_id: TicketId) -> bool:
        try:
            self._reader.get(ticket_id)
        except TicketGone:
            return True
        return False

    def _decided(self, principal: Principal, now: datetime) -> Callable[[Ticket, Ticket], Both]:
        def decide(ticket: Ticket, into: Ticket) -> Both:
            same = self._people.same_person(ticket.contact.id)
            return merging.merge(ticket, into, same_person=same, actor=principal.actor(), now=now)

        return decide

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id
