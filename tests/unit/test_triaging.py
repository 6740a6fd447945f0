"""Triage in the commit that opens a ticket: the same as the router's, and never in a customer's way."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.router.service import Router
from functions.shared.contracts.events import Message, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Impact, Priority, Status, Urgency
from functions.shared.domain.assignment import Roster
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import StaleTicket
from functions.shared.domain.shares import NOTHING
from functions.shared.ticketing import NaturalKey, Tickets
from functions.shared.triaging import Triage
from tests.factories import NOON, default_config, make_company, make_message, make_opened, make_problem
from tests.fakes import CountedIds, InMemoryIncidents, InMemoryTickets, NoLessons

CONFIG = default_config()


class Live:
    def live(self) -> DeskConfig:
        return CONFIG


class Texts:
    def text(self, message: Message) -> str:
        return message.text


class Contended(InMemoryTickets):
    """A store in which the team's turn is gone so many times before a ticket can take it."""

    def __init__(self, losses: int) -> None:
        super().__init__()
        self.losses = losses

    def append(self, *args: Any, **how: Any) -> None:
        if how["shares"].take and self.losses:
            self.losses -= 1
            raise StaleTicket("the turn is another's")
        super().append(*args, **how)


class Unreadable:
    def read(self, team: str, people: Sequence[str]) -> Roster:
        del team, people
        raise TimeoutError("the table left keys unread")


class Refusing(InMemoryTickets):
    """A table that stores nothing of what triage takes."""

    def append(self, *args: Any, **how: Any) -> None:
        if how["shares"] != NOTHING:
            raise ConnectionError("throttled")
        super().append(*args, **how)


class LosingAnswers(InMemoryTickets):
    """A table whose first answer never arrives."""

    lost = 1

    def append(self, *args: Any, **how: Any) -> None:
        super().append(*args, **how)
        if self.lost:
            self.lost -= 1
            raise TimeoutError


class Stopped:
    """Clocks that cannot go on from a triage."""

    def __init__(self) -> None:
        self._rules = clock_rules(CONFIG)

    def follow(self, before: Any, after: Any, events: Any) -> Any:
        if any(isinstance(event, TicketTriaged) for event in events):
            raise KeyError("no such calendar")
        return self._rules.follow(before, after, events)

    def next_act_at(self, ticket: Any) -> Any:
        return self._rules.next_act_at(ticket)


class Desk:
    """Tickets with triage at the door, and the router for what that leaves."""

    def __init__(self, store: InMemoryTickets | None = None, rosters: Any = None, clocks: Any = None) -> None:
        self.store = store or InMemoryTickets()
        triage = Triage(
            Live(), rosters or self.store.shares, self.store, Texts(), NoLessons(), InMemoryIncidents(self.store)
        )
        rules = clocks or (lambda: clock_rules(CONFIG))
        self.door = Tickets(self.store, rules, CountedIds(), triage.at_the_door)
        self.plain = Tickets(self.store, rules, CountedIds())
        self.router = Router(self.plain, triage)

    def opened(self, ticket_id: str) -> TicketOpened:
        first = self.store.timeline(ticket_id)[0]
        assert isinstance(first, TicketOpened)
        return first


def begins(**fields: Any) -> Callable[[str], TicketOpened]:
    return lambda ticket_id: make_opened(int(ticket_id[-1]), **fields)


def test_a_ticket_opens_with_priority_team_person_and_deadlines_in_one_commit() -> None:
    desk = Desk()
    ticket, is_new = desk.door.open(begins(problem=make_problem(title="网站无法访问", module=None)))

    assert is_new
    assert (ticket.version, ticket.status, ticket.priority, ticket.team) == (
        1,
        Status.OPEN,
        Priority.P0,
        "engineering",
    )
    assert ticket.assignee == ticket.counted_for
    kinds = [event.type for event in desk.store.timeline(ticket.id)]
    assert kinds[:2] == ["TicketOpened", "TicketTriaged"]
    assert kinds.count("ClockStarted") == 2
    assert desk.opened(ticket.id).is_triaged
    assert ticket.timer is not None
    assert desk.store.shares.turns == {"engineering": 1}


def test_the_router_leaves_alone_what_was_triaged_at_the_door() -> None:
    desk = Desk()
    ticket, _ = desk.door.open(begins())

    assert desk.router.triage(desk.opened(ticket.id), now=NOON) == ticket
    assert desk.store.shares.turns == {ticket.team: 1}


def test_a_repeated_request_takes_no_second_turn() -> None:
    desk = Desk()
    first, _ = desk.door.open(begins(), [NaturalKey("request-1")])
    again, is_new = desk.door.open(begins(), [NaturalKey("request-1")])

    assert (again, is_new) == (first, False)
    assert desk.store.shares.turns == {first.team: 1}


@pytest.mark.parametrize(
    "faulty",
    [
        pytest.param({"rosters": Unreadable()}, id="a busy table"),
        pytest.param({"rosters": object()}, id="a fault of ours"),
        pytest.param({"store": Refusing()}, id="what it takes is refused"),
        pytest.param({"clocks": Stopped}, id="clocks that cannot follow"),
    ],
)
def test_a_ticket_opens_whatever_is_wrong_with_its_triage_and_the_router_makes_it_good(
    faulty: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(**faulty)
    ticket, is_new = desk.door.open(begins())

    assert '"TriageFailed":[1.0]' in capsys.readouterr().out

    assert is_new
    assert (ticket.priority, desk.opened(ticket.id).is_triaged) == (None, False)
    store = InMemoryTickets()
    store.heads, store.events = desk.store.heads, desk.store.events
    mended = Desk(store)
    assert mended.router.triage(desk.opened(ticket.id), now=NOON).priority is not None


def test_a_turn_that_was_lost_twice_is_taken_anew() -> None:
    desk = Desk(Contended(losses=2))
    ticket, _ = desk.door.open(begins())

    assert ticket.priority is not None
    assert desk.store.shares.turns == {ticket.team: 1}


def test_where_many_want_the_turn_at_once_the_ticket_opens_without_it_and_is_left_to_the_router() -> None:
    desk = Desk(Contended(losses=3))
    ticket, is_new = desk.door.open(begins())

    assert is_new
    assert (ticket.priority, desk.opened(ticket.id).is_triaged, desk.store.shares.turns) == (None, False, {})
    assert desk.router.triage(desk.opened(ticket.id), now=NOON).priority is not None


def test_a_ticket_whose_answer_was_lost_is_not_opened_twice() -> None:
    desk = Desk(LosingAnswers())
    ticket, is_new = desk.door.open(begins())

    assert is_new
    assert list(desk.store.heads) == [ticket.id]
    assert ticket.priority is not None


def test_a_table_that_stores_nothing_is_told_to_whoever_reports() -> None:
    class Down(InMemoryTickets):
        def append(self, *_: Any, **__: Any) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        Desk(Down()).door.open(begins())


problems = st.builds(
    make_problem,
    title=st.sampled_from(["网站无法访问", "怎么改头像", "请开发票", "Report does not load", "导出很慢"]),
    description=st.sampled_from([make_message("全公司都进不去"), make_message("please help"), make_message("谢谢")]),
    module=st.sampled_from([None, "reports", "billing"]),
    impact=st.sampled_from([None, *Impact]),
    urgency=st.sampled_from([None, *Urgency]),
)
companies = st.sampled_from([None, make_company(), make_company(tier="vip")])


@settings(max_examples=60, deadline=None)
@given(problem=problems, company=companies)
def test_the_door_and_the_router_make_the_same_of_a_ticket(problem: Any, company: Any) -> None:
    at_once, later = Desk(), Desk()
    whole, _ = at_once.door.open(begins(problem=problem, company=company))
    bare, _ = later.plain.open(begins(problem=problem, company=company))
    in_two = later.router.triage(later.opened(bare.id), now=NOON)

    apart = {"version": 0, "timer_generation": 0, "timer": None}
    assert whole.with_changes(**apart) == in_two.with_changes(**apart)
    assert (whole.timer.at if whole.timer else None) == (in_two.timer.at if in_two.timer else None)
    told, in_turn = (
        [event.model_dump(exclude={"is_triaged"}) for event in desk.store.timeline(whole.id)]
        for desk in (at_once, later)
    )
    assert told == in_turn
    assert any(isinstance(event, TicketTriaged) for event in at_once.store.timeline(whole.id))
