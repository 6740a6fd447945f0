"""How often each rule matched of late, for those who look after the rules."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Protocol

from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.rule_use import SPAN, RuleUse, count
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.opened_tickets import PastTicketPage

PAGE: Final = 200


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Past(Protocol):
    def page(
        self, since: datetime, until: datetime, *, limit: int = ..., after: str | None = ..., newest_first: bool = ...
    ) -> PastTicketPage: ...


class Ledger(Protocol):
    def keep(self, use: RuleUse) -> str: ...


class RuleCounting:
    """Counts for one desk."""

    def __init__(self, configurations: Configurations, past: Past, ledger: Ledger) -> None:
        self._configurations = configurations
        self._past = past
        self._ledger = ledger

    def count(self, now: datetime) -> RuleUse:
        """Count over the tickets of the last three months, of very many the newest, and keep it."""
        use = count(self._tickets(now), self._configurations.live(), now=now)
        self._ledger.keep(use)
        return use

    def _tickets(self, now: datetime) -> Iterator[tuple[TicketOpened, Ticket]]:
        """Those of the span, the newest first."""
        after = None
        while True:
            page = self._past.page(now - SPAN, now, limit=PAGE, after=after, newest_first=True)
            yield from page.tickets
            after = page.next
            if after is None:
                return
