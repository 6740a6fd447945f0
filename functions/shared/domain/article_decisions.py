"""What may happen to an article: pure commands that return the events which follow, or refuse.

An empty list means that the wish is already fulfilled.
"""

from collections.abc import Callable, Sequence

from pydantic import AwareDatetime

from functions.shared.contracts.article_events import (
    ArticleArchived,
    ArticleDrafted,
    ArticleEdited,
    ArticleEvent,
    ArticlePublished,
    ArticleSubmitted,
    ArticleText,
)
from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import ArticleId, DeskId, TicketId
from functions.shared.domain.articles import Article, ArticleStatus, slug_for
from functions.shared.domain.errors import FieldError, IllegalTransition, InvalidInput
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import event_id

Command = Callable[[Article], Sequence[ArticleEvent]]


def draft(
    article_id: ArticleId,
    text: ArticleText,
    *,
    desk: DeskId,
    actor: Actor,
    now: AwareDatetime,
    source_ticket: TicketId | None = None,
) -> ArticleDrafted:
    """The first event of a new article."""
    return ArticleDrafted(
        event_id=event_id(article_id, 1),
        desk=desk,
        article_id=article_id,
        sequence=1,
        occurred_at=now,
        actor=actor,
        text=text,
        source_ticket=source_ticket,
    )


def edit(article: Article, text: ArticleText, *, actor: Actor, now: AwareDatetime) -> list[ArticleEvent]:
    """The working text becomes `text`.

    Raises:
        InvalidInput: it would move a published article to another language, and its links with it.
    """
    if article.slug and text.language is not article.text.language:
        raise InvalidInput.of("language", "fixed", Saying.of("objection.language_fixed"))
    if text == article.text:
        return []
    return [article.happening(ArticleEdited, actor=actor, now=now, text=text)]


def submit(article: Article, *, actor: Actor, now: AwareDatetime) -> list[ArticleEvent]:
    """The draft goes to review.

    Raises:
        IllegalTransition: the article is past review.
    """
    if article.status is ArticleStatus.REVIEW:
        return []
    if article.status is not ArticleStatus.DRAFT:
        raise IllegalTransition(Saying.of("reason.article_is", status=Saying.of(f"kb.status.{article.status}")))
    return [article.happening(ArticleSubmitted, actor=actor, now=now)]


def publish(article: Article, *, actor: Actor, now: AwareDatetime) -> list[ArticleEvent]:
    """The working text becomes what readers see; also brings an archived article back.

    Raises:
        InvalidInput: symptom or solution is empty.
    """
    if article.status is ArticleStatus.PUBLISHED and not article.is_ahead:
        return []
    text = article.text
    if empty := [name for name in ("symptom", "solution") if not getattr(text, name)]:
        raise InvalidInput([FieldError(name, "required", Saying.of("kb.wrong.required")) for name in empty])
    return [
        article.happening(
            ArticlePublished,
            actor=actor,
            now=now,
            language=text.language,
            slug=article.slug or slug_for(text.title, article.id),
            title=text.title,
            module=text.module,
            visibility=text.visibility,
            source_ticket=article.source_ticket,
        )
    ]


def archive(article: Article, *, actor: Actor, now: AwareDatetime) -> list[ArticleEvent]:
    """The article is withdrawn from its readers, and kept."""
    if article.status is ArticleStatus.ARCHIVED:
        return []
    return [article.happening(ArticleArchived, actor=actor, now=now, language=article.text.language, slug=article.slug)]
