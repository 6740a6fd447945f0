"""Form tokens: proof that a form post comes from a page of ours, seen by the same browser and person.

Each browser has a random session cookie. A page's forms carry a sealed note of that session and of who was signed in;
another site can make the browser post, but cannot read or make such a note.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from functions.shared.domain.errors import ForgedForm
from functions.shared.identity.cookies import CookieName, Cookies
from functions.shared.identity.keys import Keys, Purpose
from functions.shared.identity.seals import BrokenSeal, Seal

FIELD = "csrf_token"
HEADER = "x-csrf-token"

FORM_LIFE = timedelta(hours=12)
"""A page may stay open over a working day before its forms go stale."""


def new_session() -> str:
    """A name for a browser that has none yet."""
    return secrets.token_urlsafe(24)


class FormTokens:
    """Issues and checks form tokens."""

    def __init__(self, keys: Keys, cookies: Cookies) -> None:
        self._seal = Seal(keys, Purpose.FORM)
        self._cookies = cookies

    def issue(self, session: str, *, now: datetime, person: str = "") -> str:
        """The token for the forms of a page shown to `session`, and to `person` if someone is signed in."""
        return self._seal.close({"s": _digest(session, person)}, expires_at=now + FORM_LIFE)

    def check(self, event: Mapping[str, Any], body: str, *, now: datetime, person: str = "") -> None:
        """Raise ForgedForm unless the request carries the token of a page shown to the same session and person.

        Args:
            event: The HTTP API event.
            body: Its decoded form body; the token may also come in the header `X-CSRF-Token`.
        """
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        session = self._cookies.read(event, CookieName.SESSION)
        token = headers.get(HEADER) or parse_qs(body).get(FIELD, [""])[0]
        if headers.get("sec-fetch-site") == "cross-site" or not session:
            raise ForgedForm
        try:
            content = self._seal.open(token, now=now)
        except BrokenSeal as error:
            raise ForgedForm from error
        if not hmac.compare_digest(str(content.get("s")), _digest(session, person)):
            raise ForgedForm


def _digest(session: str, person: str) -> str:
    return sha256(f"{session}\n{person}".encode()).hexdigest()[:32]
