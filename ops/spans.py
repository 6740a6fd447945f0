"""How far back: `12h`, `30d`."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from ops.failure import Failure

Since = Annotated[str, typer.Option(metavar="TIME", help="Tickets opened so long ago at most: 12h, 30d.")]


def span(text: str) -> timedelta:
    """The length of time that `text` means."""
    if not re.fullmatch(r"[1-9]\d{0,3}[hd]", text, re.ASCII):
        raise Failure(f"{text!r} is not a time such as 12h or 30d.")
    return timedelta(**{"hours" if text[-1] == "h" else "days": int(text[:-1])})
