"""The article: its current state, how each event changes it, and what its readers see."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from itertools import chain
from typing import Any, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.contracts.article_events import (
    ArticleArchived,
    ArticleDrafted,
    ArticleEdited,
    ArticleEvent,
    ArticlePublished,
    ArticleSlug,
    ArticleSubmitted,
    ArticleText,
    Visibility,
)
from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import ArticleId, DeskId, Language, Slug, TicketId
from functions.shared.domain.references import ALPHABET
from functions.shared.domain.ticket import event_id

E = TypeVar("E", bound=ArticleEvent)

_ID_LENGTH = 12


class ArticleStatus(StrEnum):
    """Where an article stands on its way to readers."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Article(BaseModel):
    """One article as its authors see it: the fold of its events.

    `version` counts commits and guards against lost updates; `sequence` counts events. `text` is the working text;
    what readers see is the `PublishedArticle` of the last publication.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ArticleId
    desk: DeskId
    version: int = Field(ge=1)
    sequence: int = Field(ge=1)
    status: ArticleStatus = ArticleStatus.DRAFT
    text: ArticleText
    slug: ArticleSlug | None = Field(default=None, description="Fixed by the first publication, so that links last.")
    is_ahead: bool = Field(default=False, description="Edited since it was published.")
    source_ticket: TicketId | None = None
    authors: tuple[str, ...] = ()
    created_at: AwareDatetime
    updated_at: AwareDatetime
    published_at: AwareDatetime | None = None

    def happening(self, kind: type[E], *, actor: Actor, now: AwareDatetime, **fields: Any) -> E:
        """The next event of this article; the article itself does not change (see `evolve`)."""
        sequence = self.sequence + 1
        return kind.model_validate(
            {
                "event_id": event_id(self.id, sequence),
                "desk": self.desk,
                "article_id": self.id,
                "sequence": sequence,
                "occurred_at": now,
                "actor": actor,
                **fields,
            }
        )

    def with_changes(self, **changes: object) -> Self:
        """A copy with `changes`."""
        return self.model_copy(update=changes)


class PublishedArticle(BaseModel):
    """An article as its readers see it, until the next publication."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ArticleId
    slug: ArticleSlug
    text: ArticleText
    version: int
    published_at: AwareDatetime

    @classmethod
    def of(cls, article: Article) -> "PublishedArticle":
        """What `article`, just published, shows."""
        if article.slug is None or article.published_at is None:
            raise ValueError(f"{article.id} was never published")
        return cls(
            id=article.id,
            slug=article.slug,
            text=article.text,
            version=article.version,
            published_at=article.published_at,
        )

    @property
    def is_public(self) -> bool:
        return self.text.visibility is Visibility.PUBLIC

    @property
    def path(self) -> str:
        """Where the help centre shows it."""
        return f"/help/{self.text.language}/{self.slug}"


class ArticleSummary(BaseModel):
    """One line of the list of articles."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ArticleId
    status: ArticleStatus
    language: Language
    title: str
    module: Slug | None = None
    visibility: Visibility
    is_ahead: bool = False
    updated_at: AwareDatetime

    @classmethod
    def of(cls, article: Article) -> "ArticleSummary":
        """The line that shows `article`."""
        text = article.text
        return cls(
            id=article.id,
            status=article.status,
            language=text.language,
            title=text.title,
            module=text.module,
            visibility=text.visibility,
            is_ahead=article.is_ahead,
            updated_at=article.updated_at,
        )


def article_id(seed: str) -> ArticleId:
    """The id that belongs to `seed`: random text for a new article, a ticket's id for the one written from it.

    It does not betray the seed: article ids are public, ticket ids are not.
    """
    digest = hashlib.sha256(f"article:{seed}".encode()).digest()
    return "art_" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:_ID_LENGTH])


def slug_for(title: str, article_id: ArticleId) -> ArticleSlug:
    """An address for `article_id`: its letters, preceded by the Latin words of the title for people to recognise."""
    latin = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", latin))[:48].strip("-")
    letters = article_id.removeprefix("art_")
    return f"{words}-{letters}" if words else letters


def drafted(event: ArticleDrafted) -> Article:
    """The article that `event` begins."""
    return Article(
        id=event.article_id,
        desk=event.desk,
        version=1,
        sequence=event.sequence,
        text=event.text,
        source_ticket=event.source_ticket,
        authors=(event.actor.id,),
        created_at=event.occurred_at,
        updated_at=event.occurred_at,
    )


def evolve(article: Article, event: ArticleEvent) -> Article:
    """The article after `event`; its `version` is the committer's business.

    Raises:
        ValueError: `event` does not follow the article's last event.
    """
    if event.article_id != article.id or event.sequence != article.sequence + 1:
        raise ValueError(f"{event.event_id} does not follow {event_id(article.id, article.sequence)}")
    return article.with_changes(sequence=event.sequence, updated_at=event.occurred_at, **_changes(article, event))


def _changes(article: Article, event: ArticleEvent) -> dict[str, object]:
    match event:
        case ArticleEdited():
            return {
                "text": event.text,
                "is_ahead": article.status is ArticleStatus.PUBLISHED,
                "authors": tuple(dict.fromkeys(chain(article.authors, (event.actor.id,)))),
            }
        case ArticleSubmitted():
            return {"status": ArticleStatus.REVIEW}
        case ArticlePublished():
            return {
                "status": ArticleStatus.PUBLISHED,
                "slug": event.slug,
                "is_ahead": False,
                "published_at": event.occurred_at,
            }
        case ArticleArchived():
            return {"status": ArticleStatus.ARCHIVED, "is_ahead": False}
        case _:
            return {}
