"""Asking the published search index: fetched from the bucket once, and again when a newer build is there."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from functions.kb.search_index import Hit, SearchIndex
from functions.shared.contracts.words import DeskId, Language
from functions.shared.gateways.objects import NotModified, ObjectNotFound, StoredObject

RECHECK_AFTER_S: Final = 2.0


class IndexFiles(Protocol):
    """Where built indexes lie."""

    def read(self, key: str, *, known_etag: str | None = None) -> StoredObject:
        """Raises NotModified or ObjectNotFound."""


def public_index_key(desk: DeskId) -> str:
    """The index of what everybody may read."""
    return f"search/{desk}/public.sqlite3"


def staff_index_key(desk: DeskId) -> str:
    """The index of everything published, for agents only."""
    return f"search/{desk}/staff.sqlite3"


class Search:
    """One published index. It answers from the build it has and looks for a newer one every few seconds."""

    def __init__(self, files: IndexFiles, key: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._files = files
        self._key = key
        self._clock = clock
        self._index: SearchIndex | None = None
        self._etag: str | None = None
        self._checked_at: float | None = None

    def search(
        self, query: str, *, language: Language | None = None, limit: int = 20, is_being_typed: bool = False
    ) -> Sequence[Hit]:
        """See `SearchIndex.search`; nothing before the first article was published."""
        index = self._current()
        return index.search(query, language=language, limit=limit, is_being_typed=is_being_typed) if index else []

    def find(self, query: str, language: Language, *, limit: int, is_being_typed: bool = False) -> list[Hit]:
        """Answers in `language` first, then those in other languages."""
        own = self.search(query, language=language, limit=limit, is_being_typed=is_being_typed)
        if len(own) == limit:
            return list(own)
        known = {hit.id for hit in own}
        others = self.search(query, limit=limit + len(own), is_being_typed=is_being_typed)
        return [*own, *(hit for hit in others if hit.id not in known)][:limit]

    def newest(self, language: Language, limit: int) -> Sequence[Hit]:
        """See `SearchIndex.newest`."""
        index = self._current()
        return index.newest(language, limit) if index else []

    def _current(self) -> SearchIndex | None:
        now = self._clock()
        if self._checked_at is None or now - self._checked_at >= RECHECK_AFTER_S:
            try:
                self._open(self._files.read(self._key, known_etag=self._etag))
            except NotModified:
                pass
            except ObjectNotFound:
                self._close()
            self._checked_at = now
        return self._index

    def _open(self, build: StoredObject) -> None:
        # Once it is open the file needs no name: nothing is left behind, however the function ends.
        with tempfile.NamedTemporaryFile(suffix=".sqlite3") as file:
            file.write(build.body)
            file.flush()
            index = SearchIndex(Path(file.name))
        self._close()
        self._index, self._etag = index, build.etag

    def _close(self) -> None:
        if self._index:
            self._index.close()
        self._index = self._etag = None
