"""One contract for load, turns and presence, in the table and in its fake: nothing is taken without the change."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Priority, RootCause
from functions.shared.domain.assignment import Roster
from functions.shared.domain.decisions import assign, resolve
from functions.shared.domain.errors import StalePresence, StaleTicket
from functions.shared.domain.presence import Presence, Standing
from functions.shared.domain.shares import Take
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.rosters import Rosters
from functions.shared.gateways.tickets import TicketTable
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, DESK, NOON, make_opened
from tests.fakes import CountedIds, InMemoryTickets, StillClocks
from tests.integration.conftest import TABLE


@dataclass
class Desk:
    store: Any
    rosters: Any

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.store, StillClocks, CountedIds())

    def open(self, number: int) -> Ticket:
        event = make_opened(number)
        return self.tickets.open(lambda _: event)[0]

    def triage(self, ticket: Ticket, take: Take | None, person: str | None = "li-na") -> Ticket:
        """Stores what a router decided who saw `take`."""
        tries = iter([None])

        def command(now: Ticket) -> list[TicketTriaged]:
            next(tries)  # a second attempt is no business of these tests
            return [
                now.happening(
                    TicketTriaged, actor=AGENT, now=NOON, priority=Priority.P2, team="first-line", assignee=person
                )
            ]

        try:
            return self.tickets.handle(ticket.id, command, taken=lambda: take)
        except StopIteration:
            raise StaleTicket(ticket.id) from None


@pytest.fixture(params=["moto", "memory"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    if request.param == "memory":
        store = InMemoryTickets()
        yield Desk(store, store.shares)
    else:
        client = request.getfixturevalue("dynamodb")
        yield Desk(TicketTable(client, TABLE, DESK), Rosters(client, TABLE, DESK))


def take(turn: int = 0, *, person: str = "li-na", changes: int = 0, most: int | None = None) -> Take:
    return Take(team="first-line", person=person, turn=turn, presence_changes=changes, most=most)


def test_a_team_of_which_nothing_is_known_is_free(desk: Desk) -> None:
    roster = desk.rosters.read("first-line", ["li-na"])

    assert roster.turns == 0
    assert roster.standing("li-na") == Standing()


def test_a_decision_takes_its_turn_and_its_place_with_it(desk: Desk) -> None:
    desk.triage(desk.open(1), take(0))
    desk.triage(desk.open(2), take(1, person="zhang-wei"), "zhang-wei")

    roster = desk.rosters.read("first-line", ["li-na", "zhang-wei"])

    assert roster == Roster(
        turns=2,
        last_turns={"li-na": 1, "zhang-wei": 2},
        standings={"li-na": Standing(load=1), "zhang-wei": Standing(load=1)},
    )


@pytest.mark.parametrize(
    "late", [take(0), take(2), take(1, most=0), take(1, changes=1)], ids=["turn", "no turn", "limit", "presence"]
)
def test_what_is_gone_is_not_taken_and_nothing_is_stored(desk: Desk, late: Take) -> None:
    desk.triage(desk.open(1), take(0))
    second = desk.open(2)

    with pytest.raises(StaleTicket):
        desk.triage(second, late)

    assert desk.store.get(second.id).priority is None
    assert desk.rosters.read("first-line", ["li-na"]).turns == 1
    assert desk.rosters.standings(["li-na"]) == {"li-na": Standing(load=1)}


def test_a_limit_is_reached_but_not_passed(desk: Desk) -> None:
    for number in range(3):
        desk.triage(desk.open(number + 1), take(number, most=2))

    with pytest.raises(StaleTicket):
        desk.triage(desk.open(9), take(3, most=2))


def test_load_goes_with_the_ticket_and_ends_with_it(desk: Desk) -> None:
    ticket = desk.triage(desk.open(1), None)
    people = ["li-na", "zhang-wei"]

    def loads() -> list[int]:
        return [desk.rosters.standings(people)[person].load for person in people]

    assert loads() == [1, 0]
    desk.tickets.handle(ticket.id, lambda now: assign(now, "first-line", "zhang-wei", actor=AGENT, now=NOON))
    assert loads() == [0, 1]
    desk.tickets.handle(
        ticket.id,
        lambda now: resolve(now, root_cause=RootCause.OTHER, cause="", solution="done", actor=AGENT, now=NOON),
    )
    assert loads() == [0, 0]


def test_presence_is_said_once_by_one(desk: Desk) -> None:
    paused = Presence().said("li-na", NOON, is_paused=True)
    desk.rosters.say("li-na", paused)

    with pytest.raises(StalePresence):
        desk.rosters.say("li-na", Presence().said("zhou-min", NOON))

    desk.rosters.say("li-na", paused.said("zhou-min", NOON, away_from=NOON))
    assert desk.rosters.standings(["li-na"])["li-na"].presence == Presence(
        away_from=NOON, changes=2, changed_by="zhou-min", changed_at=NOON
    )


def test_whoever_said_they_are_back_can_be_chosen(desk: Desk) -> None:
    desk.rosters.say("li-na", Presence().said("li-na", NOON, is_paused=True))

    with pytest.raises(StaleTicket):
        desk.triage(desk.open(1), take(0))
    desk.triage(desk.open(2), take(0, changes=1))


def test_a_team_of_more_than_a_hundred_is_read_whole(desk: Desk) -> None:
    people = [f"agent-{number}" for number in range(230)]
    desk.triage(desk.open(1), take(0, person="agent-229"), "agent-229")

    assert desk.rosters.read("first-line", people).standing("agent-229").load == 1
