"""The search index: one SQLite file with FTS5, built from all articles it may show, and asked read-only.

A file holds only what its readers may see, so the file is the permission: there is one for everybody and one for
agents. How words are cut is `words.py`'s business; the tokenizer inside SQLite only splits at spaces and stems English.
"""

import hashlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from functions.kb.markdown import plain
from functions.kb.words import Fragment, Term, indexed_words, query_terms, snippet
from functions.shared.contracts.article_events import Visibility
from functions.shared.contracts.words import Language
from functions.shared.domain.articles import PublishedArticle

# A question of several terms is answered by articles that have this share of them; two are enough for any sentence.
_MIN_COVERAGE = 0.3
_ENOUGH_TERMS = 2
_CANDIDATES = 60
FORMAT = "1"
"""To be raised whenever words are cut or stored otherwise: older indexes are then built anew."""

_COLUMNS = "a.number, a.id, a.language, a.slug, a.title, a.body, a.module, a.visibility"
_SCHEMA = """
CREATE TABLE meta (mark TEXT NOT NULL);
CREATE TABLE article (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, language TEXT NOT NULL, slug TEXT NOT NULL, title TEXT NOT NULL,
    body BLOB NOT NULL, module TEXT, visibility TEXT NOT NULL, published_at TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(
    title, symptom, solution, content='', tokenize="porter unicode61 remove_diacritics 2"
);
"""


class SearchUnavailable(RuntimeError):
    """Search cannot work here: this Python's SQLite lacks FTS5."""


class Hit(NamedTuple):
    """One article found, best first in a list."""

    id: str
    language: Language
    slug: str
    title: str
    module: str | None
    visibility: Visibility
    snippet: Sequence[Fragment]


def require_fts5() -> None:
    """Raise SearchUnavailable where SQLite was built without FTS5; called when a function starts."""
    with closing(sqlite3.connect(":memory:")) as probe:
        try:
            probe.execute("CREATE VIRTUAL TABLE probe USING fts5(word)")
        except sqlite3.OperationalError as error:
            raise SearchUnavailable(f"SQLite {sqlite3.sqlite_version}: {error}") from error


def contents_of(articles: Iterable[PublishedArticle]) -> str:
    """What an index of `articles` holds, as a digest: the same for the same publications."""
    lines = sorted(f"{article.id} {article.version}" for article in articles)
    return hashlib.sha256("\n".join([FORMAT, *lines]).encode()).hexdigest()


def build_index(path: Path, articles: Iterable[PublishedArticle], *, mark: str) -> None:
    """Write the index of `articles` to `path`, a new file; `mark` makes it differ from any other build."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = OFF")  # a build that fails is thrown away whole
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO meta VALUES (?)", (mark,))
        for number, article in enumerate(articles, start=1):
            text = article.text
            symptom, solution = plain(text.symptom), plain(f"{text.cause}\n\n{text.solution}")
            database.execute(
                "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    article.id,
                    text.language,
                    article.slug,
                    text.title,
                    zlib.compress(f"{symptom} {solution}".encode()),
                    text.module,
                    text.visibility,
                    article.published_at.isoformat(),
                ),
            )
            database.execute(
                "INSERT INTO words (rowid, title, symptom, solution) VALUES (?, ?, ?, ?)",
                (number, *(" ".join(indexed_words(part)) for part in (text.title, symptom, solution))),
            )
        database.execute("INSERT INTO words (words) VALUES ('optimize')")


class _Row(NamedTuple):
    number: int
    id: str
    language: str
    slug: str
    title: str
    body: bytes
    module: str | None
    visibility: str


class SearchIndex:
    """One built index, open for questions."""

    def __init__(self, path: Path) -> None:
        # `immutable` skips locks and journals: a built file never changes, a newer build is another file.
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.mark: str = self._database.execute("SELECT mark FROM meta").fetchone()[0]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def search(
        self, query: str, *, language: Language | None = None, limit: int = 20, is_being_typed: bool = False
    ) -> list[Hit]:
        """The articles that answer `query`, best first.

        Those with all its terms come first. A sentence rarely has one, so those follow that have a good part of its
        terms. Title counts more than symptom, symptom more than solution.

        Args:
            query: Words in any language; Chinese needs no spaces, and one character is enough.
            language: Only articles in this language; all without it.
            limit: At most this many.
            is_being_typed: The last Latin word may be unfinished.
        """
        terms = query_terms(query[:300], is_being_typed=is_being_typed)
        if not terms:
            return []
        found = self._match(terms, " AND ", language)
        if len(found) < limit and len(terms) > 1:
            found += [row for row in self._match_in_part(terms, language) if row not in found]
        return [_hit(row, terms) for row in found[:limit]]

    def newest(self, language: Language, limit: int) -> list[Hit]:
        """The articles of `language` published last."""
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM article a WHERE a.language = ? ORDER BY a.published_at DESC, a.id LIMIT ?",
            (language, limit),
        )
        return [_hit(_Row(*row), []) for row in rows]

    def _match(self, terms: Sequence[Term], operator: str, language: Language | None) -> list[_Row]:
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM words JOIN article a ON a.number = words.rowid"
            " WHERE words MATCH ? AND (? IS NULL OR a.language = ?)"
            " ORDER BY bm25(words, 8.0, 3.0, 1.0), a.published_at DESC, a.id LIMIT ?",
            (operator.join(map(_expression, terms)), language, language, _CANDIDATES),
        )
        return [_Row(*row) for row in rows]

    def _match_in_part(self, terms: Sequence[Term], language: Language | None) -> list[_Row]:
        matched = Counter(
            number
            for term in terms
            for (number,) in self._database.execute("SELECT rowid FROM words WHERE words MATCH ?", (_expression(term),))
        )
        enough = min(_ENOUGH_TERMS, _MIN_COVERAGE * len(terms))
        return [row for row in self._match(terms, " OR ", language) if matched[row.number] >= enough]


def _expression(term: Term) -> str:
    """`term` in FTS5's query language; terms hold letters and digits only, so nothing needs escaping."""
    return f'"{term.word}"{"*" if term.is_prefix else ""}'


def _hit(row: _Row, terms: Sequence[Term]) -> Hit:
    return Hit(
        row.id,
        Language(row.language),
        row.slug,
        row.title,
        row.module,
        Visibility(row.visibility),
        snippet(zlib.decompress(row.body).decode(), list(terms)),
    )
