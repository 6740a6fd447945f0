from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.intake.mime.message import ReceivedMail, parse_mail
from functions.notifier.service import Notifier
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import (
    Attachment,
    NotificationFailed,
    NotificationSent,
    TicketEvent,
    TicketTriaged,
)
from functions.shared.contracts.words import Channel
from functions.shared.domain.decisions import receive, reply
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.reply_address import ticket_of
from functions.shared.domain.ticket import Ticket, event_id
from functions.shared.gateways.mail import MailRefused
from functions.shared.gateways.sent import BeingSent, Claim
from functions.shared.identity.customer_tokens import CustomerTokens
from functions.shared.identity.keys import Purpose
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, CUSTOMER, DESK, NOON, default_config, make_contact, make_message, make_opened
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryCounts, InMemoryTickets, StillClocks
from tests.unit.identity.conftest import GenerationsInMemory, RingInMemory
from tests.unit.mail.standings import StandingsInMemory

MAILBOX = "support@aftercare.example"


class Died(Exception):
    """The function was killed here."""


@dataclass
class Postman:
    """Stands in for SES."""

    mails: list[tuple[str, ReceivedMail]] = field(default_factory=list)
    refuses: bool = False
    dies_after: bool = False

    def send(self, raw: bytes, *, sender: str, recipient: str) -> str:
        assert sender == MAILBOX
        if self.refuses:
            raise MailRefused("Email address is not verified")
        self.mails.append((recipient, parse_mail(raw)))
        if self.dies_after:
            raise Died
        return f"<{len(self.mails):04}@email.amazonses.com>"


@dataclass
class SentInMemory:
    """Behaves like `SentMail`, with a lease of a minute."""

    claims: dict[str, tuple[Claim, datetime]] = field(default_factory=dict)

    def claim(self, key: str, *, now: datetime) -> Claim:
        claim, lease = self.claims.get(key, (Claim(key, 0), NOON))
        if claim.is_done:
            return claim
        if claim.attempt and lease > now:
            raise BeingSent(key)
        self.claims[key] = (Claim(key, claim.attempt + 1), now + timedelta(minutes=1))
        return self.claims[key][0]

    def sent(self, claim: Claim, message_id: str, *, now: datetime) -> None:
        self.claims[claim.key] = (replace(claim, message_id=message_id), now)

    def given_back(self, claim: Claim, *, now: datetime) -> None:
        self.claims[claim.key] = (claim, now)

    def refused(self, claim: Claim, *, now: datetime) -> None:
        self.claims[claim.key] = (replace(claim, is_refused=True), now)


class Desk:
    """A notifier with everything around it in memory."""

    def __init__(self) -> None:
        self.store = InMemoryTickets()
        self.blobs = InMemoryBlobs()
        self.postman = Postman()
        self.sent = SentInMemory()
        self.standings = StandingsInMemory()
        self.keys = RingInMemory()
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.notifier = Notifier(
            mailbox=MAILBOX,
            public_url="https://desk.example",
            config=default_config,
            reader=self.store,
            tickets=self.tickets,
            bodies=Bodies(self.blobs, DESK),
            blobs=self.blobs,
            mailer=self.postman,
            sent=self.sent,
            counts=InMemoryCounts(),
            standings=self.standings,
            tokens=CustomerTokens(self.keys, GenerationsInMemory(), DESK),
            keys=self.keys,
        )

    def open(self, **changes: Any) -> tuple[Ticket, TicketEvent]:
        ticket, _ = self.tickets.open(
            lambda id: make_opened(**changes).model_copy(update={"ticket_id": id, "event_id": event_id(id, 1)})
        )
        return ticket, self.store.events[ticket.id][0]

    def mails(self) -> list[ReceivedMail]:
        return [mail for _, mail in self.postman.mails]

    def events(self, ticket: Ticket, kind: type[TicketEvent]) -> list[TicketEvent]:
        return [event for event in self.store.events[ticket.id] if isinstance(event, kind)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_customer_is_told_once_and_the_ticket_knows(desk: Desk) -> None:
    ticket, event = desk.open()

    for _ in range(3):
        assert desk.notifier.tell(event, now=NOON) == 1

    (mail,) = desk.mails()
    assert mail.to[0].address == "wang@acme.example"
    assert "https://desk.example/track/AS-0000-0001?token=ac_" in mail.text
    (record,) = desk.events(ticket, NotificationSent)
    assert isinstance(record, NotificationSent)
    assert (record.cause, record.template, record.recipient) == (event.event_id, "acknowledgement", "wang@acme.example")
    assert desk.store.seen(message_key(MAILBOX, record.message_id)) == ticket.id


def test_an_answer_to_any_mail_of_ours_comes_back_to_the_ticket(desk: Desk) -> None:
    ticket, event = desk.open()
    desk.notifier.tell(event, now=NOON)

    (mail,) = desk.mails()
    key = desk.keys.current()
    back = ticket_of(mail.reply_to[0].address, MAILBOX, "AS", lambda _: key.derive(Purpose.REPLY_ADDRESS, DESK))
    assert back == ticket.id


def test_a_reply_carries_the_thread_and_its_files(desk: Desk) -> None:
    ticket, _ = desk.open()
    desk.tickets.handle(
        ticket.id,
        lambda t: receive(
            t, make_message(message_id="<c1@acme.example>"), channel=Channel.EMAIL, actor=CUSTOMER, now=NOON
        ),
    )
    desk.blobs.put("attachments/a", b"%PDF")
    files = (Attachment(key="attachments/a", name="步骤.pdf", content_type="application/pdf", size=4),)
    desk.tickets.handle(
        ticket.id, lambda t: reply(t, make_message("请按附件操作", attachments=files), actor=AGENT, now=NOON)
    )

    desk.notifier.tell(desk.store.events[ticket.id][-1], now=NOON)

    (mail,) = desk.mails()
    assert mail.references == ("<c1@acme.example>",)
    assert "请按附件操作" in mail.text
    assert mail.machine is None
    assert [(one.name, one.content) for one in mail.attachments] == [("步骤.pdf", b"%PDF")]


def test_large_files_stay_on_the_tickets_page(desk: Desk) -> None:
    ticket, _ = desk.open()
    files = (Attachment(key="attachments/a", name="日志.zip", size=6_000_000),)
    desk.tickets.handle(ticket.id, lambda t: reply(t, make_message("见日志", attachments=files), actor=AGENT, now=NOON))

    desk.notifier.tell(desk.store.events[ticket.id][-1], now=NOON)

    (mail,) = desk.mails()
    assert "日志.zip" in mail.text
    assert not mail.attachments


def test_a_mail_whose_sender_died_is_sent_again_after_the_lease(desk: Desk) -> None:
    ticket, event = desk.open()
    desk.postman.dies_after = True
    with pytest.raises(Died):
        desk.notifier.tell(event, now=NOON)
    desk.postman.dies_after = False

    with pytest.raises(BeingSent):
        desk.notifier.tell(event, now=NOON + timedelta(seconds=10))
    desk.notifier.tell(event, now=NOON + timedelta(minutes=2))

    assert len(desk.mails()) == 2
    assert len(desk.events(ticket, NotificationSent)) == 1


def test_a_mail_that_left_is_recorded_even_if_its_sender_died_before(desk: Desk) -> None:
    ticket, event = desk.open()
    claim = desk.sent.claim(f"{event.event_id}#wang@acme.example", now=NOON)
    desk.sent.sent(claim, "<left@email.amazonses.com>", now=NOON)

    desk.notifier.tell(event, now=NOON)

    assert not desk.mails()
    (record,) = desk.events(ticket, NotificationSent)
    assert isinstance(record, NotificationSent)
    assert record.message_id == "<left@email.amazonses.com>"


def test_a_refused_mail_is_told_on_the_timeline_and_not_tried_again(desk: Desk) -> None:
    ticket, event = desk.open()
    desk.postman.refuses = True
    desk.notifier.tell(event, now=NOON)
    desk.postman.refuses = False
    desk.notifier.tell(event, now=NOON)

    assert not desk.mails()
    (record,) = desk.events(ticket, NotificationFailed)
    assert isinstance(record, NotificationFailed)
    assert record.why == "Email address is not verified"


def test_an_address_that_mail_does_not_reach_is_not_mailed_until_it_is_cleared(desk: Desk) -> None:
    first, event = desk.open()
    mark = Undeliverable(address="wang@acme.example", since=NOON, status="5.1.1", ticket_id=first.id)
    desk.standings.mark(mark)
    desk.notifier.tell(event, now=NOON)
    assert not desk.mails()
    (record,) = desk.events(first, NotificationFailed)
    assert isinstance(record, NotificationFailed)
    assert record.why == "mail to wang@acme.example comes back (5.1.1) until somebody clears the address"

    desk.standings.clear("wang@acme.example", by="li-na", now=NOON)
    desk.notifier.tell(desk.open()[1], now=NOON)
    assert len(desk.mails()) == 1


def test_an_address_that_is_none_is_told_on_the_timeline(desk: Desk) -> None:
    ticket, event = desk.open(contact=make_contact(address="王芳@acme.example"))

    desk.notifier.tell(event, now=NOON)

    assert len(desk.events(ticket, NotificationFailed)) == 1


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.API, Channel.FORM])
def test_one_address_gets_so_many_automatic_answers_and_no_more(desk: Desk, channel: Channel) -> None:
    most = default_config().desk.mail.brakes.answers.at_most
    for _ in range(most + 5):
        ticket, event = desk.open(channel=channel)
        desk.notifier.tell(event, now=NOON)

    assert len(desk.mails()) == most
    (record,) = desk.events(ticket, NotificationFailed)
    assert isinstance(record, NotificationFailed)
    assert record.why == "more than 10 automatic answers to one address within 3h"


def test_one_mail_being_sent_elsewhere_does_not_hold_up_the_others(desk: Desk) -> None:
    ticket, _ = desk.open()
    event = ticket.happening(
        TicketTriaged,
        actor=AGENT,
        now=NOON,
        priority="P0",
        team="engineering",
        assignee="zhao-lei",
        notify=("lin-feng",),
    )
    desk.sent.claim(f"{event.event_id}#zhao.lei@aftercare.example", now=NOON)

    with pytest.raises(BeingSent):
        desk.notifier.tell(event, now=NOON)

    assert [recipient for recipient, _ in desk.postman.mails] == ["lin.feng@aftercare.example"]
