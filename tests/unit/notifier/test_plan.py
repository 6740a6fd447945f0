from typing import Any

import pytest

from functions.notifier.plan import Kind, plan
from functions.shared.contracts.events import (
    MessageReceived,
    NoticeReleased,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketClosed,
    TicketEscalated,
    TicketEvent,
    TicketResolved,
    TicketTriaged,
)
from functions.shared.contracts.words import Channel, Language, Metric, Priority, RootCause
from functions.shared.domain.ticket import Ticket
from tests.factories import (
    AGENT,
    CUSTOMER,
    NOON,
    SYSTEM,
    default_config,
    make_contact,
    make_message,
    make_opened,
    make_ticket,
)

MAILBOX = "support@aftercare.example"
CLOCK = {"metric": Metric.FIRST_RESPONSE, "cycle": 1, "due_at": NOON}


def told(event: TicketEvent, ticket: Ticket) -> list[tuple[Kind, str]]:
    return [(notice.kind, notice.address) for notice in plan(event, ticket, default_config(), mailbox=MAILBOX)]


def happening(kind: type[TicketEvent], actor: Any = SYSTEM, **fields: Any) -> TicketEvent:
    return make_ticket(assignee="li-na").happening(kind, actor=actor, now=NOON, **fields)


@pytest.mark.parametrize(
    ("event", "mails"),
    [
        (make_opened(), [(Kind.ACKNOWLEDGEMENT, "wang@acme.example")]),
        (happening(ReplySent, AGENT, message=make_message()), [(Kind.REPLY, "wang@acme.example")]),
        (
            happening(TicketResolved, AGENT, root_cause=RootCause.DEFECT, solution="x"),
            [(Kind.RESOLVED, "wang@acme.example")],
        ),
        (
            happening(
                TicketTriaged,
                priority=Priority.P0,
                team="engineering",
                assignee="zhao-lei",
                notify=("lin-feng", "gao-yuan"),
            ),
            [
                (Kind.ASSIGNMENT, "zhao.lei@aftercare.example"),
                (Kind.ATTENTION, "lin.feng@aftercare.example"),
                (Kind.ATTENTION, "gao.yuan@aftercare.example"),
            ],
        ),
        (
            happening(
                TicketTriaged, priority=Priority.P3, team="finance", assignee="he-yun", notify=("he-yun", "nobody")
            ),
            [(Kind.ASSIGNMENT, "he.yun@aftercare.example")],
        ),
        (
            happening(TicketAssigned, AGENT, team="first-line", assignee="zhang-wei"),
            [(Kind.ASSIGNMENT, "zhang.wei@aftercare.example")],
        ),
        (happening(TicketAssigned, AGENT, team="first-line", assignee="li-na"), []),
        (
            happening(MessageReceived, CUSTOMER, channel=Channel.FORM, message=make_message()),
            [(Kind.CUSTOMER_MESSAGE, "li.na@aftercare.example")],
        ),
        (
            happening(MessageReceived, CUSTOMER, channel=Channel.EMAIL, message=make_message(), is_machine=True),
            [],
        ),
        (
            happening(SlaWarned, threshold="75%", recipients=("li-na",), **CLOCK),
            [(Kind.WARNING, "li.na@aftercare.example")],
        ),
        (happening(SlaBreached, recipients=("li-na",), **CLOCK), [(Kind.BREACH, "li.na@aftercare.example")]),
        (
            happening(TicketEscalated, level=1, recipients=("zhou-min",), **CLOCK),
            [(Kind.ESCALATION, "zhou.min@aftercare.example")],
        ),
        (happening(TicketClosed), []),
    ],
)
def test_each_event_tells_whom_it_concerns(event: TicketEvent, mails: list[tuple[Kind, str]]) -> None:
    assert told(event, make_ticket(assignee="li-na")) == mails


@pytest.mark.parametrize("address", [MAILBOX, "Support+x@Aftercare.example", None])
def test_nothing_is_mailed_to_ourselves_or_to_nobody(address: str | None) -> None:
    ticket = make_ticket(contact=make_contact(address=address))

    assert told(make_opened(), ticket) == []
    assert told(happening(ReplySent, AGENT, message=make_message()), ticket) == []


def test_a_customer_is_answered_where_the_ticket_says() -> None:
    ticket = make_ticket(answers_to="team@acme.example")

    assert told(make_opened(), ticket) == [(Kind.ACKNOWLEDGEMENT, "team@acme.example")]


def test_a_machine_is_never_answered_by_a_machine() -> None:
    ticket = make_ticket(is_machine=True)

    assert told(make_opened(is_machine=True), ticket) == []
    assert told(happening(TicketResolved, AGENT, root_cause=RootCause.DEFECT, solution="x"), ticket) == []
    assert told(happening(ReplySent, AGENT, message=make_message()), ticket) == [(Kind.REPLY, "wang@acme.example")]


def test_everybody_reads_their_own_language() -> None:
    event = happening(TicketTriaged, priority=Priority.P1, team="first-line", assignee="emma-brown")

    (notice,) = plan(event, make_ticket(), default_config(), mailbox=MAILBOX)
    assert notice.language is Language.EN


def test_an_address_that_a_policy_names_gets_its_mail() -> None:
    event = happening(SlaBreached, **CLOCK, recipients=("li-na", "boss@elsewhere.example"))
    assert told(event, make_ticket()) == [
        (Kind.BREACH, "li.na@aftercare.example"),
        (Kind.BREACH, "boss@elsewhere.example"),
    ]


def test_whoever_had_quiet_hours_hears_afterwards_of_what_kind_it_was() -> None:
    released = {"cause": "tkt_00000001-000004", "about": "TicketEscalated", "level": 2, "recipients": ("zhou-min",)}
    event = happening(NoticeReleased, **CLOCK, **released)
    assert told(event, make_ticket()) == [(Kind.ESCALATION, "zhou.min@aftercare.example")]
