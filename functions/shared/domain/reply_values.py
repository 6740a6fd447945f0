"""What the names in a reply stand for, of one ticket and in one language."""

from functions.shared.contracts.events import Said
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket


def reply_values(ticket: Ticket, config: DeskConfig, language: Language) -> dict[str, str]:
    """A text for every name that a reply may use; empty where the ticket has none, and always on one line.

    A reply stands on the customer's page: of who asks it names only what was said on this ticket. Tickets from before
    that was kept apart say nothing of it; their customers were shown what was known then, and still are.
    """
    is_old = ticket.contact.said == Said()
    team, module, person = config.team(ticket.team), config.module(ticket.module), config.person(ticket.assignee)
    values = {
        "reference": reference(ticket.id, config.desk.prefix),
        "title": ticket.title,
        "name": ticket.contact.said.name or (ticket.contact.name if is_old else ""),
        "company": (ticket.company.said or (ticket.company.name if is_old else "")) if ticket.company else "",
        "desk": config.desk.name.in_language(language),
        "priority": ticket.priority or "",
        "team": team.name.in_language(language) if team else "",
        "assignee": person.name if person else "",
        "module": module.name.in_language(language) if module else "",
        "hours": config.text("hours", language),
    }
    return {name: " ".join(value.split()) for name, value in values.items()}
