"""The agents' work on running incidents and what is linked to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.desk.views import QueueLine
from functions.shared.contracts.events import Actor, TicketEvent
from functions.shared.contracts.words import Role, RootCause, Slug, TicketId
from functions.shared.domain import incidents
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import resolve
from functions.shared.domain.errors import IllegalTransition, InvalidInput, TicketNotFound, WorkOpen
from functions.shared.domain.incidents import RunningIncident
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal
from functions.shared.ticketing import Tickets


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Links(Protocol):
    def running(self) -> list[RunningIncident]: ...

    def linked(self, incident: TicketId) -> list[TicketId]: ...


class IncidentLine(RunningIncident):
    """A running incident as agents name it."""

    reference: str


@dataclass(frozen=True)
class Resolved:
    """What became of the tickets linked to a solved incident, by reference."""

    resolved: tuple[str, ...]
    still_open: tuple[str, ...]
    """Something required is to be done about these first."""


class IncidentDesk:
    """Declares incidents, links tickets to them, and solves what is linked; for people who work at the desk."""

    def __init__(self, *, config: Callable[[], DeskConfig], tickets: Tickets, reader: Heads, links: Links) -> None:
        self._config = config
        self._tickets = tickets
        self._reader = reader
        self._links = links

    def running(self, principal: Principal) -> list[IncidentLine]:
        """The desk's running incidents."""
        principal.require(Role.AGENT)
        prefix = self._config().desk.prefix
        return [IncidentLine(reference=reference(one.id, prefix), **dict(one)) for one in self._links.running()]

    def linked(self, principal: Principal, reference_text: str) -> list[QueueLine]:
        """The tickets linked to the incident, as they stand.

        Raises:
            TicketNotFound, TicketGone: it is no ticket of the desk, or no longer.
        """
        principal.require(Role.AGENT)
        prefix = self._config().desk.prefix
        incident = self._reader.get(self._ticket_id(reference_text))
        return [
            QueueLine.under(TicketSummary.of(ticket), reference(ticket.id, prefix))
            for ticket in self._linked(incident.id)
        ]

    def declare(
        self,
        principal: Principal,
        reference_text: str,
        keywords: Sequence[str],
        module: Slug | None,
        *,
        now: datetime,
    ) -> Ticket:
        """The ticket is a running incident.

        Raises:
            InvalidInput: neither words nor a known module say what reports of it hold.
        """
        if module is not None and self._config().module(module) is None:
            raise InvalidInput.of("module", "unknown", Saying.of("objection.no_module", module=module))
        return self._do(
            principal, reference_text, lambda ticket, by: incidents.declare(ticket, keywords, module, actor=by, now=now)
        )

    def end(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """The incident runs no longer."""
        return self._do(principal, reference_text, lambda ticket, by: incidents.end(ticket, actor=by, now=now))

    def link(self, principal: Principal, reference_text: str, incident_text: str, *, now: datetime) -> Ticket:
        """The ticket reports what the incident stands for."""
        principal.require(Role.AGENT)
        incident = self._reader.get(self._ticket_id(incident_text))
        return self._do(
            principal, reference_text, lambda ticket, by: incidents.link(ticket, incident, actor=by, now=now)
        )

    def unlink(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """The ticket is about something else after all."""
        return self._do(principal, reference_text, lambda ticket, by: incidents.unlink(ticket, actor=by, now=now))

    def resolve_linked(self, principal: Principal, reference_text: str, *, now: datetime) -> Resolved:
        """Solve every linked ticket as the incident was solved; each customer is told.

        Raises:
            IllegalTransition: the incident itself is not solved.
        """
        principal.require(Role.AGENT)
        incident = self._reader.get(self._ticket_id(reference_text))
        cause = incident.root_cause
        if incident.status.is_active or cause is None:
            raise IllegalTransition(Saying.of("reason.solve_incident_first"))
        prefix = self._config().desk.prefix
        resolved, still_open = [], []
        for linked in self._linked(incident.id):
            name = reference(linked.id, prefix)
            try:
                done = self._tickets.handle(
                    linked.id, lambda ticket: self._solved(ticket, incident, cause, principal.actor(), now)
                )
            except WorkOpen:
                still_open.append(name)
                continue
            if done.status.is_active is False and linked.status.is_active:
                resolved.append(name)
        return Resolved(tuple(resolved), tuple(still_open))

    def _solved(
        self, ticket: Ticket, incident: Ticket, cause: RootCause, actor: Actor, now: datetime
    ) -> Sequence[TicketEvent]:
        if not ticket.status.is_active or ticket.linked_to != incident.id:
            return []
        return resolve(ticket, root_cause=cause, cause=incident.cause, solution=incident.solution, actor=actor, now=now)

    def _linked(self, incident: TicketId) -> list[Ticket]:
        return [self._reader.get(ticket_id) for ticket_id in self._links.linked(incident)]

    def _do(
        self,
        principal: Principal,
        reference_text: str,
        decide: Callable[[Ticket, Actor], Sequence[TicketEvent]],
    ) -> Ticket:
        principal.require(Role.AGENT)
        return self._tickets.handle(self._ticket_id(reference_text), lambda ticket: decide(ticket, principal.actor()))

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id
