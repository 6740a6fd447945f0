"""What the help centre's pages and the console's article pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.kb.words import Fragment
from functions.shared.contracts.article_events import Visibility
from functions.shared.contracts.words import Language
from functions.shared.domain.articles import ArticleStatus


@dataclass(frozen=True)
class Answer:
    """One article in a list of answers."""

    href: str
    title: str
    language: Language
    module: str
    snippet: Sequence[Fragment]
    is_internal: bool = False


@dataclass(frozen=True)
class HelpView:
    """The help centre: what was asked and found, or what is new."""

    query: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class SuggestionsView:
    """A few answers shown while somebody types."""

    answers: Sequence[Answer]
    opens_apart: bool
    """In another window, so that a half-written report is not lost."""


@dataclass(frozen=True)
class Tab:
    """A way to another part of the list."""

    name: str
    href: str
    is_current: bool
    count: int


@dataclass(frozen=True)
class ArticleRow:
    """One line of the list of articles."""

    href: str
    title: str
    status: ArticleStatus
    visibility: Visibility
    language: Language
    module: str
    is_ahead: bool
    updated_at: datetime


@dataclass(frozen=True)
class ArticlesView:
    """All articles of one status, or those that a search found."""

    query: str
    tabs: Sequence[Tab]
    rows: Sequence[ArticleRow]
    answers: Sequence[Answer]


@dataclass(frozen=True)
class EditorView:
    """An article being written."""

    url: str
    status: ArticleStatus
    is_ahead: bool
    version: int
    language: Language
    modules: Sequence[tuple[str, str]]
    visibilities: Sequence[tuple[str, str, str]]
    authors: Sequence[str]
    updated_at: datetime
    published_at: datetime | None
    ticket_reference: str | None
    public_path: str | None
    """Where readers find it; None while there is nothing for them."""
    preview: "PreviewView"

    @property
    def may_submit(self) -> bool:
        return self.status is ArticleStatus.DRAFT

    @property
    def may_publish(self) -> bool:
        return self.status is not ArticleStatus.PUBLISHED or self.is_ahead

    @property
    def may_archive(self) -> bool:
        return self.status is not ArticleStatus.ARCHIVED


@dataclass(frozen=True)
class PreviewView:
    """The parts of an article as HTML that is safe to show."""

    title: str
    symptom: str
    cause: str
    solution: str
