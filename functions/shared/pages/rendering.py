"""Pages are rendered on the server: one environment, and one place for what browsers must be told."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from functions.shared.pages import times
from functions.shared.pages.forms import EMPTY
from functions.shared.pages.languages import LANGUAGES, Catalogue, catalogue
from functions.shared.pages.sizes import file_size
from functions.shared.pages.static_files import static_url

FUNCTIONS: Final = Path(__file__).resolve().parents[2]
DEFAULT_ZONE: Final = ZoneInfo("Asia/Shanghai")


_ADDRESS: Final = re.compile(r"https?://[!#$%&*+\-./:;=?@_~0-9A-Za-z]*[#$%&*+\-/=@_~0-9A-Za-z]")


_ONCE: Final = ("token", "done")
"""Parts of a query that are for one request only."""


class Reader(Protocol):
    """Who looks at a page: as much of a principal as the pages show."""

    @property
    def name(self) -> str: ...


def render(
    template: str,
    language: str,
    principal: Reader | None = None,
    *,
    now: datetime | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
    path: str = "/",
    query: Mapping[str, str] = MappingProxyType({}),
    csrf_token: str = "",
    **view: object,
) -> str:
    """The HTML of `template`, named from functions/ ("desk/pages/queue.html"), with `view` as its variables.

    Args:
        now: The instant that times are told relative to.
        zone: The zone that times are shown in: the agent's, or the desk's for customers.
        path: The page's own address, for the language switch.
        query: The address's query; tokens are left out of the switch.
        csrf_token: Put into every form that changes something.
    """
    words, moment = catalogue(language), now or datetime.now(UTC)
    return (
        environment()
        .get_template(template)
        .render(
            language=language,
            principal=principal,
            here=path,
            in_language={code: f"{path}?{urlencode({**_kept(query), 'lang': code})}" for code in LANGUAGES},
            csrf_token=csrf_token,
            now=moment,
            t=words.text,
            has_text=words.__contains__,
            form=view.pop("form", EMPTY),
            **_clockwork(words, moment, zone),
            **view,
        )
    )


@cache
def environment() -> Environment:
    """Jinja's environment: everything escaped, a misspelt variable is an error."""
    jinja = Environment(
        loader=FileSystemLoader(FUNCTIONS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.globals["static_url"] = static_url
    jinja.filters["linked"] = linked
    return jinja


def linked(text: str) -> Markup:
    """`text` escaped, with its web addresses as links; Chinese sentences run on without a space around them."""
    parts, end = [], 0
    for address in _ADDRESS.finditer(text):
        link = Markup('<a href="{0}" rel="nofollow noopener noreferrer" target="_blank">{0}</a>').format(address[0])
        parts += [escape(text[end : address.start()]), link]
        end = address.end()
    return Markup("").join([*parts, escape(text[end:])])


def security_headers(*, upload_to: Sequence[str] = (), sign_in_at: Sequence[str] = ()) -> dict[str, str]:
    """The headers of every page.

    Args:
        upload_to: Origins that the browser sends attachments to.
        sign_in_at: Origins that a form may end at by redirection.
    """
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "frame-src": ["'self'"],
        "connect-src": ["'self'", *upload_to],
        "form-action": ["'self'", *sign_in_at],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return {
        "Content-Security-Policy": "; ".join(" ".join([name, *sources]) for name, sources in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in _ONCE}


def _clockwork(words: Catalogue, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    return {
        "moment": partial(times.moment, now=now, zone=zone, words=words),
        "full_time": partial(times.full, zone=zone, words=words),
        "ago": partial(times.ago, now=now, words=words),
        "due_in": partial(times.due_in, now=now, words=words),
        "duration": partial(times.duration, words=words),
        "file_size": partial(file_size, words=words),
    }
