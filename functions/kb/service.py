"""What agents do with articles, and who may read what."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from functions.shared.contracts.article_events import ArticleText
from functions.shared.contracts.words import ArticleId, DeskId, Role, TicketId
from functions.shared.domain import article_decisions as decide
from functions.shared.domain.article_decisions import Command
from functions.shared.domain.articles import Article, ArticleSummary, PublishedArticle, article_id, drafted, evolve
from functions.shared.domain.errors import ArticleNotFound, StaleArticle
from functions.shared.identity.principal import Principal
from functions.shared.knowledge import ArticleStore as DraftStore
from functions.shared.knowledge import TicketReader, keep_as_article

_ATTEMPTS: Final = 5


class ArticleStore(DraftStore, Protocol):
    """Where articles live, and what readers see of them."""

    def all(self) -> list[ArticleSummary]: ...

    def published(self, article_id: ArticleId) -> PublishedArticle | None: ...


class Articles:
    """The articles of one desk."""

    def __init__(self, desk: DeskId, store: ArticleStore, tickets: TicketReader, draw_seed: Callable[[], str]) -> None:
        """`draw_seed` gives random text that a new article's id is made from."""
        self._desk = desk
        self._store = store
        self._tickets = tickets
        self._draw_seed = draw_seed

    def draft_from_ticket(self, principal: Principal, ticket_id: TicketId, *, now: datetime) -> tuple[Article, bool]:
        """See `keep_as_article`."""
        principal.require(Role.AGENT)
        return keep_as_article(ticket_id, articles=self._store, tickets=self._tickets, actor=principal.actor(), now=now)

    def write(self, principal: Principal, text: ArticleText, *, now: datetime) -> Article:
        """A new article that no ticket led to."""
        principal.require(Role.AGENT)
        new_id = article_id(self._draw_seed())
        event = decide.draft(new_id, text, desk=self._desk, actor=principal.actor(), now=now)
        article = drafted(event)
        self._store.append(article, [event])
        return article

    def read(self, principal: Principal, article_id: ArticleId) -> Article:
        """The article as its authors see it."""
        principal.require(Role.AGENT)
        return self._store.get(article_id)

    def read_published(self, article_id: ArticleId) -> PublishedArticle:
        """The article as everybody may read it.

        Raises:
            ArticleNotFound: there is none, or it is not for everybody.
        """
        article = self._store.published(article_id)
        if article is None or not article.is_public:
            raise ArticleNotFound(article_id)
        return article

    def all(self, principal: Principal) -> list[ArticleSummary]:
        """Every article, the one changed last first."""
        principal.require(Role.AGENT)
        return self._store.all()

    def edit(
        self, principal: Principal, article_id: ArticleId, text: ArticleText, *, seen_version: int, now: datetime
    ) -> Article:
        """Replace the working text.

        Raises:
            StaleArticle: someone else changed the article since `seen_version`.
        """
        actor = principal.actor()
        return self._change(
            principal, article_id, lambda a: decide.edit(a, text, actor=actor, now=now), seen_version=seen_version
        )

    def submit(self, principal: Principal, article_id: ArticleId, *, now: datetime) -> Article:
        """Hand the draft to a second pair of eyes."""
        actor = principal.actor()
        return self._change(principal, article_id, lambda a: decide.submit(a, actor=actor, now=now))

    def publish(
        self, principal: Principal, article_id: ArticleId, *, now: datetime, seen_version: int | None = None
    ) -> Article:
        """Let readers see the working text; with `seen_version` only the one that the principal looked at."""
        actor = principal.actor()
        return self._change(
            principal, article_id, lambda a: decide.publish(a, actor=actor, now=now), seen_version=seen_version
        )

    def archive(self, principal: Principal, article_id: ArticleId, *, now: datetime) -> Article:
        """Withdraw the article from its readers."""
        actor = principal.actor()
        return self._change(principal, article_id, lambda a: decide.archive(a, actor=actor, now=now))

    def _change(
        self, principal: Principal, article_id: ArticleId, command: Command, *, seen_version: int | None = None
    ) -> Article:
        """Let `command` decide on the article's present state and store what follows; a lost race is run again."""
        principal.require(Role.AGENT)
        for _ in range(_ATTEMPTS):
            before = self._store.get(article_id)
            if seen_version is not None and seen_version != before.version:
                raise StaleArticle(article_id)
            events = command(before)
            if not events:
                return before
            after = before
            for event in events:
                after = evolve(after, event)
            after = after.with_changes(version=before.version + 1)
            try:
                self._store.append(after, events)
            except StaleArticle:
                continue
            return after
        raise StaleArticle(article_id)
