"""The console's sessions: tokens in cookies, renewed without the agent noticing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from aws_lambda_powertools.shared.cookies import Cookie

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import NotSignedIn
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.identity.csrf import new_session
from functions.shared.identity.jwt import ExpiredToken, InvalidToken, PoolTokens, Tokens, person_of
from functions.shared.identity.principal import Principal

SESSION_LIFE = timedelta(hours=24)
"""How long the pool's refresh tokens are good for, and so a session without signing in again."""


class Refresh(Protocol):
    """Fetches new tokens for a refresh token; raises NotSignedIn when the session is over."""

    def refresh(self, refresh_token: str) -> Tokens: ...

    def revoke(self, refresh_token: str) -> None: ...


@dataclass(frozen=True)
class Session:
    """A person at the console. `browser` is what form tokens are bound to; `cookies` go into the answer."""

    principal: Principal
    browser: str
    cookies: tuple[Cookie, ...] = ()


class Sessions:
    """Begins, resumes and ends the console's sessions."""

    def __init__(self, desk: DeskId, tokens: PoolTokens, pool: Refresh, cookies: Cookies) -> None:
        self._desk = desk
        self._tokens = tokens
        self._pool = pool
        self._cookies = cookies

    def begin(self, tokens: Tokens, *, nonce: str, now: datetime) -> Session:
        """The session of whoever just signed in; `nonce` proves that the token answers our own request.

        Raises:
            NotSignedIn: the tokens do not hold, or name nobody.
        """
        try:
            claims = self._tokens.verify(tokens.id_token, now=now)
            if claims.token_use != "id" or claims.nonce != nonce:
                raise InvalidToken("not the answer to this sign-in")
            person = person_of(claims, self._desk)
        except InvalidToken as error:
            raise NotSignedIn from error
        browser = new_session()  # a new name for the browser, whatever was planted there before
        session = self._cookies.set(CookieName.SESSION, browser, life=SESSION_LIFE)
        return Session(person, browser, (*self._keep(tokens), session))

    def resume(self, event: Mapping[str, Any], *, now: datetime) -> Session:
        """The session that the request's cookies belong to, renewed if its id token is over.

        Raises:
            NotSignedIn: there is none, or it is over.
        """
        browser = self._cookies.read(event, CookieName.SESSION)
        id_token = self._cookies.read(event, CookieName.ID)
        if not browser:
            raise NotSignedIn
        try:
            if id_token:
                return Session(self._person(id_token, now), browser)
        except ExpiredToken:
            pass
        except InvalidToken as error:
            raise NotSignedIn from error
        return self._renew(event, browser, now)

    def end(self, event: Mapping[str, Any]) -> tuple[Cookie, ...]:
        """Revoke the session and make the browser forget it."""
        if refresh_token := self._cookies.read(event, CookieName.REFRESH):
            self._pool.revoke(refresh_token)
        return tuple(
            self._cookies.clear(name)
            for name in (CookieName.ID, CookieName.REFRESH, CookieName.SESSION, CookieName.SIGN_IN)
        )

    def _renew(self, event: Mapping[str, Any], browser: str, now: datetime) -> Session:
        refresh_token = self._cookies.read(event, CookieName.REFRESH)
        if not refresh_token:
            raise NotSignedIn
        tokens = self._pool.refresh(refresh_token)
        try:
            person = self._person(tokens.id_token, now)
        except InvalidToken as error:
            raise NotSignedIn from error
        return Session(person, browser, self._keep(tokens))

    def _person(self, id_token: str, now: datetime) -> Principal:
        claims = self._tokens.verify(id_token, now=now)
        if claims.token_use != "id":
            raise InvalidToken("not an id token")
        return person_of(claims, self._desk)

    def _keep(self, tokens: Tokens) -> tuple[Cookie, ...]:
        kept = [self._cookies.set(CookieName.ID, tokens.id_token, life=SESSION_LIFE)]
        if tokens.refresh_token:
            kept.append(self._cookies.set(CookieName.REFRESH, tokens.refresh_token, life=SESSION_LIFE))
        return tuple(kept)
