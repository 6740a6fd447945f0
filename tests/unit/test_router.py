"""The router's use case on the in-memory store: once per ticket, one turn per ticket, whatever comes twice."""

from pathlib import Path

from functions.router.service import Router
from functions.shared.contracts.events import Actor, TicketTriaged
from functions.shared.domain.decisions import note
from functions.shared.ticketing import Tickets
from functions.shared.triaging import Triage
from ops.configuration import load_config
from tests.factories import AGENT, NOON, make_message, make_opened, make_problem
from tests.fakes import CountedIds, InMemoryIncidents, InMemoryTickets, NoLessons, StillClocks

CONFIG = load_config(Path(__file__).parents[2] / "config").model_copy(update={"version": 3})


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


def desk(store=None):
    store = store or InMemoryTickets()
    tickets = Tickets(store, StillClocks, CountedIds())
    triage = Triage(Live(), store.shares, store, Texts(), NoLessons(), InMemoryIncidents(store))
    return store, tickets, store.shares.turns, Router(tickets, triage)


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
