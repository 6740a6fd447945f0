"""The one way in which a ticket becomes an article: the desk offers it on resolving, the console on its pages."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import AwareDatetime

from functions.shared.contracts.article_events import ArticleEvent
from functions.shared.contracts.events import Actor, TicketEvent
from functions.shared.contracts.words import ArticleId, TicketId
from functions.shared.domain.article_decisions import draft
from functions.shared.domain.articles import Article, article_id, drafted
from functions.shared.domain.errors import ArticleNotFound, StaleArticle
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket_knowledge import text_from_ticket


class ArticleStore(Protocol):
    """Where articles live: head, history and what readers see, stored together or not at all."""

    def get(self, article_id: ArticleId) -> Article:
        """Raises ArticleNotFound."""

    def append(self, article: Article, events: Sequence[ArticleEvent]) -> None:
        """Store `article`, whose `version` is one more than the stored one, with the `events` that led to it.

        Raises:
            StaleArticle: the stored version is another; for version 1: the id is taken.
        """


class TicketReader(Protocol):
    """The tickets that articles are written from."""

    def get(self, ticket_id: TicketId) -> Ticket:
        """Raises TicketNotFound."""

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


def keep_as_article(
    ticket_id: TicketId, *, articles: ArticleStore, tickets: TicketReader, actor: Actor, now: AwareDatetime
) -> tuple[Article, bool]:
    """The article about a ticket's problem, drafted if there is none yet, and whether it is new.

    A ticket is written up once: its article's id follows from the ticket's.
    """
    own_id = article_id(ticket_id)
    try:
        return articles.get(own_id), False
    except ArticleNotFound:
        ticket = tickets.get(ticket_id)
    text = text_from_ticket(ticket, tickets.timeline(ticket_id))
    event = draft(own_id, text, desk=ticket.desk, actor=actor, now=now, source_ticket=ticket_id)
    article = drafted(event)
    try:
        articles.append(article, [event])
    except StaleArticle:
        return articles.get(own_id), False
    return article, True
