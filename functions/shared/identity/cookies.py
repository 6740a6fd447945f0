"""The cookies the desk sets, and reading them from a request."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie, SameSite


class CookieName(StrEnum):
    """What each cookie is for. All are HttpOnly: no script reads any of them."""

    ID = "aftercare_id"
    """Who is signed in to the console: Cognito's id token."""
    REFRESH = "aftercare_refresh"
    """What a new id token is fetched with."""
    SIGN_IN = "aftercare_sign_in"
    """A sign-in under way: state, nonce and PKCE verifier, sealed."""
    SESSION = "aftercare_session"
    """A random name for this browser; form tokens are bound to it."""
    LANGUAGE = "aftercare_language"
    """The language that the reader chose."""
    LINK = "aftercare_link"
    """The customer token a link brought."""


class Cookies:
    """Cookies for one public address.

    Under https their names carry the `__Host-` prefix: browsers then accept them only from this very host, over https,
    for the whole site, so that no neighbouring site can plant one. A customer's link belongs to one path instead, so
    that links to several tickets live side by side. Locally, http://localhost has no prefixes.
    """

    def __init__(self, public_url: str) -> None:
        self._is_secure = public_url.startswith("https://")

    def set(self, name: CookieName, value: str, *, life: timedelta | None, path: str = "/") -> Cookie:
        """A cookie that lives for `life`, or until the browser closes. Only a link has a `path` of its own."""
        return Cookie(
            name=self._wire_name(name),
            value=value,
            path=path,
            secure=self._is_secure,
            http_only=True,
            max_age=None if life is None else int(life.total_seconds()),
            same_site=SameSite.LAX_MODE,
        )

    def clear(self, name: CookieName, *, path: str = "/") -> Cookie:
        """What makes the browser forget a cookie."""
        return self.set(name, "", life=timedelta(0), path=path)

    def read(self, event: Mapping[str, Any], name: CookieName) -> str | None:
        """The cookie's value in an HTTP API event, None where there is none.

        API Gateway hands cookies over as a list; other front ends leave them in the header. Of several with one name
        the browser sends the most specific path first, and that one counts.
        """
        headers = {key.lower(): value for key, value in (event.get("headers") or {}).items()}
        pairs = [*(event.get("cookies") or []), *headers.get("cookie", "").split(";")]
        wanted = self._wire_name(name)
        for pair in pairs:
            found, _, value = pair.strip().partition("=")
            if found == wanted and value:
                return str(value)
        return None

    def _wire_name(self, name: CookieName) -> str:
        if not self._is_secure:
            return name.value
        return f"__Secure-{name}" if name is CookieName.LINK else f"__Host-{name}"
