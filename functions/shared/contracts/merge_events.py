"""Two tickets about one thing: the duplicate points to the one that goes on. Messages stay where they were said."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.base import TicketEvent
from functions.shared.contracts.words import Status, TicketId


class TicketMerged(TicketEvent):
    """The ticket is closed as a duplicate; what is said on it from now on belongs to the ticket `into`."""

    type: Literal["TicketMerged"] = "TicketMerged"
    into: TicketId
    title: str = Field(description="What the ticket that goes on is called.")


class TicketTakenIn(TicketEvent):
    """The ticket goes on for the ticket `merged` too; stored together with the other's `TicketMerged`."""

    type: Literal["TicketTakenIn"] = "TicketTakenIn"
    merged: TicketId
    title: str = Field(description="What the duplicate is called.")


class TicketUnmerged(TicketEvent):
    """The ticket was no duplicate after all; it has the status again that it had before."""

    type: Literal["TicketUnmerged"] = "TicketUnmerged"
    into: TicketId
    status: Status


class TicketLetGo(TicketEvent):
    """The ticket `merged` goes its own way again."""

    type: Literal["TicketLetGo"] = "TicketLetGo"
    merged: TicketId
