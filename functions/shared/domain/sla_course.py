"""The ticket as the events of one commit leave it, one after the other."""

from typing import Any

from pydantic import AwareDatetime

from functions.shared.contracts.events import ClockEvent, Reason, TicketEvent
from functions.shared.contracts.words import Metric
from functions.shared.domain.passing import WATCHDOG
from functions.shared.domain.ticket import Ticket, evolve


class Course:
    """Collects the watchdog's events; each is decided on the ticket as the ones before left it."""

    def __init__(self, ticket: Ticket, config_version: int | None) -> None:
        self.ticket = ticket
        self.config_version = config_version
        self.events: list[TicketEvent] = []

    def see(self, ticket: Ticket) -> None:
        """Go on with the ticket as it stood after one event of the commit; its clocks are where they were moved to."""
        self.ticket = ticket.with_changes(clocks=self.ticket.clocks, sequence=self.ticket.sequence)

    def move(
        self, kind: type[ClockEvent], metric: Metric, now: AwareDatetime, reasons: tuple[Reason, ...], **fields: Any
    ) -> None:
        """Something happens to a clock."""
        clock = self.ticket.clocks.get(metric)
        self.add(kind, now, reasons, metric=metric, **{"cycle": clock.cycle if clock else 1, **fields})

    def add(self, kind: type[TicketEvent], now: AwareDatetime, reasons: tuple[Reason, ...], **fields: Any) -> None:
        """Something happens to the ticket."""
        event = self.ticket.happening(
            kind, actor=WATCHDOG, now=now, reasons=reasons, config_version=self.config_version, **fields
        )
        self.ticket = evolve(self.ticket, event)
        self.events.append(event)
