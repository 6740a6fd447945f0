"""Triage of new tickets."""

from datetime import datetime
from functools import cache
from typing import Final, Protocol

from functions.shared.contracts.events import Message, TicketOpened
from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import triage
from functions.shared.ticketing import Tickets

READ_CHARACTERS: Final = 50_000
"""Rules look no further into a description; nobody writes by hand so much, and a log file is not searched for words."""


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Rotation(Protocol):
    def draw(self, team: Slug) -> int: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class Router:
    """Gives every new ticket its priority, team and person."""

    def __init__(self, tickets: Tickets, configurations: Configurations, rotation: Rotation, texts: Texts) -> None:
        self._tickets = tickets
        self._configurations = configurations
        self._rotation = rotation
        self._texts = texts

    def triage(self, opened: TicketOpened, *, now: datetime, is_first_try: bool = False) -> Ticket:
        """Triage the ticket that `opened` began; one that was triaged before stays as it is.

        On a first try the ticket is very likely still what `opened` made of it, and is not read before the decision.

        However often the decision has to be taken anew because the ticket changed, a team gives up one turn only.
        """
        config = self._configurations.live()
        whole = self._whole(opened)
        turn = cache(self._rotation.draw)
        return self._tickets.handle(
            opened.ticket_id,
            lambda ticket: triage(whole, ticket, config, turn=turn, now=now),
            expected=ticket_of(opened) if is_first_try else None,
        )

    def _whole(self, opened: TicketOpened) -> TicketOpened:
        """`opened` with all of a long description, of which the event brings the beginning only."""
        description = opened.problem.description
        if description.body_key is None:
            return opened
        text = self._texts.text(description)[:READ_CHARACTERS]
        problem = opened.problem.model_copy(update={"description": description.model_copy(update={"text": text})})
        return opened.model_copy(update={"problem": problem})
