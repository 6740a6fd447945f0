"""The articles' events: stored as their history and published on the bus, under the same promise as the ticket's.

The text of an article travels in drafts and edits only. Whoever needs a published text reads the published article:
between an event and its reader it may have been replaced or withdrawn.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.shared.contracts.events import Event, Value
from functions.shared.contracts.words import ArticleId, Language, Slug, TicketId

ArticleSlug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Visibility(StrEnum):
    """Who may read an article once it is published."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ArticleText(Value):
    """What an article says; the three parts are Markdown. Small enough that an event carries it whole."""

    language: Language
    title: Title
    symptom: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8_000)] = ""
    cause: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8_000)] = ""
    solution: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24_000)] = ""
    module: Slug | None = None
    visibility: Visibility = Visibility.PUBLIC


class ArticleEvent(Event):
    """Something that happened to one article."""

    article_id: ArticleId

    @classmethod
    def name(cls) -> str:
        """The event's name on the bus (EventBridge `detail-type`)."""
        return cls.__name__


class ArticleDrafted(ArticleEvent):
    """An article was begun, out of a solved ticket or from nothing."""

    type: Literal["ArticleDrafted"] = "ArticleDrafted"
    text: ArticleText
    source_ticket: TicketId | None = None


class ArticleEdited(ArticleEvent):
    """The working text was replaced; readers see it from the next publication on."""

    type: Literal["ArticleEdited"] = "ArticleEdited"
    text: ArticleText


class ArticleSubmitted(ArticleEvent):
    """The author holds the article ready for publication and asks for a second pair of eyes."""

    type: Literal["ArticleSubmitted"] = "ArticleSubmitted"


class ArticlePublished(ArticleEvent):
    """The working text became what readers see, at `/help/{language}/{slug}` where it is public."""

    type: Literal["ArticlePublished"] = "ArticlePublished"
    language: Language
    slug: ArticleSlug
    title: Title
    module: Slug | None = None
    visibility: Visibility
    source_ticket: TicketId | None = None


class ArticleArchived(ArticleEvent):
    """The article was withdrawn; `slug` is None where it never was published."""

    type: Literal["ArticleArchived"] = "ArticleArchived"
    language: Language
    slug: ArticleSlug | None = None


AnyArticleEvent = Annotated[
    ArticleDrafted | ArticleEdited | ArticleSubmitted | ArticlePublished | ArticleArchived,
    Field(discriminator="type"),
]
