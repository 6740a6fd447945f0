"""What became of every mail that arrived: one line each, so that what came in can be reconciled with what it became."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.words import TicketId
from functions.shared.domain.quarantine import Held


class Fate(StrEnum):
    """What became of a mail."""

    OPENED = "opened"
    APPENDED = "appended"
    REPEATED = "repeated"
    HELD = "held"


class MailLine(BaseModel):
    """One received mail. `id` is what the receiving service called it; `raw_key` is its key in the inbound bucket."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    received_at: AwareDatetime
    raw_key: str
    fate: Fate
    ticket_id: TicketId | None = None
    held: Held | None = None
    message_id: str | None = None
    sender: str | None = None
    taken_in_at: AwareDatetime
    is_erased: bool = False
    """Its ticket was deleted, and the raw mail and the sender with it."""
