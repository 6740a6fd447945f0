"""Two tickets about one thing become one, the other hears what is said on it, and all of it can be taken back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.desk.merging import MergeDesk
from functions.shared.contracts.events import ClockStarted, ClockStopped, MessageReceived, TicketTriaged
from functions.shared.contracts.merge_events import TicketLetGo, TicketTakenIn
from functions.shared.contracts.words import Channel, Metric, Priority, Role, RootCause, Status
from functions.shared.domain import decisions, incidents, merging
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.errors import IllegalTransition, MergeRefused, NotAllowed, TicketNotFound
from functions.shared.domain.merging import survivor
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket, replay
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, CUSTOMER, DESK, NOON, default_config, make_contact, make_message, make_opened
from tests.fakes import CountedIds, InMemoryCustomers, InMemoryTickets

CONFIG = default_config()
LI_NA = Principal(kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT}))
LATER = NOON + timedelta(minutes=2)
BY = {"actor": AGENT, "now": LATER}


class World:
    """A desk with triaged tickets of one customer."""

    def __init__(self, tickets: int = 2) -> None:
        self.store, self.customers = InMemoryTickets(), InMemoryCustomers()
        self.tickets = Tickets(self.store, lambda: clock_rules(CONFIG), CountedIds())
        self.desk = MergeDesk(config=lambda: CONFIG, tickets=self.tickets, reader=self.store, people=self.customers)
        self.names = [self.begin() for _ in range(tickets)]

    def begin(self, **changes) -> str:
        ticket, _ = self.tickets.open(lambda id: make_opened(**changes).model_copy(update={"ticket_id": id}))
        triaged = {"actor": AGENT, "now": NOON, "priority": Priority.P1, "team": "first-line", "assignee": "li-na"}
        self.tickets.handle(ticket.id, lambda it: [it.happening(TicketTriaged, **triaged)])
        return reference(ticket.id, "AS")

    def ticket(self, name: str) -> Ticket:
        return next(ticket for ticket in self.store.heads.values() if reference(ticket.id, "AS") == name)

    def do(self, name: str, command) -> Ticket:
        return self.tickets.handle(self.ticket(name).id, command)

    def say(self, name: str, text: str) -> Ticket:
        said = make_message(text)
        heard = {"channel": Channel.API, "actor": CUSTOMER, "now": LATER}
        return self.tickets.hear(self.ticket(name).id, lambda it: decisions.receive(it, said, **heard))

    def refusal(self, name: str, into: str) -> str:
        with pytest.raises(MergeRefused) as refused:
            self.desk.merge(LI_NA, name, into, now=LATER)
        return refused.value.why


def test_a_duplicate_is_closed_and_points_to_the_ticket_that_goes_on():
    world = World()
    duplicate, into = world.names

    assert world.desk.preview(LI_NA, duplicate, into, now=LATER).title == "报表打不开"
    assert world.ticket(duplicate).merged_into is None
    merged = world.desk.merge(LI_NA, duplicate, into, now=LATER)

    target = world.ticket(into)
    assert (merged.status, merged.merged_into) == (Status.CLOSED, target.id)
    assert (target.status, world.store.events[target.id][-1].type) == (Status.OPEN, "TicketTakenIn")
    assert world.store.shares.loads["li-na"] == 1
    for ticket in (merged, target):
        assert replay(world.store.events[ticket.id]).status is ticket.status


def test_a_merged_ticket_has_no_running_clock_and_no_timer_and_finished_ones_stay():
    world = World()
    duplicate, into = world.names
    world.do(duplicate, lambda it: decisions.reply(it, make_message("好的"), **BY))
    finished = world.ticket(duplicate).clocks[Metric.FIRST_RESPONSE]

    merged = world.desk.merge(LI_NA, duplicate, into, now=LATER)

    assert merged.clocks[Metric.FIRST_RESPONSE] == finished
    assert merged.clocks[Metric.RESOLUTION].result == "cancelled"
    assert merged.timer is None
    assert world.ticket(into).clocks[Metric.RESOLUTION].is_running
    late = clock_rules(CONFIG).due_acts(merged, NOON + timedelta(days=400))
    assert late == clock_rules(CONFIG).renew(merged, NOON + timedelta(days=400)) == []


def test_taking_it_back_gives_the_former_status_and_new_cycles():
    world = World()
    duplicate, into = world.names
    world.do(duplicate, lambda it: decisions.wait(it, Status.WAITING_CUSTOMER, **BY))
    world.desk.merge(LI_NA, duplicate, into, now=LATER)

    back = world.desk.unmerge(LI_NA, duplicate, now=LATER + timedelta(minutes=1))

    assert (back.status, back.merged_into, back.closed_at) == (Status.WAITING_CUSTOMER, None, None)
    assert {metric: clock.cycle for metric, clock in back.clocks.items()} == {
        Metric.FIRST_RESPONSE: 2,
        Metric.RESOLUTION: 2,
    }
    assert back.timer is not None or all(clock.state == "paused" for clock in back.clocks.values())
    assert isinstance(world.store.events[world.ticket(into).id][-1], TicketLetGo)
    assert world.store.shares.loads["li-na"] == 2
    assert world.desk.unmerge(LI_NA, duplicate, now=LATER).version == back.version
    world.desk.merge(LI_NA, duplicate, into, now=LATER + timedelta(minutes=2))
    assert world.ticket(duplicate).status is Status.CLOSED


def test_a_solved_duplicate_is_solved_again_when_it_is_taken_back_and_no_clock_starts():
    world = World()
    duplicate, into = world.names
    solved = {"root_cause": RootCause.DEFECT, "cause": "", "solution": "已恢复"}
    world.do(duplicate, lambda it: decisions.resolve(it, **solved, **BY))
    world.desk.merge(LI_NA, duplicate, into, now=LATER)
    before = len(world.store.events[world.ticket(duplicate).id])

    assert world.desk.unmerge(LI_NA, duplicate, now=LATER).status is Status.RESOLVED
    after = world.store.events[world.ticket(duplicate).id][before:]
    assert not any(isinstance(event, ClockStarted | ClockStopped) for event in after)


def test_an_unanswered_message_is_owed_an_answer_again():
    world = World()
    duplicate, into = world.names
    world.do(duplicate, lambda it: decisions.reply(it, make_message("好的"), actor=AGENT, now=NOON))
    world.say(duplicate, "还是不行")
    world.desk.merge(LI_NA, duplicate, into, now=LATER)

    back = world.desk.unmerge(LI_NA, duplicate, now=LATER)

    assert back.clocks[Metric.NEXT_RESPONSE].is_running
    assert back.clocks[Metric.FIRST_RESPONSE].cycle == 1


def test_what_cannot_be_merged_is_refused_with_the_reason():
    world = World(4)
    one, two, three, closed = world.names
    new, _ = world.tickets.open(lambda id: make_opened().model_copy(update={"ticket_id": id}))
    stranger = world.begin(contact=make_contact(id="con_00000009", address="x@else.example"), company=None)
    solved = {"root_cause": RootCause.DEFECT, "cause": "", "solution": "已恢复"}
    world.do(closed, lambda it: decisions.resolve(it, **solved, **BY))
    world.do(closed, lambda it: decisions.close(it, **BY))
    world.desk.merge(LI_NA, one, two, now=LATER)

    assert world.refusal(two, two) == "itself"
    assert world.refusal(one, three) == "merged_already"
    assert world.refusal(two, one) == "circle"
    assert world.refusal(three, one) == "target_merged"
    assert world.refusal(closed, three) == "closed"
    assert world.refusal(three, closed) == "target_closed"
    assert world.refusal(reference(new.id, "AS"), three) == "untriaged"
    assert world.refusal(stranger, three) == "other_customer"
    world.do(three, lambda it: incidents.declare(it, ["502"], None, **BY))
    assert world.refusal(three, two) == "incident"
    with pytest.raises(TicketNotFound):
        world.desk.merge(LI_NA, two, "XX-0000-0001", now=LATER)
    with pytest.raises(NotAllowed):
        world.desk.merge(LI_NA.model_copy(update={"roles": frozenset()}), two, three, now=LATER)
    other_desk = world.ticket(three).with_changes(desk="it")
    with pytest.raises(MergeRefused, match="other_desk"):
        merging.merge(world.ticket(two), other_desk, same_person=(), **BY)


def test_contacts_that_are_one_person_are_one_customer_and_merging_twice_is_merging_once():
    world = World()
    other = world.begin(contact=make_contact(id="con_00000009", address="x@else.example"), company=None)
    into = world.names[0]
    world.customers.merged["con_00000009"] = ("con_00000001",)

    first = world.desk.merge(LI_NA, other, into, now=LATER)
    assert world.desk.merge(LI_NA, other, into, now=LATER).version == first.version
    assert sum(isinstance(it, TicketTakenIn) for it in world.store.events[world.ticket(into).id]) == 1


def test_a_merged_ticket_is_not_reopened_nor_completed_but_unmerged():
    world = World()
    duplicate, into = world.names
    world.desk.merge(LI_NA, duplicate, into, now=LATER)

    with pytest.raises(IllegalTransition):
        world.do(duplicate, lambda it: decisions.reopen(it, **BY))
    with pytest.raises(IllegalTransition):
        world.do(
            duplicate, lambda it: decisions.provide_details(it, channel=Channel.API, missing=(), module="payment", **BY)
        )


def test_what_is_said_on_a_duplicate_is_heard_at_the_end_of_the_chain():
    world = World(3)
    one, two, three = world.names
    world.desk.merge(LI_NA, one, two, now=LATER)
    world.desk.merge(LI_NA, two, three, now=LATER)

    heard = world.say(one, "还是不行")

    assert heard.id == world.ticket(three).id
    assert world.ticket(one).status is Status.CLOSED
    world.desk.unmerge(LI_NA, two, now=LATER)
    assert world.say(one, "还是不行").id == world.ticket(two).id


def test_what_is_said_while_somebody_merges_is_heard_where_the_ticket_goes_on():
    world = World()
    duplicate, into = world.names
    merges = [lambda: world.desk.merge(LI_NA, duplicate, into, now=LATER)]
    get = world.store.get

    def get_late(ticket_id):
        found = get(ticket_id)
        if merges:
            merges.pop()()
        return found

    world.store.get = get_late
    assert world.say(duplicate, "还是不行").id == world.ticket(into).id
    assert not any(isinstance(it, MessageReceived) for it in world.store.events[world.ticket(duplicate).id])


def test_pointers_that_lead_in_a_circle_lose_no_message():
    world = World()
    one, two = (world.ticket(name) for name in world.names)
    closed = {"status": Status.CLOSED}
    world.store.heads[one.id] = one.with_changes(merged_into=two.id, **closed)
    world.store.heads[two.id] = two.with_changes(merged_into=one.id, **closed)

    heard = world.say(world.names[0], "还是不行")

    assert (heard.id, heard.status, heard.merged_into) == (one.id, Status.OPEN, None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=25))
def test_no_sequence_of_merges_makes_a_circle(steps):
    world = World(5)

    for is_merge, one, other in steps:
        try:
            if is_merge:
                world.desk.merge(LI_NA, world.names[one], world.names[other], now=LATER)
            else:
                world.desk.unmerge(LI_NA, world.names[one], now=LATER)
        except IllegalTransition:
            continue

    for ticket in world.store.heads.values():
        end = survivor(ticket, world.store.get)
        assert end.merged_into is None
        assert (ticket.merged_into is None) is (ticket.status is not Status.CLOSED)
        running = [clock for clock in ticket.clocks.values() if clock.state != "stopped"]
        assert bool(running) is ticket.status.is_active
