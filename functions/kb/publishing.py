"""What readers see is made to follow what was published: pages in the site bucket, and the search indexes."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from functions.kb.search import public_index_key, staff_index_key
from functions.kb.search_index import build_index, contents_of
from functions.shared.contracts.article_events import Visibility
from functions.shared.contracts.words import ArticleId, DeskId, Language
from functions.shared.domain.articles import PublishedArticle
from functions.shared.gateways.objects import ObjectNotFound, Overtaken, SeenObject

_ATTEMPTS: Final = 10
_SQLITE: Final = "application/vnd.sqlite3"


class PublishedArticles(Protocol):
    """What readers are to see."""

    def published(self, article_id: ArticleId) -> PublishedArticle | None: ...

    def all_published(self) -> Iterator[PublishedArticle]: ...


class Site(Protocol):
    """Where finished pages lie."""

    def put(self, key: str, body: bytes, content_type: str) -> None: ...

    def delete(self, key: str) -> None: ...


class Indexes(Protocol):
    """Where built indexes lie."""

    def look(self, key: str) -> SeenObject:
        """Raises ObjectNotFound."""

    def replace(self, key: str, body: bytes, content_type: str, *, seen_etag: str | None, note: str = "") -> None:
        """Raises Overtaken."""


def page_key(language: str, slug: str) -> str:
    """Where the page of an article lies in the site bucket."""
    return f"help/{language}/{slug}.html"


class Publishing:
    """Follows publications. Each step looks at what is published now, so repeats and late events do no harm."""

    def __init__(
        self,
        desk: DeskId,
        articles: PublishedArticles,
        site: Site,
        indexes: Indexes,
        render: Callable[[PublishedArticle], str],
    ) -> None:
        """`render` gives the finished page of an article."""
        self._desk = desk
        self._articles = articles
        self._site = site
        self._indexes = indexes
        self._render = render

    def follow(self, article_id: ArticleId, language: Language, slug: str) -> None:
        """Make the page at `language`/`slug` show the article, or be gone if it is not for everybody.

        Whoever writes last looks last: a page written from a version that was replaced meanwhile is written again.
        """
        key = page_key(language, slug)
        for _ in range(_ATTEMPTS):
            article = self._articles.published(article_id)
            if article and article.is_public:
                self._site.put(key, self._render(article).encode(), "text/html; charset=utf-8")
            else:
                self._site.delete(key)
            if self._articles.published(article_id) == article:
                return
        raise Overtaken(key)

    def rebuild_indexes(self) -> None:
        """Make both search indexes hold what is published now."""
        self._rebuild(public_index_key(self._desk), (Visibility.PUBLIC,))
        self._rebuild(staff_index_key(self._desk), tuple(Visibility))

    def _rebuild(self, key: str, shown: Sequence[Visibility]) -> None:
        """Replace the index under `key` by one built from articles read after the one it replaces.

        Of two rebuilds at the same time one is refused and begins again with a fresh reading, so that the last index
        stored is never the older one. An index that holds these articles already is left alone.
        """
        for _ in range(_ATTEMPTS):
            seen = self._look(key)
            articles = [article for article in self._articles.all_published() if article.text.visibility in shown]
            contents = contents_of(articles)
            if seen and seen.note == contents:
                return
            try:
                self._indexes.replace(
                    key, _built(articles), _SQLITE, seen_etag=seen.etag if seen else None, note=contents
                )
            except Overtaken:
                continue
            return
        raise Overtaken(key)

    def _look(self, key: str) -> SeenObject | None:
        try:
            return self._indexes.look(key)
        except ObjectNotFound:
            return None


def _built(articles: Iterable[PublishedArticle]) -> bytes:
    # The random mark keeps two builds of the same articles apart: an ETag that came back would let a rebuild that
    # began before both pass for the newest.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "search.sqlite3")
        build_index(path, articles, mark=str(uuid4()))
        return path.read_bytes()
