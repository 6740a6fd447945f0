"""Signing in to the console: Cognito's managed login by the code flow with PKCE, and out again."""

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from functions.shared.domain.errors import NotSignedIn
from functions.shared.http import HttpResolver
from functions.shared.identity.console import SIGN_IN_PATH
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.identity.csrf import FormTokens
from functions.shared.identity.jwt import Tokens
from functions.shared.identity.keys import Keys, Purpose
from functions.shared.identity.seals import BrokenSeal, Seal
from functions.shared.identity.sessions import Sessions

HOME: Final = "/desk"
CALLBACK_PATH: Final = "/desk/callback"
SIGN_OUT_PATH: Final = "/desk/sign-out"

SIGN_IN_LIFE: Final = timedelta(minutes=15)
"""How long someone may take at the sign-in page."""

_SCOPES: Final = "openid email profile"


@dataclass(frozen=True)
class Redirect:
    """Where the browser goes next, and the cookies it takes along."""

    location: str
    cookies: tuple[Cookie, ...] = ()


class CodeExchange(Protocol):
    """Gives tokens for an authorization code; raises NotSignedIn for a bad one."""

    def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Tokens: ...


class SignIn:
    """The way in and out. A sign-in under way is kept by the browser alone, in a sealed cookie."""

    def __init__(
        self,
        *,
        keys: Keys,
        cookies: Cookies,
        sessions: Sessions,
        pool: CodeExchange,
        forms: FormTokens,
        public_url: str,
        sign_in_url: str,
        client_id: str,
    ) -> None:
        self._seal = Seal(keys, Purpose.SIGN_IN)
        self._cookies = cookies
        self._sessions = sessions
        self._pool = pool
        self._forms = forms
        self._public_url = public_url
        self._sign_in_url = sign_in_url
        self._client_id = client_id

    def start(self, next_path: str, *, now: datetime) -> Redirect:
        """To the sign-in page, and from there back to `next_path`."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        under_way = self._seal.close(
            {"s": state, "n": nonce, "v": verifier, "to": safe_path(next_path)}, expires_at=now + SIGN_IN_LIFE
        )
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback_url,
            "scope": _SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Redirect(
            f"{self._sign_in_url}/oauth2/authorize?{urlencode(query)}",
            (self._cookies.set(CookieName.SIGN_IN, under_way, life=SIGN_IN_LIFE),),
        )

    def finish(self, event: Mapping[str, Any], *, now: datetime) -> Redirect:
        """To the page that was wanted, signed in.

        Raises:
            NotSignedIn: this is not the answer to a sign-in that this browser started, or Cognito refused it.
            SignInUnavailable: Cognito does not answer.
        """
        query = event.get("queryStringParameters") or {}
        under_way = self._under_way(event, now)
        if not hmac.compare_digest(under_way["s"].encode(), query.get("state", "").encode()):
            raise NotSignedIn
        if not (code := query.get("code")):
            raise NotSignedIn
        tokens = self._pool.exchange(code, verifier=under_way["v"], redirect_uri=self._callback_url)
        session = self._sessions.begin(tokens, nonce=under_way["n"], now=now)
        return Redirect(under_way["to"], (*session.cookies, self._cookies.clear(CookieName.SIGN_IN)))

    def leave(self, event: Mapping[str, Any], body: str, *, now: datetime) -> Redirect:
        """Out: the session is revoked, the browser forgets it, and Cognito's own session ends too.

        Raises:
            ForgedForm: no page of ours asked for it.
        """
        try:
            person = self._sessions.resume(event, now=now).principal.email or ""
        except NotSignedIn:
            pass  # the session is over already; there is nothing left that a forged post could end
        else:
            self._forms.check(event, body, now=now, person=person)
        query = {"client_id": self._client_id, "logout_uri": f"{self._public_url}{SIGN_IN_PATH}"}
        return Redirect(f"{self._sign_in_url}/logout?{urlencode(query)}", self._sessions.end(event))

    @property
    def _callback_url(self) -> str:
        return f"{self._public_url}{CALLBACK_PATH}"

    def _under_way(self, event: Mapping[str, Any], now: datetime) -> dict[str, str]:
        try:
            return self._seal.open(self._cookies.read(event, CookieName.SIGN_IN) or "", now=now)
        except BrokenSeal as error:
            raise NotSignedIn from error


def safe_path(path: str) -> str:
    """`path` if it is a page of the console, else the console's first page: a link must not lead elsewhere."""
    is_console = path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))
    is_plain = path.isprintable() and "\\" not in path and "//" not in path.partition("?")[0]
    if not is_console or not is_plain or path.startswith((SIGN_IN_PATH, CALLBACK_PATH, SIGN_OUT_PATH)):
        return HOME
    return quote(path, safe="/?&=%+:,;@!$'()*~-._")


def add_sign_in_routes(app: HttpResolver, sign_in: Callable[[], SignIn], gate: Callable[[str], Response[Any]]) -> None:
    """Give `app` the routes of signing in and out.

    Args:
        gate: The page that offers to sign in, at the address it is given; shown to whoever has just left.
    """

    @app.get(SIGN_IN_PATH)
    def start() -> Response[Any]:
        wanted = app.current_event.query_string_parameters.get("next")
        if not wanted:
            return gate(f"{SIGN_IN_PATH}?{urlencode({'next': HOME})}")
        return _go(sign_in().start(wanted, now=datetime.now(UTC)))

    @app.get(CALLBACK_PATH)
    def finish() -> Response[Any]:
        return _go(sign_in().finish(app.current_event.raw_event, now=datetime.now(UTC)))

    @app.post(SIGN_OUT_PATH)
    def leave() -> Response[Any]:
        request = app.current_event
        return _go(sign_in().leave(request.raw_event, request.decoded_body or "", now=datetime.now(UTC)))


def _go(redirect: Redirect) -> Response[Any]:
    headers: dict[str, str | list[str]] = {"Location": redirect.location}
    return Response(HTTPStatus.SEE_OTHER, headers=headers, cookies=list(redirect.cookies))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
