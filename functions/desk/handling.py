"""The agents' work by procedure and checklist."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.shared.contracts.events import Actor, TicketEvent
from functions.shared.contracts.words import Impact, Role, Slug, TicketId, Urgency
from functions.shared.domain import handling
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ChecklistNotFound, InvalidInput, ProcedureNotFound, TicketNotFound
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal
from functions.shared.ticketing import Tickets

Decide = Callable[[Ticket, Actor], Sequence[TicketEvent]]


class Handling:
    """Steps and items of the desk's tickets; every use case is for people who work there."""

    def __init__(self, config: Callable[[], DeskConfig], tickets: Tickets) -> None:
        self._config = config
        self._tickets = tickets

    def start(self, principal: Principal, reference_text: str, procedure_id: Slug, *, now: datetime) -> Ticket:
        """The ticket is handled by the procedure from now on.

        Raises:
            ProcedureNotFound: the desk has no such procedure.
        """
        config = self._config()
        procedure = config.procedure(procedure_id)
        if procedure is None:
            raise ProcedureNotFound(procedure_id)
        return self._do(
            principal,
            reference_text,
            lambda ticket, actor: handling.start_procedure(ticket, procedure, config.sla, actor=actor, now=now),
        )

    def complete(
        self,
        principal: Principal,
        reference_text: str,
        step: Slug,
        *,
        now: datetime,
        note: str = "",
        fields: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """The step at hand is done; `fields` fills what it asks for.

        Raises:
            StepUnfinished: something it asks for is not so yet.
            InvalidInput: a field cannot have that value.
        """
        config = self._config()
        filled = _accepted(fields or {}, config)
        return self._do(
            principal,
            reference_text,
            lambda ticket, actor: handling.complete_step(
                ticket, step, config.sla, actor=actor, now=now, note=note, fields=filled
            ),
        )

    def skip(self, principal: Principal, reference_text: str, step: Slug, note: str, *, now: datetime) -> Ticket:
        """The step at hand is not needed; `note` says why."""
        sla = self._config().sla
        return self._do(
            principal,
            reference_text,
            lambda ticket, actor: handling.skip_step(ticket, step, sla, actor=actor, now=now, note=note),
        )

    def add_checklist(self, principal: Principal, reference_text: str, checklist_id: Slug, *, now: datetime) -> Ticket:
        """The ticket gets the checklist.

        Raises:
            ChecklistNotFound: the desk has no such checklist.
        """
        checklist = self._config().checklist(checklist_id)
        if checklist is None:
            raise ChecklistNotFound(checklist_id)
        return self._do(
            principal,
            reference_text,
            lambda ticket, actor: handling.add_checklist(ticket, checklist, actor=actor, now=now),
        )

    def tick(
        self, principal: Principal, reference_text: str, checklist: Slug, item: Slug, *, is_done: bool, now: datetime
    ) -> Ticket:
        """The item is done, or after all it is not."""
        return self._do(
            principal,
            reference_text,
            lambda ticket, actor: handling.tick(ticket, checklist, item, is_done=is_done, actor=actor, now=now),
        )

    def _do(self, principal: Principal, reference_text: str, decide: Decide) -> Ticket:
        principal.require(Role.AGENT)
        return self._tickets.handle(self._ticket_id(reference_text), lambda ticket: decide(ticket, principal.actor()))

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id


def _accepted(fields: Mapping[str, Any], config: DeskConfig) -> dict[str, Any]:
    """`fields` with the desk's own words for them; raises InvalidInput."""
    accepted = dict(fields)
    if (module := accepted.get("module")) and config.module(module) is None:
        raise InvalidInput.of("module", "unknown", Saying.of("objection.no_module", module=module))
    for name, words in (("impact", Impact), ("urgency", Urgency)):
        if (value := accepted.get(name)) and value not in list(words):
            raise InvalidInput.of(name, "unknown", Saying.of("objection.one_of", bound=list(words)))
    return accepted
