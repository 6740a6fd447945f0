"""The desk's tickets by the time they were opened: for lists without an end, and to try rules on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from functions.desk.views import QueueLine
from functions.shared.contracts.events import TicketOpened
from functions.shared.contracts.words import Role
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.references import reference
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal

DEFAULT_SPAN: Final = timedelta(days=90)

LONGEST_SPAN: Final = timedelta(days=3660)
"""Each month of the span is a query; an answer must not take longer than its caller waits."""


class Page(Protocol):
    @property
    def tickets(self) -> Sequence[tuple[TicketOpened, Ticket]]: ...
    @property
    def next(self) -> str | None: ...


class Opened(Protocol):
    def page(self, since: datetime, until: datetime, *, limit: int, after: str | None, newest_first: bool) -> Page: ...

    def count(self, since: datetime, until: datetime) -> int: ...


@dataclass(frozen=True)
class Span:
    """Which tickets are asked for: opened from `since` on and before `until`, in which order, after which."""

    since: datetime
    until: datetime
    limit: int = 50
    after: str = ""
    newest_first: bool = False


class Past:
    """The past of one desk, for people who work there."""

    def __init__(self, config: Callable[[], DeskConfig], opened: Opened) -> None:
        self._config = config
        self._opened = opened

    def lines(self, principal: Principal, span: Span) -> tuple[list[QueueLine], str | None]:
        """The tickets of `span` as they stand, and the place to go on from."""
        page, prefix = self._page(principal, span)
        lines = [QueueLine.under(TicketSummary.of(ticket), reference(ticket.id, prefix)) for _, ticket in page.tickets]
        return lines, page.next

    def tickets(self, principal: Principal, span: Span) -> tuple[list[PastTicket], str | None]:
        """The tickets of `span` as reported, with what people made of them; and the place to go on from."""
        page, prefix = self._page(principal, span)
        return [
            PastTicket.of(opened, ticket, reference(ticket.id, prefix)) for opened, ticket in page.tickets
        ], page.next

    def count(self, principal: Principal, since: datetime, until: datetime) -> int:
        """How many tickets were opened in that time."""
        principal.require(Role.AGENT)
        return self._opened.count(since, until)

    def _page(self, principal: Principal, span: Span) -> tuple[Page, str]:
        principal.require(Role.AGENT)
        page = self._opened.page(
            span.since, span.until, limit=span.limit, after=span.after or None, newest_first=span.newest_first
        )
        return page, self._config().desk.prefix
