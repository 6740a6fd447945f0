"""One contract for the table in moto, in the local cloud, and for its in-memory fake."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from functions.shared.contracts.events import NoteAdded
from functions.shared.contracts.words import DeletionReason, Metric, Priority, RootCause, Status
from functions.shared.domain.clocks import Clock, Timer
from functions.shared.domain.decisions import note, open_ticket, resolve
from functions.shared.domain.deletion import delete, tombstone_of
from functions.shared.domain.errors import (
    AlreadySeen,
    KeyReused,
    StaleTicket,
    TicketExists,
    TicketGone,
    TicketNotFound,
    TooManyRequests,
)
from functions.shared.domain.limits import Quota
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket, evolve, opened, replay
from functions.shared.gateways import keys
from functions.shared.gateways.tickets import TicketTable
from functions.shared.ticketing import NaturalKey, Tickets
from ops.local.aws import LocalAws
from tests.factories import AGENT, DESK, NOON, make_company, make_contact, make_message, make_opened, make_problem
from tests.fakes import CountedIds, InMemoryTickets, StillClocks
from tests.integration.conftest import TABLE, create_table


@pytest.fixture(params=["moto", "memory", pytest.param("local cloud", marks=pytest.mark.e2e)])
def store(request: pytest.FixtureRequest) -> Iterator[Any]:
    match request.param:
        case "memory":
            yield InMemoryTickets()
        case "moto":
            yield TicketTable(request.getfixturevalue("dynamodb"), TABLE, DESK)
        case _:
            client = LocalAws(request.getfixturevalue("cloud")).dynamodb
            create_table(client)
            yield TicketTable(client, TABLE, DESK)
            client.delete_table(TableName=TABLE)


def add(store: Any, number: int = 1, **changes: Any) -> Ticket:
    event = make_opened(number)
    ticket = opened(event).with_changes(**changes)
    store.append(ticket, [event])
    return ticket


def test_a_stored_ticket_is_read_back_whole(store: Any) -> None:
    ticket = add(store, priority=Priority.P1, team="support", timer=Timer(at=NOON, generation=1), timer_generation=1)

    assert store.get(ticket.id) == ticket
    assert store.timeline(ticket.id) == [make_opened()]


def test_an_unknown_ticket_is_not_found(store: Any) -> None:
    with pytest.raises(TicketNotFound):
        store.get("tkt_zzzzzzzz")
    with pytest.raises(TicketNotFound):
        store.timeline("tkt_zzzzzzzz")


def test_an_id_is_given_only_once(store: Any) -> None:
    add(store)

    with pytest.raises(TicketExists):
        add(store)


def test_the_second_of_two_concurrent_changes_is_stale(store: Any) -> None:
    ticket = add(store)
    [event] = note(ticket, make_message("first"), actor=AGENT, now=NOON)
    changed = evolve(ticket, event).with_changes(version=2)
    store.append(changed, [event])

    with pytest.raises(StaleTicket):
        store.append(changed, [event])
    assert store.get(ticket.id) == changed
    assert len(store.timeline(ticket.id)) == 2


def test_two_changes_are_stored_together_or_not_at_all(store: Any) -> None:
    one, two = add(store, 1), add(store, 2)

    def noted(ticket: Ticket) -> tuple[Ticket, list[Any]]:
        said = ticket.happening(NoteAdded, actor=AGENT, now=NOON, message=make_message())
        return evolve(ticket, said).with_changes(version=ticket.version + 1), [said]

    store.append_both([noted(one), noted(two)])
    fresh = store.get(one.id)
    with pytest.raises(StaleTicket):
        store.append_both([noted(fresh), noted(two)])

    assert [store.get(ticket.id).version for ticket in (one, two)] == [2, 2]
    assert [len(store.timeline(ticket.id)) for ticket in (one, two)] == [2, 2]


def test_a_natural_key_is_used_only_once_and_then_nothing_is_stored(store: Any) -> None:
    first, second = make_opened(1), make_opened(2)
    key = NaturalKey("mail:<a@b>", fingerprint="f1")
    store.append(opened(first), [first], [key])

    with pytest.raises(AlreadySeen) as seen:
        store.append(opened(second), [second], [key])
    assert (seen.value.ticket_id, seen.value.fingerprint) == (first.ticket_id, "f1")
    assert store.seen("mail:<a@b>") == first.ticket_id
    assert store.first_use("mail:<a@b>") == (first.ticket_id, "f1")
    assert store.seen("mail:<c@d>") is store.first_use("mail:<c@d>") is None
    with pytest.raises(TicketNotFound):
        store.get(second.ticket_id)


def test_the_first_claim_of_a_remembered_key_stays(store: Any) -> None:
    store.remember(NaturalKey("sent:1"), "tkt_00000001")
    store.remember(NaturalKey("sent:1"), "tkt_00000002")

    assert store.seen("sent:1") == "tkt_00000001"
    assert store.first_use("sent:1") == ("tkt_00000001", "")


def test_a_queue_is_ordered_by_deadline_and_those_without_come_last(store: Any) -> None:
    with_clock = {
        number: add(store, number, team="support", status=Status.OPEN, clocks=_resolution_due(number))
        for number in (3, 1, 2)
    }
    without = add(store, 4, team="support", status=Status.OPEN)
    add(store, 5, team="finance", status=Status.OPEN)

    listed = [summary.id for summary in store.queue("support", Status.OPEN)]
    assert listed == [with_clock[1].id, with_clock[2].id, with_clock[3].id, without.id]
    assert store.queue("support", Status.RESOLVED) == []


def test_a_queue_goes_on_after_any_of_its_lines(store: Any) -> None:
    for number in (1, 2):
        add(store, number, team="support", assignee="li-na", status=Status.OPEN, clocks=_resolution_due(number))
    for number in (3, 4):
        add(store, number, team="support", assignee="li-na", status=Status.OPEN)

    for listed in (partial(store.queue, "support", Status.OPEN), partial(store.of_agent, "li-na")):
        seen: list[TicketSummary] = []
        while page := listed(1, after=keys.due(seen[-1].due_at, seen[-1].id) if seen else ""):
            seen += page
        assert [line.id for line in seen] == [line.id for line in listed()]
        assert len(seen) == 4


def test_the_untriaged_have_a_queue_of_their_own(store: Any) -> None:
    ticket = add(store)

    assert [summary.id for summary in store.queue(None, Status.NEW)] == [ticket.id]


def test_an_agent_sees_active_tickets_only(store: Any) -> None:
    mine = add(store, 1, team="support", assignee="li-na", status=Status.OPEN)
    add(store, 2, team="support", assignee="li-na", status=Status.RESOLVED)
    add(store, 3, team="support", assignee="zhang-wei", status=Status.OPEN)

    assert [summary.id for summary in store.of_agent("li-na")] == [mine.id]


def test_a_contacts_and_a_companys_tickets_are_listed_newest_first(store: Any) -> None:
    older = add(store, 1)
    newer = add(store, 2, opened_at=NOON + timedelta(hours=1))

    assert [summary.id for summary in store.of_contact(make_contact().id)] == [newer.id, older.id]
    assert [summary.id for summary in store.of_company(make_company().id)] == [newer.id, older.id]
    assert store.of_contact("con_99999999") == []


def test_timers_are_due_from_their_instant_on(store: Any) -> None:
    for number in range(1, 20):
        add(store, number, timer=Timer(at=NOON + timedelta(seconds=number), generation=1))

    assert len(list(store.timers_due(NOON + timedelta(seconds=7)))) == 7
    assert list(store.timers_due(NOON)) == []


class TestTickets:
    @pytest.fixture
    def tickets(self, store: Any) -> Tickets:
        return Tickets(store, StillClocks, CountedIds())

    def begin(self, **changes: Any) -> Any:
        fields = {
            "desk": DESK,
            "channel": "api",
            "language": "zh",
            "contact": make_contact(),
            "company": None,
            "problem": make_problem(),
            "actor": AGENT,
            "now": NOON,
            **changes,
        }
        return lambda ticket_id: open_ticket(ticket_id, **fields)

    def test_a_repeated_request_yields_the_first_ticket(self, tickets: Tickets) -> None:
        key = NaturalKey("api:1", fingerprint="same")
        first, is_new = tickets.open(self.begin(), [key])
        again, is_new_again = tickets.open(self.begin(), [key])

        assert (again, is_new, is_new_again) == (first, True, False)

    def test_a_key_reused_for_something_else_is_refused(self, tickets: Tickets) -> None:
        tickets.open(self.begin(), [NaturalKey("api:1", fingerprint="one")])

        with pytest.raises(KeyReused):
            tickets.open(self.begin(), [NaturalKey("api:1", fingerprint="other")])

    def test_a_quota_is_taken_with_the_ticket_it_allows_and_by_no_repeat(self, store: Any) -> None:
        tickets = Tickets(store, StillClocks, CountedIds())

        def report(key: str, *, minutes: int = 0) -> bool:
            at = NOON + timedelta(minutes=minutes)
            return tickets.open(self.begin(), [NaturalKey(key)], Quota("con_1", Brake(at_most=2, within="1h"), at))[1]

        assert [report("a"), report("a"), report("b", minutes=20)] == [True, False, True]
        with pytest.raises(TooManyRequests) as refusal:
            report("c", minutes=45)
        assert refusal.value.after == timedelta(minutes=15)
        assert store.seen("c") is None
        assert [report("b", minutes=50), report("c", minutes=60)] == [False, True]

    def test_an_id_drawn_twice_is_drawn_again(self, store: Any) -> None:
        add(store, 1)
        ticket, is_new = Tickets(store, StillClocks, CountedIds()).open(self.begin())

        assert is_new
        assert ticket.id == "tkt_00000002"

    def test_the_loser_of_a_race_decides_again_on_fresh_state(self, tickets: Tickets, store: Any) -> None:
        ticket, _ = tickets.open(self.begin())
        seen: list[int] = []

        def slow_note(current: Ticket) -> Any:
            seen.append(current.version)
            if len(seen) == 1:
                tickets.handle(ticket.id, lambda t: note(t, make_message("faster"), actor=AGENT, now=NOON))
            return note(current, make_message("slower"), actor=AGENT, now=NOON)

        after = tickets.handle(ticket.id, slow_note)

        assert seen == [1, 2]
        assert after.version == 3
        texts = [event.message.text for event in store.timeline(ticket.id)[1:]]
        assert texts == ["faster", "slower"]

    def test_a_wish_already_fulfilled_stores_nothing(self, tickets: Tickets) -> None:
        ticket, _ = tickets.open(self.begin())

        assert tickets.handle(ticket.id, lambda _: []) == ticket

    def test_a_message_seen_before_changes_nothing(self, tickets: Tickets, store: Any) -> None:
        ticket, _ = tickets.open(self.begin())
        key = NaturalKey("mail:<x@y>")
        for _ in range(2):
            tickets.handle(ticket.id, lambda t: note(t, make_message("once"), actor=AGENT, now=NOON), [key])

        assert len(store.timeline(ticket.id)) == 2

    def test_a_key_that_came_with_another_message_is_refused(self, tickets: Tickets, store: Any) -> None:
        ticket, _ = tickets.open(self.begin())

        def say(text: str) -> Ticket:
            key = NaturalKey("message:1", fingerprint=text)
            return tickets.handle(ticket.id, lambda t: note(t, make_message(text), actor=AGENT, now=NOON), [key])

        assert say("one") == say("one")
        with pytest.raises(KeyReused):
            say("two")
        assert len(store.timeline(ticket.id)) == 2

    def test_the_stored_head_is_the_fold_of_the_stored_events(self, tickets: Tickets, store: Any) -> None:
        ticket, _ = tickets.open(self.begin())
        tickets.handle(
            ticket.id,
            lambda t: resolve(t, root_cause=RootCause.DEFECT, cause="缓存", solution="清缓存", actor=AGENT, now=NOON),
        )

        assert replay(store.timeline(ticket.id)).with_changes(version=2) == store.get(ticket.id)


def _resolution_due(hours: int) -> dict[str, Any]:
    clock = Clock(
        metric=Metric.RESOLUTION,
        cycle=1,
        target="4h",
        policy="default",
        calendar="always",
        started_at=NOON,
        due_at=NOON + timedelta(hours=hours),
    )
    return {Metric.RESOLUTION: clock}


def test_of_a_deleted_ticket_only_the_tombstone_is_read_and_no_list_has_it(store: Any) -> None:
    timer = Timer(at=NOON, generation=1)
    ticket = add(store, priority=Priority.P1, team="support", assignee="li-na", timer=timer, timer_generation=1)
    events = delete(ticket, reason=DeletionReason.SPAM, note="", actor=AGENT, now=NOON)
    after = evolve(ticket, events[0]).with_changes(version=2)
    store.append(after, events)

    for read in (store.get, store.timeline):
        with pytest.raises(TicketGone) as gone:
            read(ticket.id)
        assert gone.value.tombstone == tombstone_of(after)
    assert not [*store.timers_due(NOON), *store.of_contact(ticket.contact.id), *store.of_agent("li-na")]
    assert not [line for status in Status for line in store.queue("support", status)]
    with pytest.raises(StaleTicket):
        store.append(ticket.with_changes(version=2), list(note(ticket, make_message(), actor=AGENT, now=NOON)))
    with pytest.raises(TicketExists):
        add(store)
