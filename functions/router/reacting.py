"""Rules on tickets that something has happened to after their triage."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

from functions.shared.contracts.events import Message, MessageReceived, TicketEvent
from functions.shared.contracts.words import Slug, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.occasions import Moment, occasion_of
from functions.shared.domain.reactions import matched_at, react
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.ticket import Ticket
from functions.shared.open_tickets import Lists, open_tickets
from functions.shared.placing import Placer, RosterReader
from functions.shared.ticketing import NaturalKey, Tickets

_TEXTS: Final = frozenset({"text", "description", "message"})


class Configurations(Protocol):
    def live(self) -> DeskConfig: ...


class History(Lists, Protocol):
    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class Reactions:
    """Tries the rules of messages, updates and escalations, each at most once on an event."""

    def __init__(
        self,
        tickets: Tickets,
        history: History,
        configurations: Configurations,
        rosters: RosterReader,
        texts: Texts,
    ) -> None:
        self._tickets = tickets
        self._history = history
        self._configurations = configurations
        self._rosters = rosters
        self._texts = texts

    def react(self, event: TicketEvent, *, now: datetime) -> Sequence[Slug]:
        """Let the rules act on `event`; returns those that matched.

        What follows is stored with the event's own key, so that an event which comes twice acts once.
        """
        config = self._configurations.live()
        book, occasion = book_of(config.rules), occasion_of(event)
        if occasion not in book.occasions:
            return ()
        wanted = book.fields(occasion)
        moment = self._moment(event, wanted)
        matched = matched_at(moment, config, book, self._counts(moment.after, wanted))
        if not matched.rules:
            return ()
        choose = Placer(config, self._rosters, self._history, now=now)
        self._tickets.handle(
            event.ticket_id,
            lambda ticket: react(ticket, moment, matched, config, choose=choose, now=now),
            [NaturalKey(f"rules#{event.event_id}")],
            taken=choose.taken,
        )
        return [rule.id for rule in matched.rules]

    def _moment(self, event: TicketEvent, wanted: Collection[str]) -> Moment:
        moment = Moment.of(self._history.timeline(event.ticket_id), event.sequence)
        if _TEXTS.isdisjoint(wanted):
            return moment
        said = self._texts.text(event.message) if isinstance(event, MessageReceived) else None
        return moment.with_whole_texts(self._texts.text(moment.opened.problem.description), said)

    def _counts(self, ticket: Ticket, wanted: Collection[str]) -> dict[str, int]:
        return open_tickets(self._history, ticket.id, ticket.contact, ticket.company, wanted)
