"""The help centre: search, suggestions while somebody types, and the finished pages."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import TypeAdapter, ValidationError

from functions.kb.browser import NO_CACHE, language_of, page, parameter
from functions.kb.pages.views import Answer, HelpView, SuggestionsView
from functions.kb.publishing import page_key
from functions.kb.search_index import Hit
from functions.kb.wiring import desk_config, public_search, site
from functions.shared.contracts.article_events import ArticleSlug, Visibility
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.objects import NotModified, ObjectNotFound
from functions.shared.pages.rendering import render

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_SHOWN: Final = 20
_SUGGESTED: Final = 3
_ASK_AGAIN: Final = "public, no-cache"
"""Kept by browsers, but asked for each time: a withdrawn article is gone at once, an unchanged one costs no bytes."""

_ADDRESS: TypeAdapter[tuple[Language, ArticleSlug]] = TypeAdapter(tuple[Language, ArticleSlug])


@router.get("/help")
def home() -> Response[str]:
    """The help centre's first page."""
    config = desk_config()
    language = language_of(router.current_event, config.desk.default_language)
    hits = public_search().newest(language, _SHOWN)
    return _help_page(config, language, HelpView("", answers(hits, config, language)))


@router.get("/help/search")
def search() -> Response[str]:
    """Articles that answer `q`; only their list where the page itself asks while somebody types."""
    event = router.current_event
    config = desk_config()
    language = language_of(event, config.desk.default_language)
    query = parameter(event, "q")[:200]
    hits = (
        public_search().find(query, language, limit=_SHOWN, is_being_typed=_is_fragment())
        if query
        else (public_search().newest(language, _SHOWN))
    )
    view = HelpView(query, answers(hits, config, language))
    if _is_fragment():
        return _fragment(render("kb/pages/help_answers.html", language, view=view))
    return _help_page(config, language, view)


@router.get("/help/suggest")
def suggest() -> Response[str]:
    """A few articles about what somebody is about to ask, for the search box and the report form; nothing if none."""
    event = router.current_event
    config = desk_config()
    language = language_of(event, config.desk.default_language)
    query = (parameter(event, "q") or parameter(event, "title"))[:200]
    hits = public_search().find(query, language, limit=_SUGGESTED, is_being_typed=True) if query else []
    # Elsewhere than in a search box somebody is filling in a form, which must stay as it is.
    view = SuggestionsView(answers(hits, config, language), event.headers.get("hx-trigger-name") != "q")
    return _fragment(render("kb/pages/suggest.html", language, view=view))


@router.get("/help/<language>/<slug>")
def article(language: str, slug: str) -> Response[Any]:
    """The finished page of an article."""
    event = router.current_event
    try:
        key = page_key(*_ADDRESS.validate_python((language, slug)))
        found = site().read(key, known_etag=event.headers.get("if-none-match"))
    except NotModified:
        headers = {"ETag": event.headers["if-none-match"], "Cache-Control": _ASK_AGAIN}
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    except (ValidationError, ObjectNotFound):
        config = desk_config()
        wanted = language_of(event, config.desk.default_language)
        html = render("kb/pages/missing.html", wanted, path="/help", desk_name=config.desk.name.in_language(wanted))
        return page(html, HTTPStatus.NOT_FOUND)
    headers = {"ETag": found.etag, "Cache-Control": _ASK_AGAIN}
    return page(found.body.decode(), headers=headers)


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


def _help_page(config: DeskConfig, language: Language, view: HelpView) -> Response[str]:
    name = config.desk.name.in_language(language)
    html = render("kb/pages/help.html", language, path="/help", view=view, desk_name=name)
    return page(html, headers={**NO_CACHE, "Vary": "HX-Request"})


def _is_fragment() -> bool:
    headers = router.current_event.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def _fragment(html: str) -> Response[str]:
    return page(html, headers={**NO_CACHE, "Vary": "HX-Request"})
