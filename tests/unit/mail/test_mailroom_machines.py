"""What becomes of a machine's mail, and of a person's that is about machines."""

import pytest

from functions.shared.contracts.events import MessageReceived
from functions.shared.contracts.words import RootCause, Status
from functions.shared.domain.decisions import resolve
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.quarantine import Held
from functions.shared.domain.ticket import Ticket
from tests.factories import AGENT, NOON
from tests.unit.mail.post_office import SENDER, Post, letter

MARKED = ["【自动回复】Re: 报表", "Vacation: away", "已读: 报表", "系统退信", "Undelivered Mail Returned to Sender"]


def _solved(post: Post) -> Ticket:
    ticket = post.deliver(letter()).opened
    post.tickets.handle(
        ticket.id, lambda t: resolve(t, root_cause=RootCause.DEFECT, cause="", solution="x", actor=AGENT, now=NOON)
    )
    return ticket


@pytest.mark.parametrize("subject", ["自动回复功能坏了，客户收不到", "Automatic reply does not send", "退信问题咨询"])
def test_a_persons_problem_with_machines_is_a_ticket_that_is_answered(post: Post, subject: str) -> None:
    arrival = post.deliver(letter(Subject=subject))

    assert arrival.fate is Fate.OPENED
    assert not arrival.opened.is_machine


@pytest.mark.parametrize("subject", MARKED)
def test_what_only_its_subject_gives_away_opens_a_ticket_that_is_never_answered(post: Post, subject: str) -> None:
    arrival = post.deliver(letter(Subject=subject))

    assert arrival.fate is Fate.OPENED
    assert arrival.opened.is_machine


@pytest.mark.parametrize("subject", MARKED)
def test_what_a_second_sign_makes_sure_is_held(post: Post, subject: str) -> None:
    from_nobody = post.deliver(letter(Subject=subject), envelope_sender="")
    from_no_reply = post.deliver(letter(Subject=subject, From="noreply@acme.example", Message_ID="<2@x>"))

    assert [from_nobody.held, from_no_reply.held] == [Held.MACHINE, Held.MACHINE]


@pytest.mark.parametrize("subject", MARKED)
def test_what_only_its_subject_gives_away_wakes_nothing(post: Post, subject: str) -> None:
    ticket = _solved(post)

    arrival = post.deliver(letter(Subject=subject, Message_ID="<2@x>"), post.reply_address(ticket))

    heard = post.store.events[ticket.id][-1]
    assert (arrival.fate, arrival.opened.status) == (Fate.APPENDED, Status.RESOLVED)
    assert isinstance(heard, MessageReceived)
    assert heard.is_machine


def test_the_subject_of_a_bounce_alone_closes_no_address(post: Post) -> None:
    ticket = _solved(post)
    text = f"<{SENDER}>: 550 5.1.1 User unknown"

    post.deliver(letter(text, Subject="系统退信", Message_ID="<2@x>"), post.reply_address(ticket))

    assert isinstance(post.store.events[ticket.id][-1], MessageReceived)
    assert post.standings.undeliverable(SENDER) is None


@pytest.mark.parametrize("sender", ["noreply@shop.example", "no-reply@desk.example"])
def test_who_takes_no_reply_gets_none(post: Post, sender: str) -> None:
    arrival = post.deliver(letter(From=sender))

    assert arrival.fate is Fate.OPENED
    assert arrival.opened.is_machine
