"""The articles' API: everybody searches and reads what is public; agents write, publish and withdraw."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.kb.search_index import Hit
from functions.kb.wiring import articles, desk_config, principal_of, public_search, settings, staff_search
from functions.shared.contracts.article_events import ArticleText, Visibility
from functions.shared.contracts.words import ArticleId, Language, TicketId
from functions.shared.domain.articles import Article, ArticleStatus, ArticleSummary, PublishedArticle
from functions.shared.domain.errors import InvalidInput, NotSignedIn, TicketNotFound
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.identity.principal import Principal

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_ARTICLE = "/api/v1/articles/<article_id>"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Written(ArticleText):
    """A text as it is sent: a field that is misspelt is no field left out, such as who may read the article."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_text(self) -> ArticleText:
        """The same as it is kept."""
        return ArticleText.model_validate(self.model_dump())


class NewArticle(_Body):
    """What an article begins with: a ticket (its reference), or a text."""

    ticket: Annotated[str, StringConstraints(max_length=40)] | None = None
    text: _Written | None = None


class NewText(_Body):
    """A text in place of the one that the caller saw as `version`."""

    version: int = Field(ge=1)
    text: _Written


class SnippetPart(BaseModel):
    text: str
    is_hit: bool


class FoundArticle(BaseModel):
    """An article that answers a question; `url` is where the caller reads it."""

    id: ArticleId
    language: Language
    slug: str
    title: str
    module: str | None
    visibility: Visibility
    url: str
    snippet: list[SnippetPart]

    @classmethod
    def of(cls, hit: Hit, public_url: str) -> "FoundArticle":
        is_public = hit.visibility is Visibility.PUBLIC
        return cls(
            id=hit.id,
            language=hit.language,
            slug=hit.slug,
            title=hit.title,
            module=hit.module,
            visibility=hit.visibility,
            url=public_url + (f"/help/{hit.language}/{hit.slug}" if is_public else f"/desk/articles/{hit.id}"),
            snippet=[SnippetPart(text=part.text, is_hit=part.is_hit) for part in hit.snippet],
        )


class FoundArticles(BaseModel):
    """Best first."""

    articles: list[FoundArticle]


class ArticleList(BaseModel):
    """The one changed last first."""

    articles: list[ArticleSummary]


@router.get("/api/v1/articles")
def search(
    q: Annotated[str, Query(max_length=300)] = "",
    language: Annotated[Language | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> FoundArticles:
    """Published articles that answer `q`, in any language unless one is named; without `q` the newest of one."""
    principal = principal_of(router.current_event)
    index = staff_search() if principal and principal.is_staff else public_search()
    if q.strip():
        hits = index.search(q, language=language, limit=limit)
    else:
        hits = index.newest(language or desk_config().desk.default_language, limit)
    return FoundArticles(articles=[FoundArticle.of(hit, settings().public_url) for hit in hits])


@router.get("/api/v1/articles/all")
def list_all(status: Annotated[ArticleStatus | None, Query()] = None) -> ArticleList:
    """For agents: every article, published or not."""
    lines = articles().all(_staff())
    return ArticleList(articles=[line for line in lines if status in (None, line.status)])


@router.get(_ARTICLE)
def read(article_id: ArticleId) -> Article | PublishedArticle:
    """The article: for agents as its authors see it, for everybody else as it was published."""
    principal = principal_of(router.current_event)
    if principal and principal.is_staff:
        return articles().read(principal, article_id)
    return articles().read_published(article_id)


@router.post("/api/v1/articles")
def begin(new: NewArticle) -> Response[str]:
    """Draft an article out of a ticket, or from a text. A ticket has one article: asking again gives the same."""
    principal, now = _staff(), datetime.now(UTC)
    if (new.ticket is None) == (new.text is None):
        raise InvalidInput.of("ticket", "one_of", Saying.of("objection.ticket_or_text"))
    if new.text:
        article, is_new = articles().write(principal, new.text.as_text(), now=now), True
    else:
        article, is_new = articles().draft_from_ticket(principal, ticket_named(new.ticket or ""), now=now)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return Response(status, content_types.APPLICATION_JSON, article.model_dump_json())


@router.put(_ARTICLE)
def edit(article_id: ArticleId, new: NewText) -> Article:
    """Replace the working text; readers see it once it is published."""
    text = new.text.as_text()
    return articles().edit(_staff(), article_id, text, seen_version=new.version, now=datetime.now(UTC))


@router.post(f"{_ARTICLE}/submit")
def submit(article_id: ArticleId) -> Article:
    """Hand the draft to a second pair of eyes."""
    return articles().submit(_staff(), article_id, now=datetime.now(UTC))


@router.post(f"{_ARTICLE}/publish")
def publish(article_id: ArticleId) -> Article:
    """Let readers see the working text."""
    return articles().publish(_staff(), article_id, now=datetime.now(UTC))


@router.post(f"{_ARTICLE}/archive")
def archive(article_id: ArticleId) -> Article:
    """Withdraw the article from its readers."""
    return articles().archive(_staff(), article_id, now=datetime.now(UTC))


def ticket_named(text: str) -> TicketId:
    """The ticket that `text` names, by reference or id.

    Raises:
        TicketNotFound: it names none.
    """
    if re.fullmatch(r"tkt_[0-9a-z]{8,32}", text):
        return text
    ticket_id = parse_reference(text, desk_config().desk.prefix)
    if ticket_id is None:
        raise TicketNotFound(text)
    return ticket_id


def _staff() -> Principal:
    principal = principal_of(router.current_event)
    if principal is None:
        raise NotSignedIn
    return principal
