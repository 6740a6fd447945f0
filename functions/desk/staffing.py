"""Who is at work: what people say of their presence, how much they have, and where it goes when they are away."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.views import QueueLine
from functions.shared.contracts.events import Reason, TicketEvent
from functions.shared.contracts.words import Role, Slug
from functions.shared.domain.assignment import Choose, Wanted
from functions.shared.domain.config import DeskConfig, Person
from functions.shared.domain.decisions import assign
from functions.shared.domain.errors import NotAllowed, PersonNotFound
from functions.shared.domain.instants import Instant
from functions.shared.domain.presence import Absence, Note, Presence, Standing, absence, load_limit
from functions.shared.domain.references import reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ways import Way
from functions.shared.identity.principal import Principal
from functions.shared.placing import Placers
from functions.shared.ticketing import Tickets

HANDED_OVER_AT_ONCE: Final = 50
"""A request takes so many tickets from somebody; the next one goes on."""

LISTED: Final = 200


class Rosters(Protocol):
    def standings(self, people: Sequence[Slug]) -> Mapping[Slug, Standing]: ...

    def say(self, person: Slug, presence: Presence) -> None: ...


class AgentTickets(Protocol):
    def of_agent(self, agent: Slug, limit: int = ...) -> list[TicketSummary]: ...


class NewStatus(BaseModel):
    """What is said of somebody's presence, in place of what was said before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    is_paused: bool = False
    away_from: Instant | None = None
    away_until: Instant | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "NewStatus":
        if self.away_until and (self.away_from is None or self.away_until <= self.away_from):
            raise PydanticCustomError("ends_before", "away_until lies after away_from")
        return self


class PersonStatus(BaseModel):
    """Whether somebody is at work, and how much they have."""

    model_config = ConfigDict(frozen=True)

    id: Slug
    name: str
    teams: tuple[Slug, ...]
    is_at_work: bool
    absence: Absence | None
    """Why they are not; by the shifts of their first team where they have none of their own."""
    takes_tickets: bool
    load: int
    load_limit: int | None
    presence: Presence
    may_change: bool
    """Whether whoever asks may say something of it."""


class HandedOver(BaseModel):
    """What became of somebody's open tickets."""

    model_config = ConfigDict(frozen=True)

    moved: tuple[QueueLine, ...]
    left: int
    """How many they still have."""


class Staffing:
    """The presence of one desk's people."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        rosters: Rosters,
        reader: AgentTickets,
        tickets: Tickets,
        placers: Placers,
    ) -> None:
        self._config = config
        self._rosters = rosters
        self._reader = reader
        self._tickets = tickets
        self._placers = placers

    def everybody(self, principal: Principal, *, now: datetime) -> list[PersonStatus]:
        """Everybody who belongs to a team, in the order of the configuration."""
        principal.require(Role.AGENT)
        people = [person for person in self._config().people if person.teams]
        standings = self._rosters.standings([person.id for person in people])
        return [self._status(principal, person, standings[person.id], now) for person in people]

    def status(self, principal: Principal, person_id: str, *, now: datetime) -> PersonStatus:
        """How somebody stands; `me` is the caller.

        Raises:
            PersonNotFound: nobody of the desk has this id.
        """
        principal.require(Role.AGENT)
        person = self._person(principal, person_id)
        return self._status(principal, person, self._rosters.standings([person.id])[person.id], now)

    def say(self, principal: Principal, person_id: str, wish: NewStatus, *, now: datetime) -> PersonStatus:
        """Say something of a person's presence: one's own, or as their lead or a manager.

        Raises:
            NotAllowed: it is for others to say.
            StalePresence: somebody else said something meanwhile.
        """
        principal.require(Role.AGENT)
        person = self._changeable(principal, person_id)
        known = self._rosters.standings([person.id])[person.id]
        said = known.presence.said(principal.id, now, **wish.model_dump())
        self._rosters.say(person.id, said)
        return self._status(principal, person, Standing(known.load, said), now)

    def tickets(self, principal: Principal, person_id: str) -> list[QueueLine]:
        """Somebody's open tickets, next deadline first."""
        principal.require(Role.AGENT)
        prefix = self._config().desk.prefix
        found = self._reader.of_agent(self._person(principal, person_id).id, LISTED)
        return [QueueLine.under(summary, reference(summary.id, prefix)) for summary in found]

    def hand_over(self, principal: Principal, person_id: str, *, now: datetime) -> HandedOver:
        """Give somebody's open tickets to others of their teams as if they were new; who has nobody free waits there.

        Raises:
            NotAllowed: it is for others to do.
        """
        principal.require(Role.AGENT)
        person, config = self._changeable(principal, person_id), self._config()
        theirs = self._reader.of_agent(person.id, LISTED)
        moved = []
        for summary in theirs[:HANDED_OVER_AT_ONCE]:
            choose = self._placers(config, now)

            def command(ticket: Ticket, choose: Choose = choose) -> Sequence[TicketEvent]:
                return _handed_over(ticket, person, config, choose, principal, now)

            ticket = self._tickets.handle(summary.id, command, taken=choose.taken)
            if ticket.assignee != person.id:
                moved.append(QueueLine.under(TicketSummary.of(ticket), reference(ticket.id, config.desk.prefix)))
        return HandedOver(moved=tuple(moved), left=len(theirs) - len(moved))

    def _person(self, principal: Principal, person_id: str) -> Person:
        person = self._config().person(principal.id if person_id == "me" else person_id)
        if person is None:
            raise PersonNotFound(person_id)
        return person

    def _changeable(self, principal: Principal, person_id: str) -> Person:
        person = self._person(principal, person_id)
        if not _may_change(principal, person):
            raise NotAllowed(Saying.of("reason.not_yours_to_say", person=person.name))
        return person

    def _status(self, principal: Principal, person: Person, standing: Standing, now: datetime) -> PersonStatus:
        config = self._config()
        team = config.team(person.teams[0]) if person.teams else None
        missing = absence(person, team, standing.presence, config, now)
        return PersonStatus(
            id=person.id,
            name=person.name,
            teams=person.teams,
            is_at_work=missing is None,
            absence=missing,
            takes_tickets=person.takes_tickets,
            load=standing.load,
            load_limit=load_limit(person, team),
            presence=standing.presence,
            may_change=_may_change(principal, person),
        )


def _may_change(principal: Principal, person: Person) -> bool:
    if principal.id == person.id or principal.has(Role.MANAGER):
        return True
    return principal.has(Role.LEAD) and bool(principal.teams.intersection(person.teams))


def _handed_over(
    ticket: Ticket, person: Person, config: DeskConfig, choose: Choose, principal: Principal, now: datetime
) -> Sequence[TicketEvent]:
    """Nothing where the ticket is somebody else's by now, or no longer open."""
    if ticket.assignee != person.id or ticket.team is None or not ticket.status.is_active or ticket.priority is None:
        return []
    team = config.team(ticket.team)
    wanted = Wanted(
        ticket_id=ticket.id,
        team=ticket.team,
        priority=ticket.priority,
        language=ticket.language,
        way=team.assign if team else Way(),
        module=ticket.module,
        company_id=ticket.company.id if ticket.company else None,
        not_to=person.id,
    )
    choice = choose(wanted)
    why = Reason(code="handed_over", zh=f"由{person.name}移交", en=f"Handed over from {person.name}")
    assignee = choice.person.id if choice.person else None
    return assign(ticket, ticket.team, assignee, actor=principal.actor(), now=now, reasons=(why, *choice.reasons))
