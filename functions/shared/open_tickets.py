"""How many tickets a customer has open: counted only where a rule asks, by one query for each question."""

from collections.abc import Collection, Sequence
from typing import Final, Protocol

from functions.shared.contracts.events import Company, Contact
from functions.shared.contracts.words import CompanyId, ContactId, TicketId
from functions.shared.domain.facts import COUNTS
from functions.shared.domain.summary import TicketSummary

NEWEST: Final = 200
"""So many of a customer's newest tickets are looked at."""


class Lists(Protocol):
    def of_contact(self, contact_id: ContactId, limit: int = ...) -> list[TicketSummary]: ...

    def of_company(self, company_id: CompanyId, limit: int = ...) -> list[TicketSummary]: ...


def open_tickets(
    lists: Lists, ticket_id: TicketId, contact: Contact, company: Company | None, wanted: Collection[str]
) -> dict[str, int]:
    """Those of the counts that are `wanted`. The ticket itself counts; a company that is only claimed has none."""
    counts = {}
    for name in COUNTS:
        if name not in wanted:
            continue
        if name.startswith("contact."):
            counts[name] = _open(lists.of_contact(contact.id, NEWEST), ticket_id)
        elif company and not company.is_claimed:
            counts[name] = _open(lists.of_company(company.id, NEWEST), ticket_id)
    return counts


def _open(tickets: Sequence[TicketSummary], ticket_id: TicketId) -> int:
    """How many are open; the index follows a moment later, so whether it has the ticket itself yet does not matter."""
    return 1 + sum(1 for ticket in tickets if ticket.status.is_active and ticket.id != ticket_id)
