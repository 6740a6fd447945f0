from datetime import timedelta

import pytest

from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.words import Channel, Priority, RootCause, Status
from functions.shared.domain import decisions
from functions.shared.domain.decisions import Command
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.ticket import Ticket, evolve, replay
from tests.factories import AGENT, CUSTOMER, NOON, make_message, make_opened, make_ticket

LATER = NOON + timedelta(minutes=5)


def after(ticket: Ticket, events: list[TicketEvent]) -> Ticket:
    for event in events:
        ticket = evolve(ticket, event)
    return ticket


def names(events: list[TicketEvent]) -> list[str]:
    return [event.type for event in events]


def test_the_first_reply_is_remembered_and_the_last() -> None:
    ticket = after(make_ticket(), decisions.reply(make_ticket(), make_message(), actor=AGENT, now=NOON))
    ticket = after(ticket, decisions.reply(ticket, make_message(), actor=AGENT, now=LATER))

    assert (ticket.first_replied_at, ticket.last_reply_at) == (NOON, LATER)


def test_a_reply_may_hand_the_turn_to_the_customer() -> None:
    ticket = make_ticket(status=Status.OPEN)
    events = decisions.reply(ticket, make_message(), actor=AGENT, now=NOON, then_wait=True)

    assert names(events) == ["ReplySent", "TicketWaiting"]
    assert after(ticket, events).status is Status.WAITING_CUSTOMER


@pytest.mark.parametrize(
    ("status", "expected", "then"),
    [
        (Status.OPEN, ["MessageReceived"], Status.OPEN),
        (Status.NEW, ["MessageReceived"], Status.NEW),
        (Status.WAITING_CUSTOMER, ["MessageReceived", "TicketResumed"], Status.OPEN),
        (Status.WAITING_THIRD_PARTY, ["MessageReceived"], Status.WAITING_THIRD_PARTY),
        (Status.RESOLVED, ["MessageReceived", "TicketReopened"], Status.OPEN),
        (Status.CLOSED, ["MessageReceived", "TicketReopened"], Status.OPEN),
    ],
)
def test_a_customers_message_wakes_what_waits_for_them(status: Status, expected: list[str], then: Status) -> None:
    ticket = make_ticket(status=status)
    events = decisions.receive(ticket, make_message(), channel=Channel.FORM, actor=CUSTOMER, now=NOON)

    assert names(events) == expected
    assert after(ticket, events).status is then


@pytest.mark.parametrize("status", list(Status))
def test_a_machines_message_wakes_nothing(status: Status) -> None:
    ticket = make_ticket(status=status)
    events = decisions.receive(
        ticket, make_message("Out of office"), channel=Channel.EMAIL, actor=CUSTOMER, now=LATER, is_machine=True
    )

    assert names(events) == ["MessageReceived"]
    assert after(ticket, events).status is status
    assert after(ticket, events).last_customer_message_at == ticket.last_customer_message_at


def test_assigning_to_the_same_again_changes_nothing() -> None:
    ticket = make_ticket(team="support", assignee="li-na")

    assert decisions.assign(ticket, "support", "li-na", actor=AGENT, now=NOON) == []


def test_an_untriaged_ticket_has_no_priority_to_change() -> None:
    with pytest.raises(IllegalTransition):
        decisions.change_priority(make_ticket(), Priority.P0, actor=AGENT, now=NOON)


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_what_is_over_can_neither_wait_nor_be_solved_again(status: Status) -> None:
    ticket = make_ticket(status=status)
    with pytest.raises(IllegalTransition):
        decisions.wait(ticket, Status.WAITING_CUSTOMER, actor=AGENT, now=NOON)
    with pytest.raises(IllegalTransition):
        decisions.resolve(ticket, root_cause=RootCause.DEFECT, cause="", solution="x", actor=AGENT, now=NOON)


@pytest.mark.parametrize("status", [Status.OPEN, Status.RESOLVED, Status.CLOSED, Status.NEW])
def test_only_waiting_is_a_state_of_waiting(status: Status) -> None:
    with pytest.raises(IllegalTransition):
        decisions.wait(make_ticket(status=Status.OPEN), status, actor=AGENT, now=NOON)


def test_a_reopened_ticket_counts_it_and_is_no_longer_resolved() -> None:
    ticket = make_ticket(status=Status.OPEN)
    solved = after(
        ticket,
        decisions.resolve(ticket, root_cause=RootCause.DEFECT, cause="缓存", solution="清理", actor=AGENT, now=NOON),
    )
    again = after(solved, decisions.reopen(solved, actor=CUSTOMER, now=LATER))

    assert (solved.status, solved.resolved_at) == (Status.RESOLVED, NOON)
    assert (again.status, again.resolved_at, again.reopened) == (Status.OPEN, None, 1)


def test_closing_needs_a_solution_first() -> None:
    with pytest.raises(IllegalTransition):
        decisions.close(make_ticket(status=Status.OPEN), actor=AGENT, now=NOON)


def test_an_event_out_of_order_is_refused() -> None:
    ticket = make_ticket()
    [event] = decisions.note(ticket, make_message(), actor=AGENT, now=NOON)

    with pytest.raises(ValueError, match="does not follow"):
        evolve(evolve(ticket, event), event)


def test_the_history_alone_gives_the_ticket() -> None:
    ticket = make_ticket()
    history: list[TicketEvent] = [make_opened()]
    commands: list[Command] = [
        lambda t: decisions.assign(t, "support", "li-na", actor=AGENT, now=NOON),
        lambda t: decisions.reply(t, make_message(), actor=AGENT, now=NOON, then_wait=True),
        lambda t: decisions.receive(t, make_message(), channel=Channel.FORM, actor=CUSTOMER, now=LATER),
    ]
    for command in commands:
        events = list(command(ticket))
        history += events
        ticket = after(ticket, events)

    assert replay(history) == ticket
