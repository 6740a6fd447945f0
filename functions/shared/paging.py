"""Lists longer than one answer: where the next page begins, as a word that clients hand back unread."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from functions.shared.domain.errors import InvalidInput
from functions.shared.domain.saying import Saying

_PLACE: Final = re.compile(r"(~|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)#tkt_[0-9a-z]{8,32}")
"""An instant, or none, and a ticket: what lists of tickets are ordered by."""

OF_MAIL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[!-~]{1,200}")
"""An instant and the id of a message: what the quarantine is ordered by."""


def cursor(place: str) -> str:
    """The word for `place`, fit for an address."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place(cursor: str | None, of: re.Pattern[str] = _PLACE) -> str:
    """The place that `cursor` is the word for, written as lists of this kind write it; empty without one.

    Raises:
        InvalidInput: this is no word of ours.
    """
    if not cursor:
        return ""
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        found = ""
    if not of.fullmatch(found):
        raise InvalidInput.of("after", "malformed", Saying.of("objection.no_place"))
    return found


def next_page(path: str, query: Mapping[str, object], place: str | None) -> dict[str, str]:
    """The header that says where the list at `path` goes on (RFC 8288); none at its end."""
    if place is None:
        return {}
    asked = {name: value for name, value in query.items() if value not in (None, "", [], ())}
    return {"Link": f'<{path}?{urlencode({**asked, "after": cursor(place)}, doseq=True)}>; rel="next"'}
