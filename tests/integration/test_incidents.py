"""Running incidents and their links: one contract for the table and its stand-in."""

from datetime import timedelta

import pytest

from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded, TicketLinked, TicketUnlinked
from functions.shared.domain.ticket import evolve, opened
from functions.shared.gateways import keys
from functions.shared.gateways.incidents import Incidents
from functions.shared.gateways.tickets import TicketTable
from tests.factories import AGENT, DESK, NOON, make_opened
from tests.fakes import InMemoryIncidents, InMemoryTickets
from tests.integration.conftest import TABLE


@pytest.fixture(params=["dynamodb", "memory"])
def desk(request):
    if request.param == "memory":
        store = InMemoryTickets()
        yield store, InMemoryIncidents(store)
        return
    client = request.getfixturevalue("dynamodb")
    yield TicketTable(client, TABLE, DESK), Incidents(client, TABLE, DESK)


def begin(store, number):
    event = make_opened(number)
    store.append(opened(event), [event])
    return event.ticket_id


def happen(store, ticket_id, kind, minutes=0, **fields):
    ticket = store.get(ticket_id)
    event = ticket.happening(kind, actor=AGENT, now=NOON + timedelta(minutes=minutes), **fields)
    store.append(evolve(ticket, event).with_changes(version=ticket.version + 1), [event])


def test_what_is_declared_runs_until_it_ends(desk):
    store, incidents = desk
    first, second = begin(store, 1), begin(store, 2)
    assert incidents.running() == []

    happen(store, second, IncidentDeclared, 2, title="支付", module="payment")
    happen(store, first, IncidentDeclared, 1, title="网站", keywords=("502",))
    assert [(one.id, one.keywords, one.module) for one in incidents.running()] == [
        (first, ("502",), None),
        (second, (), "payment"),
    ]

    happen(store, first, IncidentDeclared, 3, title="网站", keywords=("502", "503"))
    assert {one.id: one.keywords for one in incidents.running()} == {first: ("502", "503"), second: ()}
    happen(store, first, IncidentEnded, 4)
    assert [one.id for one in incidents.running()] == [second]


def test_an_incident_that_cannot_be_read_hides_no_other(dynamodb):
    store, incidents = TicketTable(dynamodb, TABLE, DESK), Incidents(dynamodb, TABLE, DESK)
    ticket = begin(store, 1)
    happen(store, ticket, IncidentDeclared, 1, title="网站", keywords=("502",))
    broken = {"pk": keys.incidents(DESK), "sk": "broken", "doc": "{}"}
    dynamodb.put_item(TableName=TABLE, Item={name: {"S": value} for name, value in broken.items()})

    assert [one.id for one in incidents.running()] == [ticket]


def test_linked_tickets_are_listed_with_their_incident(desk):
    store, incidents = desk
    incident, other, *tickets = (begin(store, number) for number in range(1, 5))
    for ticket in tickets:
        happen(store, ticket, TicketLinked, incident=incident, title="网站")

    assert incidents.linked(incident) == tickets
    assert incidents.linked(other) == []
    happen(store, tickets[0], TicketUnlinked, incident=incident)
    assert incidents.linked(incident) == tickets[1:]
    assert len(store.timeline(incident)) == 1
