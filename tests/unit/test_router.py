"""The router's use case on the in-memory store: once per ticket, one turn per ticket, whatever comes twice."""

from pathlib import Path

import pytest

from functions.router.service import Router
from functions.shared.contracts.events import Actor, TicketTriaged
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.decisions import note
from functions.shared.ticketing import Tickets
from ops.configuration import load_config
from tests.factories import AGENT, NOON, make_message, make_opened, make_problem
from tests.fakes import CountedIds, InMemoryIncidents, InMemoryTickets, NoLessons, StillClocks

CONFIG = load_config(Path(__file__).parents[2] / "config").model_copy(update={"version": 3})


class FirstTimers:
    def __init__(self) -> None:
        self.begun = []

    def begin(self, ticket_id, timer, now):
        self.begun.append((ticket_id, timer, now))


class Live:
    def live(self):
        return CONFIG


class Texts:
    """Blobs hold what their key says."""

    def text(self, message):
        return f"{message.text}{message.body_key}"


class Crowded(InMemoryTickets):
    """A store in which somebody else is quicker once."""

    rival = None

    def append(self, ticket, events, keys_=(), **how):
        if self.rival:
            act, self.rival = self.rival, None
            act()
        super().append(ticket, events, keys_, **how)


def desk(store=None, timers=None, clocks=StillClocks):
    store = store or InMemoryTickets()
    tickets = Tickets(store, clocks, CountedIds())
    timers, incidents = timers or FirstTimers(), InMemoryIncidents(store)
    router = Router(tickets, Live(), store.shares, store, Texts(), timers, NoLessons(), incidents)
    return store, tickets, store.shares.turns, router


def opened_in(tickets, **problem):
    fields = {"title": "怎么改头像", "description": make_message("…"), **problem}
    ticket, _ = tickets.open(
        lambda id: make_opened(problem=make_problem(**fields)).model_copy(update={"ticket_id": id})
    )
    return make_opened(problem=make_problem(**fields)).model_copy(update={"ticket_id": ticket.id})


def triages(store, ticket_id):
    return [event for event in store.timeline(ticket_id) if isinstance(event, TicketTriaged)]


def test_a_ticket_delivered_twice_is_triaged_once_and_takes_one_turn():
    store, tickets, turns, router = desk()
    event = opened_in(tickets)

    first = router.triage(event, now=NOON)
    second = router.triage(event, now=NOON)

    assert first == second
    assert len(triages(store, event.ticket_id)) == 1
    assert turns == {"first-line": 1}


def test_a_first_try_does_not_read_the_ticket_and_decides_the_same():
    store, tickets, _, router = desk()
    event = opened_in(tickets)
    reads = []
    get, store.get = store.get, lambda ticket_id: reads.append(ticket_id) or get(ticket_id)

    first = router.triage(event, now=NOON, is_first_try=True)
    assert reads == []
    again = router.triage(event, now=NOON, is_first_try=True)

    assert first == again == store.get(event.ticket_id)
    assert len(triages(store, event.ticket_id)) == 1


def test_a_decision_taken_anew_takes_no_second_turn():
    store = Crowded()
    store, tickets, turns, router = desk(store)
    event = opened_in(tickets)

    def rival():
        tickets.handle(event.ticket_id, lambda ticket: note(ticket, make_message("看一下"), actor=AGENT, now=NOON))

    store.rival = rival
    ticket = router.triage(event, now=NOON)

    assert (ticket.assignee, ticket.sequence) == ("li-na", 3)
    assert turns == {"first-line": 1}


def test_the_decision_records_the_version_it_was_taken_by():
    store, tickets, _, router = desk()
    event = opened_in(tickets)

    router.triage(event, now=NOON)

    [decided] = triages(store, event.ticket_id)
    assert decided.config_version == 3
    assert decided.actor == Actor(kind="system", id="router")


def test_rules_read_a_long_description_to_its_end():
    _, tickets, _, router = desk()
    event = opened_in(tickets, description=make_message("前面很长……", body_key="最后要开发票"))

    assert router.triage(event, now=NOON).team == "finance"


def test_the_first_timer_is_set_once_the_decision_is_stored():
    timers = FirstTimers()
    store, tickets, _, router = desk(timers=timers, clocks=lambda: clock_rules(CONFIG))
    event = opened_in(tickets)

    ticket = router.triage(event, now=NOON)

    assert ticket == store.get(event.ticket_id)
    assert ticket.timer
    assert timers.begun == [(ticket.id, ticket.timer, NOON)]


def test_a_timer_that_was_not_set_because_the_router_died_is_set_on_its_next_try():
    class Dying(FirstTimers):
        def begin(self, ticket_id, timer, now):
            if not self.begun:
                self.begun.append("died")
                raise ConnectionError
            super().begin(ticket_id, timer, now)

    timers = Dying()
    store, tickets, _, router = desk(timers=timers, clocks=lambda: clock_rules(CONFIG))
    event = opened_in(tickets)

    with pytest.raises(ConnectionError):
        router.triage(event, now=NOON, is_first_try=True)
    ticket = router.triage(event, now=NOON)

    assert len(triages(store, event.ticket_id)) == 1
    assert timers.begun == ["died", (ticket.id, ticket.timer, NOON)]
