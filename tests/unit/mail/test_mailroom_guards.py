"""What keeps a desk safe from mail: trust, brakes, grace, and a line for every mail."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.contracts.events import MessageReceived, TicketOpened
from functions.shared.contracts.words import RootCause, Status
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import resolve
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.mail_rules import Brake, Brakes, MailRules
from functions.shared.domain.quarantine import Held
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from tests.factories import AGENT, NOON, default_config
from tests.unit.mail.post_office import MAILBOX, SENDER, Post, letter


def _ruled(**rules: Any) -> DeskConfig:
    config = default_config()
    desk = config.desk.model_copy(update={"mail": MailRules(**rules)})
    return config.model_copy(update={"desk": desk})


def _solve(post: Post, ticket: Ticket) -> None:
    post.tickets.handle(
        ticket.id, lambda t: resolve(t, root_cause=RootCause.DEFECT, cause="", solution="x", actor=AGENT, now=NOON)
    )


def _answer(number: int = 2, **headers: str) -> Any:
    return letter(**{"Message_ID": f"<{number}@x>", "In_Reply_To": "<first@acme.example>", **headers})


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"verdicts": {"spam": "FAIL", "dmarc": "PASS"}}, Held.SPAM),
        ({"verdicts": {"dmarc": "FAIL"}, "dmarc_policy": "reject"}, Held.FORGED),
        ({"verdicts": {"dmarc": "FAIL"}, "dmarc_policy": "quarantine"}, Held.FORGED),
    ],
)
def test_what_is_not_safe_waits_until_somebody_answers_for_it(post: Post, changes: dict[str, Any], held: Held) -> None:
    arrival = post.deliver(letter(), **changes)
    released = post.deliver(letter(), released_by="lin-feng", **changes)

    assert (arrival.fate, arrival.held) == (Fate.HELD, held)
    assert released.fate is Fate.OPENED


def test_a_virus_is_never_released(post: Post) -> None:
    arrival = post.deliver(letter(), verdicts={"virus": "FAIL"}, released_by="lin-feng")

    assert arrival.held is Held.VIRUS


def test_a_company_that_is_only_written_on_the_letter_counts_for_no_tier(post: Post) -> None:
    post.company = "Acme"

    proven = post.deliver(letter()).opened
    unproven = post.deliver(letter(Message_ID="<2@x>"), verdicts={"dmarc": "GRAY"}).opened

    assert [t.company.is_claimed if t.company else None for t in (proven, unproven)] == [False, True]


def test_an_unproven_colleague_speaks_as_the_stranger_that_they_may_be(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    post.deliver(_answer(From="李娜 <li.na@aftercare.example>"), post.reply_address(ticket), verdicts={"dmarc": "GRAY"})

    event = post.store.events[ticket.id][-1]
    assert isinstance(event, MessageReceived)
    assert (event.actor.kind, event.actor.name) == ("customer", "李娜 <li.na@aftercare.example>")


def test_what_the_desk_sent_itself_is_set_aside_whoever_passes_it_on(post: Post) -> None:
    arrival = post.deliver(letter(X_Aftercare_Desk="after-sales"))
    neighbour = post.deliver(letter(X_Aftercare_Desk="it-support"))

    assert (arrival.fate, arrival.held) == (Fate.HELD, Held.OWN_MAIL)
    assert neighbour.fate is Fate.OPENED


def test_an_answer_wakes_a_solved_ticket_within_the_grace_and_later_opens_one_linked_to_it(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    _solve(post, ticket)
    post.clock = NOON + timedelta(days=15)

    machine = post.deliver(_answer(2, Auto_Submitted="auto-replied"))
    late = post.deliver(_answer(3, Subject="Re: 报表导出失败"))

    assert (machine.fate, machine.opened.status) == (Fate.APPENDED, Status.RESOLVED)
    assert (late.fate, late.opened.related_to, late.opened.title) == (Fate.OPENED, ticket.id, "报表导出失败")

    post.clock = NOON + timedelta(days=13)
    assert post.deliver(_answer(4)).opened.status is Status.OPEN


def test_another_subject_opens_a_linked_ticket_where_the_desk_wants_so(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    joined = post.deliver(_answer(2, Subject="发票抬头错了"))
    post.config = _ruled(new_subject_opens_ticket=True)
    tag = reference(ticket.id, "AS")

    apart = post.deliver(_answer(3, Subject="发票抬头错了"))
    same = post.deliver(_answer(4, Subject=f"答复: [{tag}] 报表导出失败"))

    assert joined.opened.id == same.opened.id == ticket.id
    assert (apart.fate, apart.opened.related_to) == (Fate.OPENED, ticket.id)


BRAKES = Brakes(
    sender=Brake(at_most=5, within="1h"),
    subject=Brake(at_most=3, within="1h"),
    ticket=Brake(at_most=4, within="1h"),
)


def test_one_sender_under_one_subject_is_braked_and_another_subject_is_not(post: Post) -> None:
    post.config = _ruled(brakes=BRAKES)
    fates = [post.deliver(letter(f"{n}", Message_ID=f"<{n}@x>")).fate for n in range(4)]
    other = post.deliver(letter(Message_ID="<other@x>", Subject="另一件事"))

    assert fates == [Fate.OPENED, Fate.OPENED, Fate.OPENED, Fate.HELD]
    assert other.fate is Fate.OPENED
    assert [(one.held, one.why) for one in post.held] == [
        (Held.BRAKE, "more than 3 mails within 1h from wang@acme.example under one subject")
    ]


def test_one_sender_is_braked_whatever_the_subject_until_the_window_is_over(post: Post) -> None:
    post.config = _ruled(brakes=BRAKES)
    fates = [post.deliver(letter(Message_ID=f"<{n}@x>", Subject=f"问题 {n}")).fate for n in range(6)]
    post.clock = NOON + timedelta(hours=1)

    assert fates == [*[Fate.OPENED] * 5, Fate.HELD]
    assert post.deliver(letter(Message_ID="<later@x>", Subject="x")).fate is Fate.OPENED


def test_one_ticket_is_braked_whoever_writes_to_it(post: Post) -> None:
    post.config = _ruled(brakes=BRAKES)
    ticket = post.deliver(letter()).opened
    fates = [
        post.deliver(letter(Message_ID=f"<r{n}@x>", From=f"a{n}@acme.example"), post.reply_address(ticket)).fate
        for n in range(5)
    ]

    assert fates == [*[Fate.APPENDED] * 4, Fate.HELD]


def test_a_mail_tried_twice_counts_once_and_a_released_one_passes(post: Post) -> None:
    post.config = _ruled(brakes=BRAKES)
    for n in range(3):
        post.deliver(letter(f"{n}", Message_ID=f"<{n}@x>"), id="one and the same")

    assert post.deliver(letter("x", Message_ID="<x@x>")).fate is Fate.OPENED
    assert post.deliver(letter("y", Message_ID="<y@x>"), id="third").fate is Fate.OPENED
    assert post.deliver(letter("z", Message_ID="<z@x>")).held is Held.BRAKE
    assert post.deliver(letter("z", Message_ID="<z@x>"), released_by="lin-feng").fate is Fate.OPENED


def test_a_released_machine_may_open_a_ticket_and_a_foreign_mailbox_too(post: Post) -> None:
    away = post.deliver(letter(Auto_Submitted="auto-replied"), released_by="lin-feng")
    other = post.deliver(letter(Message_ID="<2@x>"), "someone@aftercare.example", released_by="lin-feng")

    assert away.opened.is_machine
    assert other.fate is Fate.OPENED


def test_every_mail_leaves_a_line_that_says_what_became_of_it(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    post.deliver(letter())
    post.deliver(_answer())
    post.deliver(b"\x00\x01")

    lines = [(line.id, line.fate, line.ticket_id, line.held, line.sender) for line in post.log.values()]
    assert lines == [
        ("ses-1", Fate.OPENED, ticket.id, None, SENDER),
        ("ses-2", Fate.REPEATED, ticket.id, None, SENDER),
        ("ses-3", Fate.APPENDED, ticket.id, None, SENDER),
        ("ses-4", Fate.HELD, None, Held.UNREADABLE, None),
    ]


def test_a_mail_handled_again_keeps_what_became_of_it_first(post: Post) -> None:
    post.deliver(letter(), id="ses-9")
    post.deliver(letter(), id="ses-9")

    assert [line.fate for line in post.log.values()] == [Fate.OPENED]


def test_who_was_let_in_by_the_customer_is_named_as_who_they_are(post: Post) -> None:
    opened = post.deliver(letter()).opened
    post.deliver(letter(Message_ID="<2@x>", From="Boss <boss@acme.example>"), post.reply_address(opened))

    first, answer = post.store.events[opened.id]
    assert isinstance(first, TicketOpened)
    assert (first.actor.id, first.mailbox) == (opened.contact.id, MAILBOX)
    assert (answer.actor.id, answer.actor.name) == ("boss@acme.example", "Boss <boss@acme.example>")
