"""The help centre: search, suggestions while somebody types, and the finished pages."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import TypeAdapter, ValidationError

from functions.kb.pages.views import Answer, HelpView, SuggestionsView
from functions.kb.publishing import page_key
from functions.kb.search_index import Hit
from functions.kb.wiring import cookies, desk_config, public_search, site, wiring
from functions.shared.contracts.article_events import ArticleSlug, Visibility
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.objects import NotModified, ObjectNotFound
from functions.shared.identity.console import sign_in_path
from functions.shared.pages.rendering import security_headers
from functions.shared.pages.requests import HTML, PageRequest, Pages
from functions.shared.problems import Problem

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_SHOWN: Final = 20
_SUGGESTED: Final = 3
_ASK_AGAIN: Final = "public, no-cache"
"""Kept by browsers, but asked for each time: a withdrawn article is gone at once, an unchanged one costs no bytes."""

_OUR_ETAG: Final = re.compile(r'(?:W/)?("[0-9a-f-]{1,80}")')
_ADDRESS: TypeAdapter[tuple[Language, ArticleSlug]] = TypeAdapter(tuple[Language, ArticleSlug])


@router.get("/help")
def home() -> Response[Any]:
    """The help centre's first page."""
    request = page_request()
    hits = public_search().newest(request.language, _SHOWN)
    return _show(request, "kb/pages/help.html", HelpView("", answers(hits, desk_config(), request.language)))


@router.get("/help/search")
def search() -> Response[Any]:
    """Articles that answer `q`; only their list where the page itself asks while somebody types."""
    request = page_request()
    headers = request.event.headers
    is_fragment = headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"
    query = request.query.get("q", "").strip()[:200]
    if query:
        hits = public_search().find(query, request.language, limit=_SHOWN, is_being_typed=is_fragment)
    else:
        hits = list(public_search().newest(request.language, _SHOWN))
    template = "kb/pages/help_answers.html" if is_fragment else "kb/pages/help.html"
    return _show(request, template, HelpView(query, answers(hits, desk_config(), request.language)))


@router.get("/help/suggest")
def suggest() -> Response[Any]:
    """A few articles about what somebody is about to ask, for the search box and the report form; nothing if none."""
    request = page_request()
    query = (request.query.get("q") or request.query.get("title") or "").strip()[:200]
    hits = public_search().find(query, request.language, limit=_SUGGESTED, is_being_typed=True) if query else []
    # Elsewhere than in a search box somebody is filling in a form, which must stay as it is.
    opens_apart = request.event.headers.get("hx-trigger-name") != "q"
    view = SuggestionsView(answers(hits, desk_config(), request.language), opens_apart)
    return _show(request, "kb/pages/suggest.html", view)


@router.get("/help/<language>/<slug>")
def article(language: str, slug: str) -> Response[Any]:
    """The finished page of an article."""
    request = page_request()
    asked = _OUR_ETAG.fullmatch(request.event.headers.get("if-none-match", ""))
    known_etag = asked[1] if asked else None
    try:
        found = site().read(page_key(*_ADDRESS.validate_python((language, slug))), known_etag=known_etag)
    except NotModified:
        return Response(HTTPStatus.NOT_MODIFIED, headers={"ETag": known_etag or "", "Cache-Control": _ASK_AGAIN})
    except (ValidationError, ObjectNotFound):
        return _show(request, "kb/pages/missing.html", None, status=HTTPStatus.NOT_FOUND)
    headers = {**security_headers(), "ETag": found.etag, "Cache-Control": _ASK_AGAIN}
    return Response(HTTPStatus.OK, HTML, found.body.decode(), headers=headers)


def problem_page(problem: Problem) -> Response[Any]:
    """What a browser sees of a failure."""
    request = PageRequest(router.current_event, cookies(), wiring().language())
    if problem.status == HTTPStatus.UNAUTHORIZED:
        way_on = sign_in_path("/desk/articles")
        return Pages().problem(
            request, problem, way_on=way_on, way_on_key="problem_page.sign_in", sentence_key="sign_in.expired"
        )
    if request.path.startswith("/desk"):
        return Pages().problem(request, problem, way_on="/desk/articles", way_on_key="kb.console.back")
    return Pages().problem(request, problem, way_on="/help", way_on_key="nav.help")


def page_request() -> PageRequest:
    """The request being answered, in its reader's language."""
    return PageRequest(router.current_event, cookies(), desk_config().desk.default_language)


def answers(hits: Iterable[Hit], config: DeskConfig, language: Language) -> Sequence[Answer]:
    """`hits` as the pages list them; an internal one leads into the console."""
    found = []
    for hit in hits:
        module = config.module(hit.module)
        is_internal = hit.visibility is Visibility.INTERNAL
        found.append(
            Answer(
                href=f"/desk/articles/{hit.id}" if is_internal else f"/help/{hit.language}/{hit.slug}",
                title=hit.title,
                language=hit.language,
                module=module.name.in_language(language) if module else "",
                snippet=hit.snippet,
                is_internal=is_internal,
            )
        )
    return found


def _show(request: PageRequest, template: str, view: object, *, status: HTTPStatus = HTTPStatus.OK) -> Response[Any]:
    name = desk_config().desk.name.in_language(request.language)
    return Pages().show(request, template, status=status, view=view, desk_name=name)
