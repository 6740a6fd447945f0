"""What a timeline shows: one entry for each thing that happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.shared.domain.file_standing import FileStanding

Kind = Literal["customer", "agent", "note", "fact", "warning", "alarm"]


@dataclass(frozen=True)
class File:
    """An attachment; `href` is where the reader may fetch it, if at all."""

    name: str
    size: int
    href: str | None = None
    standing: FileStanding | None = None
    """Why it cannot be fetched now."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened: something said (customer, agent, note), or a fact about the ticket.

    Where `text` is only the beginning of what was said, `whole_text_href` leads to all of it.
    """

    anchor: str
    at: datetime
    kind: Kind
    who: str
    what: str
    icon: str = "check"
    text: str = ""
    whole_text_href: str | None = None
    quoted: str | None = None
    html_href: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_message(self) -> bool:
        return self.kind in ("customer", "agent", "note")
