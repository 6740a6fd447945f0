"""What stands before every console page: a session, and for posts a form token."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.shared.domain.errors import NotSignedIn
from functions.shared.http import HttpResolver
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.principal import Principal
from functions.shared.identity.sessions import Session, Sessions

SIGN_IN_PATH = "/desk/sign-in"

_SESSION = "session"

Middleware = Callable[[Any, NextMiddleware], Response[Any]]


def console_pages(
    sessions: Callable[[], Sessions], forms: Callable[[], FormTokens], known: Callable[[Principal], Principal]
) -> Middleware:
    """The middleware of console pages: routes behind it find their session with `session_of`.

    Whoever is not signed in is sent to sign in and comes back to the page. A post must carry its page's form token.

    Args:
        known: Gives a person the id, name and teams of the configuration; raises NotAllowed for a stranger.
    """

    def with_session(app: HttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        request = app.current_event
        now = datetime.now(UTC)
        try:
            session = sessions().resume(request.raw_event, now=now)
        except NotSignedIn:
            return _to_sign_in(request)
        if request.http_method not in ("GET", "HEAD"):
            person = session.principal.email or ""
            forms().check(request.raw_event, request.decoded_body or "", now=now, person=person)
        app.context[_SESSION] = replace(session, principal=known(session.principal))
        response: Response[Any] = next_middleware(app)
        response.cookies.extend(session.cookies)
        return response

    return with_session


def session_of(app: Any) -> Session:
    """The session of the request that `app`, a resolver or router behind `console_pages`, is answering."""
    session: Session = app.context[_SESSION]
    return session


def form_token(session: Session, forms: FormTokens, *, now: datetime) -> str:
    """The token for the forms of a page shown to `session`."""
    return forms.issue(session.browser, now=now, person=session.principal.email or "")


def _to_sign_in(request: APIGatewayProxyEventV2) -> Response[Any]:
    """The way to sign-in and back. A post cannot be brought back, so it is refused where it stands.

    Raises:
        NotSignedIn: for a post.
    """
    if request.headers.get("hx-request") == "true":
        # The page's script follows this header; a redirect it would follow in the background instead.
        shown = urlsplit(request.headers.get("hx-current-url", ""))
        return Response(HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": sign_in_path(shown.path, shown.query)})
    if request.http_method != "GET":
        raise NotSignedIn
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": sign_in_path(request.path, request.raw_query_string)})


def sign_in_path(path: str, query: str = "") -> str:
    """The address that starts a sign-in which ends at `path`."""
    return f"{SIGN_IN_PATH}?{urlencode({'next': f'{path}?{query}' if query else path})}"
