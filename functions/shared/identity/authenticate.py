"""One place that turns a request into a `Principal`, or refuses it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from functions.shared.contracts.words import DeskId
from functions.shared.domain.errors import NotSignedIn
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.identity.customer_tokens import PREFIX, CustomerTokens
from functions.shared.identity.principal import Principal


class StaffTokens(Protocol):
    """Knows people by their tokens. Customers' doors have none, and so need not load what verifies them."""

    def person(self, token: str, desk: DeskId, *, now: datetime) -> Principal:
        """Raises NotSignedIn."""
        ...


class Authenticator:
    """Recognises whoever may come to one entry point: staff, customers, or both.

    The API is asked with a bearer token: Cognito's id token, or a customer token. Pages are asked with cookies, which
    the API never looks at, so that no foreign page can make a browser call it in its user's name.
    """

    def __init__(
        self,
        desk: DeskId,
        cookies: Cookies,
        *,
        staff: StaffTokens | None = None,
        customers: CustomerTokens | None = None,
    ) -> None:
        self._desk = desk
        self._cookies = cookies
        self._staff = staff
        self._customers = customers

    def __call__(self, event: Mapping[str, Any], *, now: datetime) -> Principal:
        """Who sent the HTTP API event `event`.

        Raises:
            LinkExpired: a customer's link that was good once.
            NotSignedIn: there is no credential, or it does not hold.
        """
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        if authorization := headers.get("authorization"):
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise NotSignedIn
            return self.bearer(token.strip(), now=now)
        if str(event.get("rawPath", "")).startswith("/api/"):
            raise NotSignedIn
        if self._staff and (token := self._cookies.read(event, CookieName.ID) or ""):
            return self.bearer(token, now=now)
        if self._customers and (token := self._cookies.read(event, CookieName.LINK) or ""):
            return self.bearer(token, now=now)
        raise NotSignedIn

    def bearer(self, token: str, *, now: datetime) -> Principal:
        """Whoever `token` names; raises as calling does."""
        if token.startswith(PREFIX):
            if self._customers is None:
                raise NotSignedIn
            return self._customers.verify(token, now=now)
        if self._staff is None:
            raise NotSignedIn
        return self._staff.person(token, self._desk, now=now)
