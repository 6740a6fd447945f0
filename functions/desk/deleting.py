"""Deleting tickets: for managers, with a reason and the reference said once more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.shared.contracts.words import ArticleId, DeletionReason, Role, TicketId
from functions.shared.domain import deletion
from functions.shared.domain.articles import Article, article_id
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.deletion import tombstone_of
from functions.shared.domain.errors import ArticleNotFound, InvalidInput, TicketGone, TicketNotFound
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.tombstone import Tombstone
from functions.shared.identity.principal import Principal
from functions.shared.ticketing import Tickets


class Heads(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...


class Articles(Protocol):
    def get(self, article_id: ArticleId) -> Article: ...


@dataclass(frozen=True)
class Deleted:
    """A deleted ticket, and the article that people wrote from it, which is not touched."""

    tombstone: Tombstone
    article: Article | None


class Deleting:
    """Deletes the desk's tickets."""

    def __init__(
        self, *, config: Callable[[], DeskConfig], tickets: Tickets, reader: Heads, articles: Articles
    ) -> None:
        self._config = config
        self._tickets = tickets
        self._reader = reader
        self._articles = articles

    def delete(
        self,
        principal: Principal,
        reference_text: str,
        *,
        reason: DeletionReason,
        note: str,
        confirm: str,
        now: datetime,
    ) -> Tombstone:
        """Delete the ticket; deleting it again changes nothing. `confirm` names the ticket once more.

        Raises:
            InvalidInput: `confirm` names another ticket, or none.
            IllegalTransition: it is a running incident.
            TicketNotFound: there is no such ticket on this desk.
        """
        principal.require(Role.MANAGER)
        ticket_id = self._ticket_id(reference_text)
        if parse_reference(confirm, self._config().desk.prefix) != ticket_id:
            raise InvalidInput.of("confirm", "not_confirmed", Saying.of("delete.not_confirmed"))
        actor = principal.actor()
        try:
            ticket = self._tickets.handle(
                ticket_id, lambda one: deletion.delete(one, reason=reason, note=note, actor=actor, now=now)
            )
        except TicketGone as gone:
            return gone.tombstone
        tombstone = tombstone_of(ticket)
        assert tombstone is not None  # the command deleted it
        return tombstone

    def look(self, principal: Principal, reference_text: str) -> Deleted:
        """What is known of a deleted ticket.

        Raises:
            TicketNotFound: there is no such ticket on this desk, or it was not deleted.
        """
        principal.require(Role.AGENT)
        try:
            self._reader.get(self._ticket_id(reference_text))
        except TicketGone as gone:
            return Deleted(gone.tombstone, self._article(gone.tombstone.id))
        raise TicketNotFound(Saying.of("reason.not_deleted", ticket=reference_text))

    def _article(self, ticket_id: TicketId) -> Article | None:
        try:
            return self._articles.get(article_id(ticket_id))
        except ArticleNotFound:
            return None

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id
