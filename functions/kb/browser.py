"""What the knowledge base's pages share: language, headers, and a page for whatever goes wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.contracts.words import Language
from functions.shared.http import Problem
from functions.shared.pages.languages import negotiate
from functions.shared.pages.rendering import render, security_headers

NO_CACHE = {"Cache-Control": "private, no-cache"}


def language_of(event: APIGatewayProxyEventV2, default: str) -> Language:
    """The language of the page asked for: `?lang`, the cookie, what the browser prefers, `default`."""
    return Language(negotiate([parameter(event, "lang")], event.headers.get("accept-language"), default))


def parameter(event: APIGatewayProxyEventV2, name: str) -> str:
    """A parameter of the address, empty where there is none."""
    return (event.query_string_parameters or {}).get(name, "").strip()


def page(
    html: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    headers: Mapping[str, str] = NO_CACHE,
) -> Response[str]:
    """`html` as an answer, with the headers of every page."""
    return Response(
        status,
        content_types.TEXT_HTML + "; charset=utf-8",
        html,
        headers={**security_headers(), **headers},
    )


def see_other(address: str) -> Response[str]:
    """On to `address`, after a form was dealt with."""
    return Response(HTTPStatus.SEE_OTHER, body="", headers={"Location": address})


def problem_page(event: APIGatewayProxyEventV2, problem: Problem) -> Response[Any]:
    """A problem as a person sees it."""
    html = render(
        "kb/pages/problem.html",
        language_of(event, Language.ZH),
        path="/help",
        sentence=problem.title,
        detail=problem.detail,
        way_on="/desk/articles" if event.path.startswith("/desk") else "/help",
    )
    return page(html, HTTPStatus(problem.status))
