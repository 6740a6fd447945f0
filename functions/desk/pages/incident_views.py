"""What the ticket's page shows of incidents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from functions.desk.incidents import IncidentDesk
from functions.desk.pages.views import TICKETS, Link
from functions.desk.views import TicketView
from functions.shared.contracts.words import Language, Status, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.references import reference
from functions.shared.identity.principal import Principal


@dataclass(frozen=True)
class LinkedRow:
    """A ticket that reports the incident."""

    href: str
    reference: str
    title: str
    status: Status


@dataclass(frozen=True)
class IncidentPart:
    """Whether the ticket is an incident, or reports one, and what may be done about it."""

    is_running: bool
    keywords: str
    linked: Sequence[LinkedRow]
    incident: Link | None
    is_incident_deleted: bool
    choices: Sequence[tuple[str, str]]
    modules: Sequence[tuple[str, str]]
    is_active: bool

    @classmethod
    def of(
        cls,
        ticket: TicketView,
        desk: IncidentDesk,
        config: DeskConfig,
        language: Language,
        reader: Principal,
        deleted: Collection[TicketId],
    ) -> Self:
        """What there is to say about `ticket`; its incident may be `deleted`."""
        is_free = ticket.status.is_active and ticket.linked_to is None and ticket.declared is None
        running = desk.running(reader) if is_free else []
        declared = ticket.declared
        words = [*(declared.keywords if declared else ()), *([declared.module] if declared and declared.module else [])]
        name = reference(ticket.linked_to, config.desk.prefix) if ticket.linked_to else ""
        return cls(
            is_running=declared is not None,
            keywords="、".join(words) if language is Language.ZH else ", ".join(words),
            linked=[
                LinkedRow(f"{TICKETS}/{line.reference}", line.reference, line.title, line.status)
                for line in desk.linked(reader, ticket.reference)
            ],
            incident=Link(name, f"{TICKETS}/{name}") if name else None,
            is_incident_deleted=ticket.linked_to in deleted,
            choices=[(one.reference, f"{one.reference} {one.title}") for one in running],
            modules=[(module.id, module.name.in_language(language)) for module in config.modules],
            is_active=ticket.status.is_active,
        )

    @property
    def open_links(self) -> int:
        """Linked tickets that are not solved."""
        return sum(1 for row in self.linked if row.status.is_active)
