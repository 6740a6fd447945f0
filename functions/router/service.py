"""Triage of new tickets."""

from datetime import datetime
from functools import cache
from typing import Protocol

from functions.shared.contracts.events import TicketOpened
from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.triage import triage
from functions.shared.ticketing import Tickets


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Rotation(Protocol):
    def draw(self, team: Slug) -> int: ...


class Router:
    """Gives every new ticket its priority, team and person."""

    def __init__(self, tickets: Tickets, configurations: Configurations, rotation: Rotation) -> None:
        self._tickets = tickets
        self._configurations = configurations
        self._rotation = rotation

    def triage(self, opened: TicketOpened, *, now: datetime) -> Ticket:
        """Triage the ticket that `opened` began; one that was triaged before stays as it is.

        However often the decision has to be taken anew because the ticket changed, a team gives up one turn only.
        """
        config = self._configurations.live()
        turn = cache(self._rotation.draw)
        return self._tickets.handle(opened.ticket_id, lambda ticket: triage(opened, ticket, config, turn=turn, now=now))
