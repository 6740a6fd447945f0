"""What a list shows of a ticket; small enough to be copied into every index."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.words import Channel, Language, Priority, Slug, Status, TicketId
from functions.shared.domain.ticket import Ticket


class TicketSummary(BaseModel):
    """One line of a queue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: TicketId
    title: str
    status: Status
    priority: Priority | None = None
    channel: Channel
    language: Language
    team: Slug | None = None
    assignee: Slug | None = None
    contact: str
    company: str | None = None
    tier: str | None = None
    module: Slug | None = None
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None
    is_breached: bool = False
    is_incomplete: bool = False

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketSummary":
        """The line that shows `ticket`."""
        return cls(
            id=ticket.id,
            title=ticket.title,
            status=ticket.status,
            priority=ticket.priority,
            channel=ticket.channel,
            language=ticket.language,
            team=ticket.team,
            assignee=ticket.assignee,
            contact=ticket.contact.name or ticket.contact.address or ticket.contact.phone or "",
            company=ticket.company.name if ticket.company else None,
            tier=ticket.company.tier if ticket.company else None,
            module=ticket.module,
            opened_at=ticket.opened_at,
            due_at=ticket.next_due_at,
            is_breached=any(clock.breached_at for clock in ticket.clocks.values() if clock.state != "stopped"),
            is_incomplete=bool(ticket.missing),
        )
