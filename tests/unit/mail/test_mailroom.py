from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from functions.shared.contracts.events import MessageReceived, NoteAdded, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Channel, Language, RootCause, Status
from functions.shared.domain.decisions import resolve
from functions.shared.domain.errors import KeyReused
from functions.shared.domain.mail_ids import message_key
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.merging import merge
from functions.shared.domain.quarantine import Held
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from functions.shared.ticketing import NaturalKey
from ops.local.receipt import Received, stored
from tests.factories import AGENT, NOON
from tests.unit.mail.post_office import MAILBOX, SENDER, Post, letter


def _stamped(raw: bytes) -> bytes:
    return stored(Received.now(SENDER, (MAILBOX,), raw))


def test_a_mail_opens_a_ticket_that_knows_who_asks_and_what_is_missing(post: Post) -> None:
    mail = letter()
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="截图.png")

    arrival = post.deliver(mail)

    ticket = arrival.opened
    event = post.store.events[ticket.id][0]
    assert isinstance(event, TicketOpened)
    assert (arrival.fate, ticket.channel, ticket.language) == (Fate.OPENED, Channel.EMAIL, Language.ZH)
    assert (ticket.title, ticket.contact.name, ticket.contact.address) == ("报表导出失败", "王芳", SENDER)
    assert event.mailbox == MAILBOX
    assert {"company", "impact", "urgency"} <= set(event.missing)
    description = event.problem.description
    assert description.text == "点导出按钮后一直转圈。"
    assert description.message_id == "<first@acme.example>"
    assert description.receipt == {"spf": "PASS", "dmarc": "PASS", "virus": "PASS"}
    assert [(one.name, one.size) for one in description.attachments] == [("截图.png", 4)]
    assert post.blobs.get(description.attachments[0].key) == b"\x89PNG"
    assert post.blobs.get(description.raw_key or "") == mail.as_bytes()


def test_whoever_writes_is_called_what_is_seen_of_their_name(post: Post) -> None:
    arrival = post.deliver(letter(From=f"=?utf-8?q?=E2=80=AE=E7=8E=8B=E2=80=8B=E8=8A=B3=00=1B?= <{SENDER}>"))

    assert arrival.opened.contact.name == "王芳"
    assert post.store.events[arrival.opened.id][0].actor.name == "王芳"


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("Re: \u202egnp.exe", "x", "gnp.exe"),
        ("\u200b\u200b", "\u2066\n报表\u200b打不开\n", "报表打不开"),
        ("\u200b", "\u200b", "（无主题）"),
    ],
)
def test_a_ticket_is_called_what_is_seen_of_the_subject(post: Post, subject: str, text: str, title: str) -> None:
    assert post.deliver(letter(text, Subject=subject)).opened.title == title


def test_the_same_mail_three_times_is_one_ticket(post: Post) -> None:
    first = post.deliver(letter())
    second = post.deliver(letter())
    third = post.deliver(letter(Message_ID="<FIRST@acme.example>"))

    assert [first.fate, second.fate, third.fate] == [Fate.OPENED, Fate.REPEATED, Fate.REPEATED]
    assert second.opened.id == third.opened.id == first.opened.id
    assert len(post.store.heads) == 1


def test_a_mail_without_message_id_is_known_by_what_it_says_however_it_was_stamped(post: Post) -> None:
    raw = b"From: wang@acme.example\r\nSubject: help\r\n\r\nnothing works"

    arrivals = [post.deliver(_stamped(raw)) for _ in range(2)]

    assert [one.fate for one in arrivals] == [Fate.OPENED, Fate.REPEATED]


def test_another_mail_with_the_same_message_id_is_a_mail_of_its_own(post: Post) -> None:
    first = post.deliver(_stamped(letter("one").as_bytes()))
    other = [post.deliver(_stamped(letter("two").as_bytes())) for _ in range(2)]
    again = post.deliver(_stamped(letter("one").as_bytes()))

    assert [one.fate for one in (first, *other, again)] == [Fate.OPENED, Fate.OPENED, Fate.REPEATED, Fate.REPEATED]
    assert other[0].opened.id == other[1].opened.id != first.opened.id == again.opened.id


def test_another_mail_with_the_same_message_id_joins_the_ticket_it_answers(post: Post) -> None:
    ticket = post.deliver(letter(Message_ID="<0@x>")).opened
    answers = [letter(text, In_Reply_To="<0@x>") for text in ("one", "two", "two")]

    fates = [post.deliver(_stamped(answer.as_bytes())).fate for answer in answers]

    assert fates == [Fate.APPENDED, Fate.APPENDED, Fate.REPEATED]
    received = [event for event in post.store.events[ticket.id] if isinstance(event, MessageReceived)]
    assert [event.message.text for event in received] == ["one", "two"]


def test_another_mail_of_the_same_moment_is_tried_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.deliver(letter(Message_ID="<0@x>"))
    post.deliver(letter("one", In_Reply_To="<0@x>"))
    with monkeypatch.context() as patch:
        patch.setattr(post.store, "first_use", lambda _: None)
        for other in (letter("two", In_Reply_To="<0@x>"), letter("two")):
            with pytest.raises(KeyReused):
                post.deliver(other)

    assert post.deliver(letter("two", In_Reply_To="<0@x>")).fate is Fate.APPENDED


def test_our_own_mail_that_comes_back_under_another_name_changes_nothing(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    post.store.remember(NaturalKey(message_key(MAILBOX, "<0100@email.amazonses.com>")), ticket.id)

    arrival = post.deliver(letter(Message_ID="<0100@email.amazonses.com>", From="list@acme.example"))

    assert (arrival.fate, arrival.opened) == (Fate.REPEATED, ticket)


def _by_address(post: Post, ticket: Ticket) -> tuple[EmailMessage, str]:
    return letter(Message_ID="<2@x>", From="other@else.example"), post.reply_address(ticket)


def _by_in_reply_to(_post: Post, _ticket: Ticket) -> tuple[EmailMessage, str]:
    return letter(Message_ID="<2@x>", In_Reply_To="<first@acme.example>"), MAILBOX


def _by_references(_post: Post, _ticket: Ticket) -> tuple[EmailMessage, str]:
    return letter(Message_ID="<2@x>", References="<unknown@x> <first@acme.example> <unknown2@x>"), MAILBOX


def _by_the_id_ses_gave(post: Post, ticket: Ticket) -> tuple[EmailMessage, str]:
    post.store.remember(NaturalKey(message_key(MAILBOX, "<0100@email.amazonses.com>")), ticket.id)
    return letter(Message_ID="<2@x>", In_Reply_To="<0100@email.amazonses.com>"), MAILBOX


def _by_tag_of_a_participant(_post: Post, ticket: Ticket) -> tuple[EmailMessage, str]:
    return letter(Message_ID="<2@x>", Subject=f"Re: [{reference(ticket.id, 'AS')}] 报表导出失败"), MAILBOX


@pytest.mark.parametrize(
    "answer", [_by_address, _by_in_reply_to, _by_references, _by_the_id_ses_gave, _by_tag_of_a_participant]
)
def test_an_answer_joins_its_ticket(post: Post, answer: Callable[[Post, Ticket], tuple[EmailMessage, str]]) -> None:
    ticket = post.deliver(letter()).opened
    mail, to = answer(post, ticket)

    arrival = post.deliver(mail, to)

    assert arrival.fate is Fate.APPENDED
    assert arrival.opened.id == ticket.id
    assert isinstance(post.store.events[ticket.id][-1], MessageReceived)


@pytest.mark.parametrize(
    ("headers", "to", "changes"),
    [
        ({"From": "stranger@else.example", "Subject": "Re: [AS-0000-0001] x"}, MAILBOX, {}),
        ({"Subject": "Re: [AS-0000-0001] x"}, MAILBOX, {"verdicts": {"dmarc": "FAIL"}}),
        ({"Subject": "Re: [AS-0000-0001] x"}, MAILBOX, {"verdicts": {}}),
        ({"Subject": "Re: 报表导出失败"}, MAILBOX, {}),
        ({}, "support+as-0000-0001.k0001.aaaaaaaaaaaaaaaa@aftercare.example", {}),
        ({"In_Reply_To": "<unknown@x>"}, MAILBOX, {}),
        ({"Subject": "[IT-0000-0001] x"}, MAILBOX, {}),
    ],
    ids=[
        "a stranger's tag",
        "a forged sender's tag",
        "an unproven sender's tag",
        "same subject",
        "guessed address",
        "unknown id",
        "other desk",
    ],
)
def test_what_only_looks_like_an_answer_opens_a_new_ticket(
    post: Post, headers: dict[str, str], to: str, changes: dict[str, Any]
) -> None:
    first = post.deliver(letter()).opened

    arrival = post.deliver(letter(Message_ID="<2@x>", **headers), to, **changes)

    assert arrival.fate is Fate.OPENED
    assert arrival.opened.id != first.id


def test_an_answer_keeps_the_quoted_history_folded(post: Post) -> None:
    post.deliver(letter())
    text = "还是不行\n\n客服 <s@x.example> 于2026年3月2日周一 12:00写道：\n> 请重启试试"

    ticket = post.deliver(letter(text, Message_ID="<2@x>", In_Reply_To="<first@acme.example>")).opened

    event = post.store.events[ticket.id][-1]
    assert isinstance(event, MessageReceived)
    assert event.message.text == "还是不行"
    assert "请重启试试" in (event.message.quoted or "")


def test_an_answer_wakes_a_solved_ticket_and_a_machine_does_not(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    post.tickets.handle(
        ticket.id, lambda t: resolve(t, root_cause=RootCause.DEFECT, cause="", solution="x", actor=AGENT, now=NOON)
    )
    away = letter(Message_ID="<2@x>", In_Reply_To="<first@acme.example>", Auto_Submitted="auto-replied")
    back = letter(Message_ID="<3@x>", In_Reply_To="<first@acme.example>")

    assert post.deliver(away).opened.status is Status.RESOLVED
    assert post.deliver(back).opened.status is Status.OPEN


def test_a_machine_that_answers_nothing_is_set_aside_and_a_monitor_may_report(post: Post) -> None:
    away = post.deliver(letter(Auto_Submitted="auto-replied"))
    empty_envelope = post.deliver(letter(Message_ID="<2@x>"), envelope_sender="")
    monitor = post.deliver(letter(Message_ID="<3@x>", List_Id="<alerts.acme.example>"))

    assert (away.fate, away.held) == (Fate.HELD, Held.MACHINE)
    assert (empty_envelope.fate, empty_envelope.held) == (Fate.HELD, Held.MACHINE)
    assert monitor.opened.is_machine


def test_who_asks_for_no_automatic_answer_has_a_ticket_and_none(post: Post) -> None:
    alarm = post.deliver(letter(X_Auto_Response_Suppress="All"))

    assert (alarm.fate, alarm.opened.is_machine) == (Fate.OPENED, True)


@pytest.mark.parametrize(
    ("raw", "to", "changes", "held"),
    [
        (b"\x00\x01", MAILBOX, {}, Held.UNREADABLE),
        (letter().as_bytes(), MAILBOX, {"verdicts": {"virus": "FAIL"}}, Held.VIRUS),
        (letter().as_bytes(), "someone@aftercare.example", {}, Held.OTHER_MAILBOX),
        (letter(From="Desk <support@aftercare.example>").as_bytes(), MAILBOX, {}, Held.OWN_MAIL),
        (b"Subject: x\r\n\r\ny", MAILBOX, {"envelope_sender": ""}, Held.NO_SENDER),
    ],
)
def test_what_cannot_be_filed_is_set_aside_with_its_reason(
    post: Post, raw: bytes, to: str, changes: dict[str, Any], held: Held
) -> None:
    arrival = post.deliver(raw, to, **changes)

    assert (arrival.fate, arrival.held) == (Fate.HELD, held)
    assert not post.store.heads
    assert [(one.held, one.raw_key, bool(one.why)) for one in post.held] == [(held, "ses-1", True)]


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("回复: Re: 发票抬头", "x", "发票抬头"),
        ("", "\n登录不了\n请帮忙", "登录不了"),
        ("Re:", "", "Re:"),
        ("", "", "（无主题）"),
        ("长" * 500, "x", "长" * 200),
    ],
)
def test_every_ticket_has_a_title(post: Post, subject: str, text: str, title: str) -> None:
    assert post.deliver(letter(text, Subject=subject)).opened.title == title


def test_a_long_text_is_kept_in_a_blob(post: Post) -> None:
    ticket = post.deliver(letter("很长的日志" * 5_000)).opened

    event = post.store.events[ticket.id][0]
    assert isinstance(event, TicketOpened)
    assert len(event.problem.description.text) == 1_000
    assert post.blobs.get(event.problem.description.body_key or "").decode() == "很长的日志" * 5_000


def test_what_a_colleague_mails_to_a_ticket_is_a_note(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    answer = letter(Message_ID="<2@x>", From="李娜 <li.na@aftercare.example>")

    post.deliver(answer, post.reply_address(ticket), envelope_sender="li.na@aftercare.example")

    event = post.store.events[ticket.id][-1]
    assert isinstance(event, NoteAdded)
    assert (event.actor.kind, event.actor.id) == ("agent", "li-na")


def test_an_answer_to_a_merged_ticket_joins_the_one_that_goes_on(post: Post) -> None:
    duplicate = post.deliver(letter()).opened
    into = post.deliver(letter(Message_ID="<other@acme.example>", Subject="发票抬头错了")).opened
    rules = post.config.desk.mail.model_copy(update={"new_subject_opens_ticket": True})
    post.config = post.config.model_copy(update={"desk": post.config.desk.model_copy(update={"mail": rules})})
    triaged = {"actor": AGENT, "now": NOON, "priority": "P2", "team": "first-line"}
    for ticket in (duplicate, into):
        post.tickets.handle(ticket.id, lambda it: [it.happening(TicketTriaged, **triaged)])
    post.tickets.handle_both(
        duplicate.id, into.id, lambda one, other: merge(one, other, same_person=(), actor=AGENT, now=NOON)
    )

    named = post.deliver(letter(Message_ID="<2@x>", Subject="Re: 报表导出失败"), post.reply_address(duplicate))
    answered = post.deliver(letter(Message_ID="<3@x>", Subject="Re: 报表导出失败", In_Reply_To="<first@acme.example>"))

    assert {named.opened.id, answered.opened.id} == {into.id}
    assert {named.fate, answered.fate} == {Fate.APPENDED}
    assert post.store.get(duplicate.id).status is Status.CLOSED
