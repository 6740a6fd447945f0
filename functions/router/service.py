"""Triage of new tickets."""

from datetime import datetime
from functools import cache
from typing import Protocol

from functions.shared.contracts.events import Message, TicketOpened
from functions.shared.contracts.words import Slug, TicketId
from functions.shared.domain.clocks import Timer
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import in_full, triage
from functions.shared.ticketing import Tickets


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Rotation(Protocol):
    def draw(self, team: Slug) -> int: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class Timers(Protocol):
    def begin(self, ticket_id: TicketId, timer: Timer | None, now: datetime) -> None: ...


class Router:
    """Gives every new ticket its priority, team and person, and sets its first timer."""

    def __init__(
        self, tickets: Tickets, configurations: Configurations, rotation: Rotation, texts: Texts, timers: Timers
    ) -> None:
        self._tickets = tickets
        self._configurations = configurations
        self._rotation = rotation
        self._texts = texts
        self._timers = timers

    def triage(self, opened: TicketOpened, *, now: datetime, is_first_try: bool = False) -> Ticket:
        """Triage the ticket that `opened` began; one that was triaged before stays as it is.

        On a first try the ticket is very likely still what `opened` made of it, and is not read before the decision.

        However often the decision has to be taken anew because the ticket changed, a team gives up one turn only. The
        timer is set after the decision is stored, on every try: one that died in between is made good by the next.
        """
        config = self._configurations.live()
        whole = in_full(opened, self._texts.text)
        turn = cache(self._rotation.draw)
        ticket = self._tickets.handle(
            opened.ticket_id,
            lambda ticket: triage(whole, ticket, config, turn=turn, now=now),
            expected=ticket_of(opened) if is_first_try else None,
            is_timer_ours=True,
        )
        self._timers.begin(ticket.id, ticket.timer, now)
        return ticket
