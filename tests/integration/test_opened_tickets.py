"""The list of all tickets by the time they were opened, in moto."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.shared.contracts.words import Priority
from functions.shared.domain.decisions import change_priority
from functions.shared.domain.ticket import Ticket, evolve, opened
from functions.shared.gateways.opened_tickets import OpenedTickets, PastTicketPage
from functions.shared.gateways.tickets import TicketTable
from tests.factories import AGENT, DESK, make_opened
from tests.integration.conftest import TABLE

BEGIN = datetime(2025, 11, 29, 22, tzinfo=UTC)
END = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def table(dynamodb: Any) -> TicketTable:
    return TicketTable(dynamodb, TABLE, DESK)


@pytest.fixture
def listed(dynamodb: Any) -> OpenedTickets:
    return OpenedTickets(dynamodb, TABLE, DESK)


def add(table: TicketTable, number: int, at: datetime) -> Ticket:
    event = make_opened(number, now=at)
    table.append(opened(event), [event])
    return opened(event)


def ids(page: PastTicketPage) -> list[str]:
    return [ticket.id for _, ticket in page.tickets]


def pages(listed: OpenedTickets, limit: int, **options: Any) -> list[list[str]]:
    found, after = [], None
    while True:
        page = listed.page(BEGIN, END, limit=limit, after=after, **options)
        found.append(ids(page))
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 12, 200])
def test_pages_hold_every_ticket_once_in_order_across_months(
    table: TicketTable, listed: OpenedTickets, limit: int
) -> None:
    hours = [0, 1, 1, 30, 31, 24 * 33, 24 * 33, 24 * 40, 24 * 60, 24 * 61, 24 * 62, 24 * 63]
    all_ids = [add(table, number, BEGIN + timedelta(hours=after)).id for number, after in enumerate(hours, start=1)]

    found = pages(listed, limit)
    back = pages(listed, limit, newest_first=True)

    assert [one for page in found for one in page] == all_ids
    assert [one for page in back for one in page] == all_ids[::-1]
    assert {len(page) for page in found[:-1]} <= {limit}


def test_the_beginning_belongs_to_it_and_the_end_does_not(table: TicketTable, listed: OpenedTickets) -> None:
    first = add(table, 1, BEGIN)
    add(table, 2, BEGIN - timedelta(microseconds=1))
    add(table, 3, END)

    assert pages(listed, 10) == [[first.id]]


def test_tickets_are_counted_across_months(table: TicketTable, listed: OpenedTickets) -> None:
    for number, days in enumerate((0, 1, 20, 50, 62), 1):
        add(table, number, BEGIN + timedelta(days=days))

    assert listed.count(BEGIN, END) == 5
    assert listed.count(BEGIN + timedelta(days=1), BEGIN + timedelta(days=50)) == 2


def test_a_ticket_is_listed_as_it_began_and_as_it_stands(table: TicketTable, listed: OpenedTickets) -> None:
    begun = add(table, 1, BEGIN)
    triaged = begun.with_changes(priority=Priority.P3)
    [event] = change_priority(triaged, Priority.P1, actor=AGENT, now=BEGIN)
    table.append(evolve(triaged, event).with_changes(version=2), [event])

    [(first, now)] = listed.page(BEGIN, END).tickets

    assert first == make_opened(1, now=BEGIN)
    assert now.priority is Priority.P1


def test_another_desks_tickets_are_not_listed(dynamodb: Any, table: TicketTable) -> None:
    add(table, 1, BEGIN)

    assert OpenedTickets(dynamodb, TABLE, "it-help").page(BEGIN, END) == PastTicketPage((), None)


def test_many_tickets_are_read_in_batches(table: TicketTable, listed: OpenedTickets) -> None:
    for number in range(1, 120):
        add(table, number, BEGIN + timedelta(minutes=number))

    assert len(listed.page(BEGIN, END, limit=200).tickets) == 119


class Asked:
    """Counts the queries that reach the table."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.queries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **what: Any) -> Any:
        self.queries += 1
        return self._client.query(**what)


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    "after", ["0001-01-01T00:00:00.000000Z#tkt_00000001", "9999-12-31T23:59:59.000000Z#tkt_00000001", "~#tkt_00000001"]
)
def test_a_place_outside_the_span_makes_it_no_longer(dynamodb: Any, after: str, newest_first: bool) -> None:
    client = Asked(dynamodb)

    OpenedTickets(client, TABLE, DESK).page(BEGIN, END, after=after, newest_first=newest_first)

    assert client.queries <= 4


def test_a_span_that_ends_before_it_begins_holds_nothing(table: TicketTable, listed: OpenedTickets) -> None:
    add(table, 1, BEGIN)

    assert listed.page(BEGIN + timedelta(minutes=1), BEGIN) == PastTicketPage((), None)
    assert listed.count(BEGIN + timedelta(minutes=1), BEGIN) == 0
