"""What a ticket lacks, filled in by whoever works on it and learnt it meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from functions.shared.completing import Completing, OpenQuestions
from functions.shared.contracts.events import Attachment
from functions.shared.contracts.words import Role, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import InvalidInput, TicketNotFound
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal
from functions.shared.reports import PATHS


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Details:
    """How people of the desk complete tickets."""

    def __init__(self, *, config: Callable[[], DeskConfig], reader: TicketReader, completing: Completing) -> None:
        self._config = config
        self._reader = reader
        self._completing = completing

    def open_questions(self, principal: Principal, reference_text: str) -> OpenQuestions:
        """What the ticket lacks.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
        """
        return self._completing.open_questions(self._ticket(principal, reference_text), for_customer=False)

    def provide(
        self,
        principal: Principal,
        reference_text: str,
        answers: Mapping[str, Any],
        *,
        idempotency_key: str | None,
        now: datetime,
        paths: Mapping[str, str] = PATHS,
    ) -> Ticket:
        """Fill in what `answers` give; it came by the channel that the ticket came by.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            InvalidInput: naming every answer that is unacceptable, or all that is missing where none was given.
        """
        ticket = self._ticket(principal, reference_text)
        return self._completing.provide(
            ticket,
            answers,
            actor=principal.actor(),
            channel=ticket.channel,
            idempotency_key=idempotency_key,
            now=now,
            paths=paths,
        )

    def _ticket(self, principal: Principal, reference_text: str) -> Ticket:
        principal.require(Role.AGENT)
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return self._reader.get(ticket_id)


def no_files(_ids: Sequence[str], field: str, _scope: str, _ticket: TicketId) -> tuple[Attachment, ...]:
    """Files come from customers; raises InvalidInput."""
    raise InvalidInput.of(field, "not_uploaded", Saying.of("objection.from_the_customer"))
