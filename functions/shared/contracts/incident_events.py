"""Running incidents: one ticket stands for many, and those that report the same are linked to it."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.base import TicketEvent
from functions.shared.contracts.words import Slug, TicketId


class IncidentDeclared(TicketEvent):
    """The ticket is a running incident: new ones that say a keyword, or are about the module, report the same."""

    type: Literal["IncidentDeclared"] = "IncidentDeclared"
    title: str
    keywords: tuple[str, ...] = ()
    module: Slug | None = None


class IncidentEnded(TicketEvent):
    """The incident runs no longer: no new ticket is taken for a report of it."""

    type: Literal["IncidentEnded"] = "IncidentEnded"


class TicketLinked(TicketEvent):
    """The ticket reports what the ticket `incident` stands for."""

    type: Literal["TicketLinked"] = "TicketLinked"
    incident: TicketId
    title: str = Field(description="What the incident is called.")


class TicketUnlinked(TicketEvent):
    """The ticket turned out to be about something else."""

    type: Literal["TicketUnlinked"] = "TicketUnlinked"
    incident: TicketId
