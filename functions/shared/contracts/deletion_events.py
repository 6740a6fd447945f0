"""A ticket is deleted: its content goes, that somebody deleted it stays."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.base import TicketEvent
from functions.shared.contracts.words import DeletionReason


class TicketDeleted(TicketEvent):
    """What was said on the ticket is erased from now on. `reason` and `note` are the desk's own words."""

    type: Literal["TicketDeleted"] = "TicketDeleted"
    reason: DeletionReason
    note: str = Field(default="", description="Written by whoever deleted it; never the customer's words.")
