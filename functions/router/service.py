"""Triage of new tickets."""

from datetime import datetime
from typing import Protocol

from functions.shared.contracts.events import Message, TicketOpened
from functions.shared.contracts.words import TicketId
from functions.shared.domain.clocks import Timer
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.incidents import RunningIncident
from functions.shared.domain.learning import Lessons
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.rules import Occasion
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import in_full, triage
from functions.shared.open_tickets import Lists, open_tickets
from functions.shared.placing import Placer, RosterReader
from functions.shared.ticketing import Tickets


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class RunningIncidents(Protocol):
    def running(self) -> list[RunningIncident]: ...


class Timers(Protocol):
    def begin(self, ticket_id: TicketId, timer: Timer | None, now: datetime) -> None: ...


class Teacher(Protocol):
    def newest(self) -> Lessons | None: ...


class Router:
    """Gives every new ticket its priority, team and person, and sets its first timer."""

    def __init__(
        self,
        tickets: Tickets,
        configurations: Configurations,
        rosters: RosterReader,
        history: Lists,
        texts: Texts,
        timers: Timers,
        lessons: Teacher,
        incidents: RunningIncidents,
    ) -> None:
        self._tickets = tickets
        self._configurations = configurations
        self._rosters = rosters
        self._history = history
        self._texts = texts
        self._timers = timers
        self._lessons = lessons
        self._incidents = incidents

    def triage(self, opened: TicketOpened, *, now: datetime, is_first_try: bool = False) -> Ticket:
        """Triage the ticket that `opened` began; one that was triaged before stays as it is.

        On a first try the ticket is very likely still what `opened` made of it, and is not read before the decision.

        The turn of a team and the place among a person's tickets are taken in the commit that stores the decision, so
        neither is ever taken without it, or twice. The timer is set after the decision is stored, on every try: one
        that died in between is made good by the next.
        """
        config = self._configurations.live()
        whole = in_full(opened, self._texts.text)
        book = book_of(config.rules)
        asked = book.fields(Occasion.OPENED)
        incidents = self._incidents.running() if book.reads_incidents else []
        counts = open_tickets(self._history, opened.ticket_id, opened.contact, opened.company, asked)
        lessons = self._lessons.newest() if config.desk.learning.suggest else None
        choose = Placer(config, self._rosters, self._history, now=now)
        ticket = self._tickets.handle(
            opened.ticket_id,
            lambda ticket: triage(
                whole, ticket, config, choose=choose, now=now, counts=counts, lessons=lessons, incidents=incidents
            ),
            expected=ticket_of(opened) if is_first_try else None,
            is_timer_ours=True,
            taken=choose.taken,
        )
        self._timers.begin(ticket.id, ticket.timer, now)
        return ticket
