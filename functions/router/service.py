"""Triage of new tickets that opened without it."""

from datetime import datetime

from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.ticket import Ticket
from functions.shared.ticketing import Tickets
from functions.shared.triaging import Triage


class Router:
    """Gives a new ticket its priority, team and person where the door it came by could not."""

    def __init__(self, tickets: Tickets, triage: Triage) -> None:
        self._tickets = tickets
        self._triage = triage

    def triage(self, opened: TicketOpened, *, now: datetime) -> Ticket:
        """Triage the ticket that `opened` began; one that was triaged before stays as it is."""
        decision = self._triage.of(opened, now=now)
        return self._tickets.handle(opened.ticket_id, decision.decide, taken=decision.taken)
