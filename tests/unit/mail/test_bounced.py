"""Mails of ours that come back."""

from datetime import timedelta

import pytest

from functions.shared.contracts.events import MailBounced, MessageReceived
from functions.shared.contracts.words import Status
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.mail_standing import says_that_an_address_is_gone
from functions.shared.domain.quarantine import Held
from functions.shared.domain.ticket import Ticket
from functions.shared.ticketing import NaturalKey
from tests.factories import NOON
from tests.unit.mail.corpus.machines import OURS, daemon, dsn, headers_only, report
from tests.unit.mail.corpus.source import text
from tests.unit.mail.post_office import MAILBOX, SENDER, Post, letter


def _opened(post: Post) -> Ticket:
    """A ticket whose acknowledgement left as `OURS`."""
    ticket = post.deliver(letter()).opened
    post.store.remember(NaturalKey(message_key(MAILBOX, OURS)), ticket.id)
    return ticket


def _bounce(recipient: str, status: str, action: str = "failed") -> bytes:
    return daemon(report(text("Sorry.", cte="7bit"), dsn(recipient, status, action), headers_only()))


def test_a_bounce_stands_on_the_ticket_and_marks_the_address(post: Post) -> None:
    ticket = _opened(post)
    arrival = post.deliver(_bounce("Wang@Acme.example", "5.1.1"), envelope_sender="")

    received, bounced = post.store.events[ticket.id][-2:]
    assert (arrival.fate, arrival.opened.id, arrival.opened.status) == (Fate.APPENDED, ticket.id, Status.NEW)
    assert isinstance(received, MessageReceived)
    assert received.is_machine
    assert isinstance(bounced, MailBounced)
    assert (bounced.recipient, bounced.status, bounced.action, bounced.message_id) == (
        "Wang@Acme.example", "5.1.1", "failed", OURS,
    )  # fmt: skip
    known = post.standings.undeliverable(SENDER)
    assert known is not None
    assert (known.status, known.ticket_id) == ("5.1.1", ticket.id)


def test_a_bounce_from_where_answers_go_marks_that_address(post: Post) -> None:
    ticket = post.deliver(letter(Reply_To="it-team@acme.example")).opened
    post.store.remember(NaturalKey(message_key(MAILBOX, OURS)), ticket.id)
    post.deliver(_bounce("it-team@acme.example", "5.1.1"), envelope_sender="")

    assert post.standings.undeliverable("it-team@acme.example")
    assert post.standings.undeliverable(SENDER) is None


@pytest.mark.parametrize(
    ("recipient", "status", "action"),
    [
        (SENDER, "5.2.2", "failed"),
        (SENDER, "5.7.1", "failed"),
        (SENDER, "4.4.1", "delayed"),
        ("victim@else.example", "5.1.1", "failed"),
    ],
    ids=["mailbox full", "refused content", "late", "not whom we wrote to"],
)
def test_what_is_not_about_the_customers_address_marks_nothing(
    post: Post, recipient: str, status: str, action: str
) -> None:
    ticket = _opened(post)
    post.deliver(_bounce(recipient, status, action), envelope_sender="")

    assert isinstance(post.store.events[ticket.id][-1], MailBounced)
    assert not post.standings


def test_a_bounce_of_a_mail_that_we_never_sent_marks_nothing(post: Post) -> None:
    post.deliver(letter(Message_ID=OURS))  # the customer's own mail has that id
    ticket = post.deliver(_bounce(SENDER, "5.1.1"), envelope_sender="").opened

    assert not [event for event in post.store.events[ticket.id] if isinstance(event, MailBounced)]
    assert not post.standings


def test_a_bounce_that_belongs_to_no_ticket_is_only_kept(post: Post) -> None:
    assert post.deliver(_bounce(SENDER, "5.1.1"), envelope_sender="").held is Held.MACHINE
    assert not post.standings


def test_a_bounce_brought_twice_is_one_bounce(post: Post) -> None:
    ticket = _opened(post)
    for _ in range(2):
        post.deliver(_bounce(SENDER, "5.1.1"), envelope_sender="")

    assert len([event for event in post.store.events[ticket.id] if isinstance(event, MailBounced)]) == 1


def test_a_cleared_address_is_reachable_again(post: Post) -> None:
    _opened(post)
    post.deliver(_bounce(SENDER, "5.1.1"), envelope_sender="")
    post.standings.clear(SENDER.upper(), by="li-na", now=NOON + timedelta(days=1))

    assert post.standings.undeliverable(SENDER) is None


@pytest.mark.parametrize(
    ("status", "action", "is_gone"),
    [
        ("5.1.1", "failed", True),
        ("5.1.10", "failed", True),
        ("5.2.1", "failed", True),
        ("5.0.0", "failed", True),
        ("5.2.2", "failed", False),
        ("5.7.26", "failed", False),
        ("4.1.1", "delayed", False),
        ("5.1.1", "relayed", False),
        (None, "failed", False),
    ],
)
def test_only_some_failures_are_about_the_address(status: str | None, action: str, is_gone: bool) -> None:
    assert says_that_an_address_is_gone(status, action) is is_gone
