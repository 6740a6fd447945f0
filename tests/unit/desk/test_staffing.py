"""What people say of their presence, who may say it for them, and where their tickets go."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.desk.service import Desk
from functions.desk.staffing import NewStatus, Staffing
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import TicketAssigned, TicketTriaged
from functions.shared.domain.errors import NotAllowed, PersonNotFound
from functions.shared.domain.findings import refused
from functions.shared.domain.presence import Absence
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.pages.languages import catalogue
from functions.shared.placing import Placer
from functions.shared.ticketing import Tickets
from tests.factories import DESK, NOON, SYSTEM, default_config, make_opened
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryTickets, StillClocks

CONFIG = default_config()
AWAY = NewStatus(away_from=NOON, away_until=NOON + timedelta(days=2), note="出差")


def somebody(person_id: str) -> Principal:
    person = CONFIG.person(person_id)
    assert person
    return Principal(
        kind=PrincipalKind.PERSON,
        id=person.id,
        name=person.name,
        desk=DESK,
        roles=frozenset({person.role}),
        teams=frozenset(person.teams),
    )


@pytest.fixture
def store() -> InMemoryTickets:
    return InMemoryTickets()


@pytest.fixture
def tickets(store: InMemoryTickets) -> Tickets:
    return Tickets(store, StillClocks, CountedIds())


@pytest.fixture
def staffing(store: InMemoryTickets, tickets: Tickets) -> Staffing:
    return Staffing(
        config=lambda: CONFIG,
        rosters=store.shares,
        reader=store,
        tickets=tickets,
        placers=lambda config, now: Placer(config, store.shares, store, now=now),
    )


def given(tickets: Tickets, number: int, person: str | None, **changes: Any) -> Ticket:
    event = make_opened(number)
    tickets.open(lambda _: event)
    fields = {"priority": "P2", "team": "first-line", "assignee": person, **changes}
    return tickets.handle(
        event.ticket_id, lambda ticket: [ticket.happening(TicketTriaged, actor=SYSTEM, now=NOON, **fields)]
    )


def test_one_says_of_oneself_that_one_is_away_and_is_seen_to_be(staffing: Staffing) -> None:
    said = staffing.say(somebody("li-na"), "me", AWAY, now=NOON)

    assert (said.is_at_work, said.absence) == (False, Absence.AWAY)
    [seen] = [one for one in staffing.everybody(somebody("xu-fang"), now=NOON) if one.id == "li-na"]
    assert seen.presence.note == "出差"
    assert seen.presence.changed_by == "li-na"
    assert staffing.status(somebody("xu-fang"), "li-na", now=NOON + timedelta(days=2)).is_at_work


@pytest.mark.parametrize(
    ("who", "may"), [("zhou-min", True), ("gao-yuan", True), ("admin", True), ("zhang-wei", False), ("he-yun", False)]
)
def test_for_others_it_is_their_lead_or_a_manager_who_says(staffing: Staffing, who: str, may: bool) -> None:
    assert staffing.status(somebody(who), "li-na", now=NOON).may_change is may
    if may:
        assert staffing.say(somebody(who), "li-na", NewStatus(is_paused=True), now=NOON).absence is Absence.PAUSED
    else:
        with pytest.raises(NotAllowed):
            staffing.say(somebody(who), "li-na", NewStatus(is_paused=True), now=NOON)
        with pytest.raises(NotAllowed):
            staffing.hand_over(somebody(who), "li-na", now=NOON)


def test_nobody_of_that_name_is_not_found(staffing: Staffing) -> None:
    with pytest.raises(PersonNotFound):
        staffing.status(somebody("li-na"), "ghost", now=NOON)


def test_an_absence_that_ends_before_it_begins_is_refused() -> None:
    for wrong in ({"away_until": NOON}, {"away_from": NOON, "away_until": NOON}):
        with pytest.raises(ValueError, match="away_until lies after away_from"):
            NewStatus.model_validate(wrong)


@pytest.mark.parametrize(
    ("away", "field"),
    [
        ({"away_from": "0001-01-01T00:00:00+14:00"}, "away_from"),
        ({"away_from": "2026-03-01T00:00:00Z", "away_until": "9999-12-31T23:59:59-12:00"}, "away_until"),
    ],
)
def test_an_absence_at_a_time_that_no_clock_shows_is_refused(away: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        NewStatus.model_validate(away)

    [wrong] = refused(error.value).errors
    assert (wrong.field, wrong.code) == (field, "out_of_years")
    assert catalogue("zh").say(wrong.message) == "时间必须在 1900 年至 2199 年之间。"
    assert catalogue("en").say(wrong.message) == "This must lie in the years 1900 to 2199."


def test_open_tickets_are_handed_over_to_whoever_is_free_and_counted_there(
    staffing: Staffing, store: InMemoryTickets, tickets: Tickets
) -> None:
    mine = [given(tickets, number, "li-na") for number in (1, 2, 3)]
    others = given(tickets, 4, "zhang-wei")
    staffing.say(somebody("emma-brown"), "me", AWAY, now=NOON)
    staffing.say(somebody("li-na"), "me", AWAY, now=NOON)

    handed = staffing.hand_over(somebody("zhou-min"), "li-na", now=NOON)

    assert [line.assignee for line in handed.moved] == ["zhang-wei"] * 3
    assert handed.left == 0
    assert +store.shares.loads == {"zhang-wei": 4}
    assert store.get(others.id).assignee == "zhang-wei"
    last = store.timeline(mine[0].id)[-1]
    assert isinstance(last, TicketAssigned)
    assert [reason.code for reason in last.reasons][:2] == ["handed_over", "person_by_turn"]


def test_with_nobody_free_what_is_handed_over_waits_in_the_teams_queue(
    staffing: Staffing, store: InMemoryTickets, tickets: Tickets
) -> None:
    ticket = given(tickets, 1, "li-na")
    for person in ("zhang-wei", "emma-brown"):
        staffing.say(somebody(person), "me", AWAY, now=NOON)

    staffing.hand_over(somebody("li-na"), "me", now=NOON)

    assert (store.get(ticket.id).team, store.get(ticket.id).assignee) == ("first-line", None)


def test_whoever_works_there_may_take_any_ticket_and_it_stays_with_its_team(
    store: InMemoryTickets, tickets: Tickets
) -> None:
    desk = Desk(
        config=lambda: CONFIG,
        tickets=tickets,
        reader=store,
        bodies=Bodies(InMemoryBlobs(), DESK),
        files=InMemoryBlobs(),
    )
    theirs = given(tickets, 1, "zhao-lei", team="engineering")

    taken = desk.take(somebody("li-na"), reference(theirs.id, "AS"), now=NOON)

    assert (taken.team, taken.assignee) == ("engineering", "li-na")
    assert +store.shares.loads == {"li-na": 1}
