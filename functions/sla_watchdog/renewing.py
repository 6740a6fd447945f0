"""After an edit of policies or calendars: every open ticket gets the deadlines that are promised now.

The walk over the open tickets is cut into messages, none of which takes long: a page lists some tickets of one team and
status and asks for the next page, a batch renews a few. Whatever comes twice changes nothing the second time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Protocol, assert_never

from pydantic import BaseModel, ConfigDict, Field

from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.words import Slug, Status, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing, TicketNotFound
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways import keys
from functions.shared.ticketing import NaturalKey, Tickets

DECIDES_DEADLINES: Final = frozenset({"policies", "calendars"})
"""The parts of a configuration whose edit moves deadlines."""
PAGE: Final = 200
BATCH: Final = 10
REMEMBERED: Final = timedelta(days=7)
"""Longer than the queue keeps a message."""
SECOND_LOOK: Final = timedelta(minutes=1)
"""The walk is done once more so much later: a function that still went by the version before may have moved a ticket
behind the walk's back."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(_Message):
    """The tickets of a team in a status, from `after` on. `walk` tells one walk's pages from another's."""

    kind: Literal["page"] = "page"
    walk: str = ""
    team: Slug | None
    status: Status
    after: str = ""


class Batch(_Message):
    """A few tickets to renew."""

    kind: Literal["batch"] = "batch"
    tickets: tuple[TicketId, ...]


Work = Annotated[Page | Batch, Field(discriminator="kind")]


class Queue(Protocol):
    def send(self, messages: Sequence[BaseModel], delay: timedelta = ...) -> None: ...


class Lists(Protocol):
    def queue(
        self, team: Slug | None, status: Status, limit: int = ..., *, after: str = ...
    ) -> list[TicketSummary]: ...

    def seen(self, key: str) -> TicketId | None: ...

    def remember(self, key: NaturalKey, ticket_id: TicketId) -> None: ...


class Clocks(Protocol):
    def renew(self, ticket: Ticket, now: datetime) -> list[TicketEvent]: ...

    def next_act_at(self, ticket: Ticket) -> datetime | None: ...


class Configurations(Protocol):
    def last_read(self) -> DeskConfig: ...

    def at(self, version: int) -> DeskConfig: ...


@dataclass(frozen=True)
class Renewed:
    """What one message did."""

    looked_at: int = 0
    changed: int = 0


class Renewal:
    """Renews the clocks of open tickets by the configuration that is live."""

    def __init__(
        self, tickets: Tickets, lists: Lists, config: Configurations, clocks: Callable[[], Clocks], queue: Queue
    ) -> None:
        self._tickets = tickets
        self._lists = lists
        self._config = config
        self._clocks = clocks
        self._queue = queue

    def begin(self, published: ConfigPublished) -> None:
        """Let the walk begin, if what was published may have moved deadlines."""
        if DECIDES_DEADLINES.isdisjoint(published.changed):
            return
        for look, delay in (("first", timedelta(0)), ("second", SECOND_LOOK)):
            pages = [
                Page(team=team, status=status, walk=f"{published.sequence}:{look}")
                for status in Status
                if status.is_active
                for team in ([None] if status is Status.NEW else self._teams(published.sequence))
            ]
            self._queue.send(pages, delay)

    def do(self, work: Page | Batch, now: datetime) -> Renewed:
        """One step of the walk."""
        match work:
            case Page():
                self._list(work, now)
                return Renewed()
            case Batch():
                return Renewed(len(work.tickets), sum(self._renew(ticket_id, now) for ticket_id in work.tickets))
            case _:
                assert_never(work)

    def cut(self, batch: Batch) -> None:
        """Let each ticket of a batch that failed be tried alone, so that one that cannot be renewed holds no other."""
        self._queue.send([Batch(tickets=(ticket_id,)) for ticket_id in batch.tickets])

    def _list(self, page: Page, now: datetime) -> None:
        """Hand on what the page lists, and the next page.

        A page that comes twice would begin a second walk of all that follows, and that a third: what was handed on is
        remembered.
        """
        key = NaturalKey(f"renewal:{page.model_dump_json()}", expires_at=now + REMEMBERED)
        if self._lists.seen(key.value):
            return
        found = self._lists.queue(page.team, page.status, PAGE, after=page.after)
        cuts = [found[cut : cut + BATCH] for cut in range(0, len(found), BATCH)]
        self._queue.send([Batch(tickets=tuple(summary.id for summary in cut)) for cut in cuts])
        if found:
            last = keys.due(found[-1].due_at, found[-1].id)
            self._queue.send([page.model_copy(update={"after": last})])
            self._lists.remember(key, found[-1].id)

    def _renew(self, ticket_id: TicketId, now: datetime) -> bool:
        """Whether the ticket's clocks or its timer changed."""
        versions: list[int] = []

        def command(ticket: Ticket) -> list[TicketEvent]:
            versions.append(ticket.version)
            return self._clocks().renew(ticket, now)

        try:
            ticket = self._tickets.handle(ticket_id, command)
            if ticket.version == versions[-1] and self._clocks().next_act_at(ticket) != _timer_at(ticket):
                ticket = self._tickets.renew_timer(ticket_id)  # other warnings or levels, and no other deadline
        except TicketNotFound:
            return False
        return ticket.version != versions[-1]

    def _teams(self, version: int) -> list[Slug]:
        """The desk's teams, with those that were dropped just now: they may still have tickets."""
        teams = dict.fromkeys(team.id for team in self._config.last_read().teams)
        try:
            before = self._config.at(version - 1)
        except ConfigMissing:
            return list(teams)
        return list(teams | dict.fromkeys(team.id for team in before.teams))


def _timer_at(ticket: Ticket) -> datetime | None:
    return ticket.timer.at if ticket.timer else None
