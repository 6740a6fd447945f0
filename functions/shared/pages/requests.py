"""What a browser asks for, and what it is answered: pages, fragments, redirections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.contracts.words import Language
from functions.shared.domain.errors import AftercareError, FieldError
from functions.shared.domain.saying import Saying
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.pages.forms import Form
from functions.shared.pages.languages import catalogue, negotiate
from functions.shared.pages.rendering import render, security_headers
from functions.shared.problems import Problem, explained, sentence_of

HTML: Final = "text/html; charset=utf-8"
_LANGUAGE_LIFE: Final = timedelta(days=365)


@dataclass(frozen=True)
class PageRequest:
    """A browser's request, in the language its reader wants."""

    event: APIGatewayProxyEventV2
    cookies: Cookies
    default_language: str = Language.ZH

    @cached_property
    def language(self) -> Language:
        """`?lang`, else the reader's last choice, else the browser's best, else the desk's."""
        wishes = [self.query.get("lang"), self.cookies.read(self.event.raw_event, CookieName.LANGUAGE)]
        return Language(negotiate(wishes, self.event.headers.get("accept-language"), self.default_language))

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.event.raw_query_string or "", keep_blank_values=True))

    @property
    def path(self) -> str:
        return self.event.path

    @cached_property
    def form(self) -> Form:
        return Form.posted(self.event.decoded_body or "")

    def text(self, key: str, **values: object) -> str:
        """The text called `key` in the reader's language."""
        return catalogue(self.language).text(key, **values)

    def say(self, saying: Saying) -> str:
        """What is to be said, in the reader's language."""
        return catalogue(self.language).say(saying)

    def explain(self, error: AftercareError) -> str:
        """What went wrong, and why, in the reader's language."""
        return explained(error, catalogue(self.language))

    def told(self, errors: Iterable[FieldError]) -> dict[str, str]:
        """By field what is wrong with it, in the reader's language."""
        return {error.field: self.say(error.message) for error in errors}


@dataclass(frozen=True)
class Pages:
    """Answers with pages under one set of security headers."""

    upload_to: Sequence[str] = ()
    sign_in_at: Sequence[str] = ()
    _headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        headers = security_headers(upload_to=self.upload_to, sign_in_at=self.sign_in_at)
        object.__setattr__(self, "_headers", headers)

    def show(
        self,
        request: PageRequest,
        template: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        set_cookies: Sequence[Cookie] = (),
        **view: Any,
    ) -> Response[Any]:
        """The page that `template` makes of `view`; a language just chosen is remembered."""
        html = render(template, request.language, path=request.path, query=request.query, **view)
        cookies = [*set_cookies]
        if request.query.get("lang") == request.language:
            cookies.append(request.cookies.set(CookieName.LANGUAGE, request.language, life=_LANGUAGE_LIFE))
        return Response(status, HTML, html, headers={**self._headers}, cookies=cookies)

    def problem(
        self,
        request: PageRequest,
        problem: Problem,
        *,
        way_on: str = "/",
        way_on_key: str = "problem_page.home",
        sentence_key: str = "",
    ) -> Response[Any]:
        """One plain sentence about `problem`, and a way on."""
        words = catalogue(request.language)
        key = sentence_key or f"problem_page.of.{problem.code}"
        sentence = words.text(key) if key in words else sentence_of(problem.code, words)
        return self.show(
            request,
            "shared/pages/problem.html",
            status=HTTPStatus(problem.status),
            sentence=sentence,
            trace=problem.instance if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
            way_on=way_on,
            way_on_label=words.text(way_on_key),
        )


def go(location: str, *, set_cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """On to `location`, to be fetched with GET."""
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": location}, cookies=[*set_cookies])
