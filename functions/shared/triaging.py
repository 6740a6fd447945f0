"""Triage of a new ticket: what it needs to know is read once, and decided on as often as the commit takes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from functions.shared.contracts.events import Message, TicketEvent, TicketOpened
from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.incidents import RunningIncident
from functions.shared.domain.learning import Lessons
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.rules import Occasion
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.triage import in_full, triage
from functions.shared.gateways.items import Along
from functions.shared.open_tickets import Lists, open_tickets
from functions.shared.placing import Placer, RosterReader
from functions.shared.ticketing import Decision


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...

    def last_read(self) -> DeskConfig: ...


class Rosters(RosterReader, Protocol):
    def ahead(self, team: Slug, people: Sequence[Slug]) -> Sequence[Along]: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class RunningIncidents(Protocol):
    def running(self) -> list[RunningIncident]: ...


class Teacher(Protocol):
    def newest(self) -> Lessons | None: ...


class Triage:
    """Finds every new ticket its priority, team and person, by the rules that are live."""

    def __init__(
        self,
        configurations: Configurations,
        rosters: Rosters,
        history: Lists,
        texts: Texts,
        lessons: Teacher,
        incidents: RunningIncidents,
    ) -> None:
        self._configurations = configurations
        self._rosters = rosters
        self._history = history
        self._texts = texts
        self._lessons = lessons
        self._incidents = incidents

    def ahead(self, module: Slug | None) -> Sequence[Along]:
        """What triage is likely to need for a ticket about `module`, for whoever reads something else before it."""
        config = self._configurations.last_read()
        known = config.module(module)
        team = known.team if known else config.desk.default_team
        return self._rosters.ahead(team, [person.id for person in config.members(team)])

    def at_the_door(self, opened: TicketOpened) -> Decision:
        """What decides on the ticket that `opened` begins, in the moment in which it does."""
        return self.of(opened, now=opened.occurred_at)

    def of(self, opened: TicketOpened, *, now: datetime) -> Decision:
        """What decides on the ticket that `opened` began; nothing follows for one that was triaged before."""
        config = self._configurations.live()
        whole = in_full(opened, self._texts.text)
        book = book_of(config.rules)
        asked = book.fields(Occasion.OPENED)
        incidents = self._incidents.running() if book.reads_incidents else []
        counts = open_tickets(self._history, opened.ticket_id, opened.contact, opened.company, asked)
        lessons = self._lessons.newest() if config.desk.learning.suggest else None
        choose = Placer(config, self._rosters, self._history, now=now)

        def decide(ticket: Ticket) -> list[TicketEvent]:
            return triage(
                whole, ticket, config, choose=choose, now=now, counts=counts, lessons=lessons, incidents=incidents
            )

        return Decision(decide, choose.taken)
