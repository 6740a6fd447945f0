"""In-memory articles; they pass the contract suite of the table."""

from collections.abc import Iterator, Sequence

from functions.shared.contracts.article_events import ArticleArchived, ArticleEvent, ArticlePublished
from functions.shared.contracts.words import ArticleId
from functions.shared.domain.articles import Article, ArticleSummary, PublishedArticle
from functions.shared.domain.errors import ArticleNotFound, StaleArticle


class InMemoryArticles:
    """Behaves like `ArticleTable`."""

    def __init__(self) -> None:
        self.heads: dict[ArticleId, Article] = {}
        self.events: dict[ArticleId, list[ArticleEvent]] = {}
        self.live: dict[ArticleId, PublishedArticle] = {}
        self.slugs: dict[tuple[str, str], ArticleId] = {}

    def get(self, article_id: ArticleId) -> Article:
        try:
            return self.heads[article_id]
        except KeyError:
            raise ArticleNotFound(article_id) from None

    def append(self, article: Article, events: Sequence[ArticleEvent]) -> None:
        stored = self.heads.get(article.id)
        if (stored.version if stored else 0) != article.version - 1:
            raise StaleArticle(article.id)
        self.heads[article.id] = article
        self.events.setdefault(article.id, []).extend(events)
        for event in events:
            if isinstance(event, ArticlePublished):
                self.live[article.id] = PublishedArticle.of(article)
                self.slugs[event.language, event.slug] = article.id
            elif isinstance(event, ArticleArchived):
                self.live.pop(article.id, None)

    def history(self, article_id: ArticleId) -> list[ArticleEvent]:
        self.get(article_id)
        return list(self.events[article_id])

    def all(self) -> list[ArticleSummary]:
        ordered = sorted(self.heads.values(), key=lambda article: article.updated_at, reverse=True)
        return [ArticleSummary.of(article) for article in ordered]

    def find(self, language: str, slug: str) -> ArticleId | None:
        return self.slugs.get((language, slug))

    def published(self, article_id: ArticleId) -> PublishedArticle | None:
        return self.live.get(article_id)

    def all_published(self) -> Iterator[PublishedArticle]:
        yield from [self.live[article_id] for article_id in sorted(self.live)]
