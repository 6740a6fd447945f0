"""What the nightly work reads: the desk's rules as they stand, and its past tickets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Protocol

from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.opened_tickets import PastTicketPage

_PAGE: Final = 200


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Past(Protocol):
    def page(
        self, since: datetime, until: datetime, *, limit: int = ..., after: str | None = ..., newest_first: bool = ...
    ) -> PastTicketPage: ...


def newest_first(past: Past, since: datetime, until: datetime) -> Iterator[tuple[TicketOpened, Ticket]]:
    """The tickets opened in the span, read page by page as they are asked for."""
    after = None
    while True:
        page = past.page(since, until, limit=_PAGE, after=after, newest_first=True)
        yield from page.tickets
        after = page.next
        if after is None:
            return
