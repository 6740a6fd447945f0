"""The console's article pages: the list, and the editor with its preview."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import ValidationError

from functions.kb.api import ticket_named
from functions.kb.pages.article import parts_of
from functions.kb.pages.help_centre import answers
from functions.kb.pages.views import ArticleRow, ArticlesView, EditorView, Tab
from functions.kb.wiring import articles, cookies, desk_config, forms, known, sessions, settings, staff_search
from functions.shared.contracts.article_events import ArticleText, Visibility
from functions.shared.contracts.words import ArticleId, Language
from functions.shared.domain.articles import Article, ArticleStatus, ArticleSummary
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import InvalidInput, StaleArticle
from functions.shared.domain.findings import refused
from functions.shared.domain.references import reference
from functions.shared.identity.console import console_pages, form_token, session_of
from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.languages import catalogue
from functions.shared.pages.requests import PageRequest, Pages, go

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_BEHIND_SIGN_IN: Final = [console_pages(sessions, forms, known)]
_FOUND: Final = 30
_ACTS: Final = ("save", "submit", "publish", "archive")


@router.get("/desk/articles", middlewares=_BEHIND_SIGN_IN)
def list_articles() -> Response[Any]:
    """All articles by status, or those that answer `q`."""
    visit = _Visit()
    query, wanted = visit.request.query.get("q", "").strip()[:200], visit.request.query.get("status", "")
    hits = staff_search().find(query, visit.language, limit=_FOUND) if query else []
    lines = articles().all(visit.principal)
    shown = [line for line in lines if wanted in ("", line.status)]
    view = ArticlesView(
        query=query,
        tabs=_tabs(lines, wanted, visit.language),
        rows=[_row(line, visit.config, visit.language) for line in shown],
        answers=answers(hits, visit.config, visit.language),
    )
    return visit.show("kb/pages/articles.html", view=view)


@router.post("/desk/articles", middlewares=_BEHIND_SIGN_IN)
def begin_article() -> Response[Any]:
    """Begin an article: from the ticket named in the form, or with nothing but a title."""
    visit = _Visit()
    form = visit.request.form
    if ticket := form.text("ticket"):
        ticket_id = ticket_named(ticket)
        article, _ = articles().draft_from_ticket(visit.principal, ticket_id, now=visit.now)
    else:
        text = _text(form, Form.of(language=visit.language))
        article = articles().write(visit.principal, text, now=visit.now)
    return go(_url(article.id))


@router.post("/desk/articles/preview", middlewares=_BEHIND_SIGN_IN)
def preview() -> Response[Any]:
    """The text of the editor as readers would see it."""
    visit = _Visit()
    form = visit.request.form
    try:
        text = _text(form)
    except InvalidInput:
        text = ArticleText(language=visit.language, title="…")
    return visit.show("kb/pages/preview.html", parts=parts_of(text))


@router.get("/desk/articles/<article_id>", middlewares=_BEHIND_SIGN_IN)
def edit_article(article_id: ArticleId) -> Response[Any]:
    """The editor."""
    visit = _Visit()
    article = articles().read(visit.principal, article_id)
    done = visit.request.query.get("done", "")
    notice = catalogue(visit.language).text(f"kb.done.{done}") if done in _ACTS else ""
    return _editor(visit, article, _form_of(article.text), notice=notice)


@router.post("/desk/articles/<article_id>", middlewares=_BEHIND_SIGN_IN)
def save_article(article_id: ArticleId) -> Response[Any]:
    """Store the text, and then do what the button said: nothing more, send to review, publish, archive."""
    visit = _Visit()
    form, words = visit.request.form, catalogue(visit.language)
    act = form.text("do") if form.text("do") in _ACTS else "save"
    principal, now = visit.principal, visit.now
    try:
        if act == "archive":
            articles().archive(principal, article_id, now=now)
        else:
            article = articles().edit(principal, article_id, _text(form), seen_version=_version(form), now=now)
            if act == "submit":
                articles().submit(principal, article_id, now=now)
            elif act == "publish":
                articles().publish(principal, article_id, now=now, seen_version=article.version)
    except InvalidInput as error:
        again = form.with_errors(visit.request.told(error.errors))
        return _editor(visit, articles().read(principal, article_id), again, refused=True)
    except StaleArticle:
        again = form.with_errors({"": words.text("kb.wrong.stale")})
        return _editor(visit, articles().read(principal, article_id), again, refused=True)
    return go(f"{_url(article_id)}?{urlencode({'done': act})}")


class _Visit:
    """One request of a signed-in agent."""

    def __init__(self) -> None:
        self.config = desk_config()
        self.request = PageRequest(router.current_event, cookies(), self.config.desk.default_language)
        self.language = self.request.language
        self.now = datetime.now(UTC)
        self._session = session_of(router)
        self.principal = self._session.principal

    def show(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **view: Any) -> Response[Any]:
        """A page whose forms carry this session's token."""
        return _pages().show(
            self.request,
            template,
            status=status,
            principal=self.principal,
            now=self.now,
            zone=ZoneInfo(self.config.desk.timezone),
            csrf_token=form_token(self._session, forms(), now=self.now),
            desk_name=self.config.desk.name.in_language(self.language),
            **view,
        )


@cache
def _pages() -> Pages:
    """Pages whose sign-out form ends at the sign-in service."""
    address = urlsplit(settings().sign_in_url)
    return Pages(sign_in_at=[f"{address.scheme}://{address.netloc}"])


def _editor(visit: _Visit, article: Article, form: Form, *, notice: str = "", refused: bool = False) -> Response[Any]:
    text, language, config = article.text, visit.language, visit.config
    words = catalogue(language)
    is_read = article.status is ArticleStatus.PUBLISHED and article.slug
    view = EditorView(
        url=_url(article.id),
        status=article.status,
        is_ahead=article.is_ahead,
        version=article.version,
        language=text.language,
        modules=[(module.id, module.name.in_language(language)) for module in config.modules],
        visibilities=[
            (kind, words.text(f"kb.visibility.{kind}"), words.text(f"kb.visibility.{kind}_why")) for kind in Visibility
        ],
        authors=_names(article.authors, config),
        updated_at=article.updated_at,
        published_at=article.published_at,
        ticket_reference=reference(article.source_ticket, config.desk.prefix) if article.source_ticket else None,
        public_path=f"/help/{text.language}/{article.slug}" if is_read and _is_public(article) else None,
        preview=parts_of(text),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return visit.show("kb/pages/editor.html", status=status, view=view, form=form, notice=notice)


def _is_public(article: Article) -> bool:
    return article.text.visibility is Visibility.PUBLIC


def _text(form: Form, defaults: Form = EMPTY) -> ArticleText:
    """The article's text in the form; raises InvalidInput naming the fields that cannot be."""
    fields = ("language", "title", "symptom", "cause", "solution", "module", "visibility")
    values = {name: value for name in fields if (value := form.text(name) or defaults.text(name))}
    try:
        return ArticleText.model_validate(values)
    except ValidationError as error:
        raise refused(error) from error


def _version(form: Form) -> int:
    return int(form.text("version")) if form.text("version").isdecimal() else 0


def _form_of(text: ArticleText) -> Form:
    return Form.of(
        title=text.title,
        symptom=text.symptom,
        cause=text.cause,
        solution=text.solution,
        module=text.module or "",
        visibility=text.visibility,
    )


def _tabs(lines: Iterable[ArticleSummary], wanted: str, language: Language) -> list[Tab]:
    words = catalogue(language)
    counts = Counter(line.status for line in lines)
    every = Tab(words.text("kb.console.all"), "/desk/articles", not wanted, counts.total())
    return [every] + [
        Tab(words.text(f"kb.status.{status}"), f"/desk/articles?status={status}", wanted == status, counts[status])
        for status in ArticleStatus
    ]


def _row(line: ArticleSummary, config: DeskConfig, language: Language) -> ArticleRow:
    module = config.module(line.module)
    return ArticleRow(
        href=_url(line.id),
        title=line.title,
        status=line.status,
        visibility=line.visibility,
        language=line.language,
        module=module.name.in_language(language) if module else "",
        is_ahead=line.is_ahead,
        updated_at=line.updated_at,
    )


def _names(people: Iterable[str], config: DeskConfig) -> list[str]:
    return [person.name if (person := config.person(id_)) else id_ for id_ in people]


def _url(article_id: ArticleId) -> str:
    return f"/desk/articles/{article_id}"
