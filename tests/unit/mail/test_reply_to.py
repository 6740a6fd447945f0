"""A mail that asks for answers elsewhere: who is the customer, where the answers go, and what the agent sees."""

from typing import Any

import pytest

from functions.shared.contracts.events import MessageReceived, TicketOpened
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.quarantine import Held
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from tests.unit.mail.post_office import MAILBOX, SENDER, Post, letter

RELAY = "website@shop.example"
UNPROVEN = {"dmarc": "GRAY"}


@pytest.fixture
def relaying(post: Post) -> Post:
    """A mailroom whose desk has a website with a form that sends mail."""
    rules = {**post.config.desk.mail.model_dump(), "relays": [RELAY]}
    content = post.config.content()
    post.config = DeskConfig.model_validate({**content, "desk": {**content["desk"], "mail": rules}})
    return post


def opening(post: Post, ticket: Ticket) -> TicketOpened:
    event = post.store.events[ticket.id][0]
    assert isinstance(event, TicketOpened)
    return event


def test_answers_go_to_another_mailbox_of_a_proven_senders_house(post: Post) -> None:
    ticket = post.deliver(letter(Reply_To="Service <it-team@acme.example>")).opened

    assert (ticket.contact.address, ticket.mailed_at) == (SENDER, "it-team@acme.example")
    assert opening(post, ticket).problem.description.reply_to == "it-team@acme.example"


@pytest.mark.parametrize(
    ("sender", "asked", "changes"),
    [
        (SENDER, "wang@acme-service.example", {}),
        (SENDER, "wang@notacme.example", {}),
        (SENDER, "it-team@acme.example", {"verdicts": UNPROVEN}),
        ("wang@qq.com", "zhang@qq.com", {}),
        ("wang@team.qq.com", "zhang@qq.com", {}),
    ],
)
def test_a_wish_that_anybody_could_have_written_is_shown_and_not_followed(
    post: Post, sender: str, asked: str, changes: dict[str, Any]
) -> None:
    ticket = post.deliver(letter(From=f"王芳 <{sender}>", Reply_To=asked), **changes).opened

    assert ticket.mailed_at == ticket.contact.address == sender
    assert opening(post, ticket).problem.description.reply_to == asked


@pytest.mark.parametrize("asked", [SENDER, SENDER.upper(), MAILBOX, "support+x.y@aftercare.example", "nobody", "<>"])
def test_a_wish_that_changes_nothing_is_none(post: Post, asked: str) -> None:
    ticket = post.deliver(letter(Reply_To=asked)).opened

    assert ticket.mailed_at == SENDER
    assert opening(post, ticket).problem.description.reply_to is None


def test_a_machines_wish_moves_no_answers(post: Post) -> None:
    ticket = post.deliver(letter(Reply_To="list@acme.example", List_Id="<list.acme.example>")).opened

    assert ticket.is_machine
    assert ticket.answers_to is None


def test_a_later_wish_is_shown_beside_its_message(post: Post) -> None:
    ticket = post.deliver(letter()).opened
    post.deliver(letter(Message_ID="<2@acme.example>", Reply_To="boss@acme.example"), post.reply_address(ticket))

    heard = post.store.events[ticket.id][-1]
    assert isinstance(heard, MessageReceived)
    assert heard.message.reply_to == "boss@acme.example"
    assert post.store.heads[ticket.id].mailed_at == SENDER


def test_who_is_answered_takes_part(post: Post) -> None:
    team = "it-team@acme.example"
    ticket = post.deliver(letter(Reply_To=team)).opened
    tagged = f"[{reference(ticket.id, 'AS')}] noch etwas"
    joined = post.deliver(letter(From=team, Message_ID="<2@acme.example>", Subject=tagged))

    assert (joined.fate, joined.opened.id) == (Fate.APPENDED, ticket.id)


def test_who_writes_by_way_of_a_website_is_the_customer_whom_nothing_proves(relaying: Post) -> None:
    relaying.company = "Acme"
    mail = letter(From=f"Shop <{RELAY}>", Reply_To="张伟 <zhang@acme.example>", Auto_Submitted="auto-generated")
    ticket = relaying.deliver(mail).opened

    assert (ticket.contact.name, ticket.mailed_at) == ("张伟", "zhang@acme.example")
    assert not ticket.is_machine
    assert ticket.company is not None
    assert ticket.company.is_claimed
    said = opening(relaying, ticket).problem.description
    assert (said.relayed_by, said.reply_to) == (RELAY, None)


def test_nobody_speaks_for_others_by_writing_a_relays_address(relaying: Post) -> None:
    mail = letter(From=RELAY, Reply_To="li.na@aftercare.example")
    ticket = relaying.deliver(mail, verdicts=UNPROVEN).opened

    assert ticket.contact.address == RELAY
    assert ticket.mailed_at == RELAY


def test_a_relay_speaks_for_no_colleague_and_joins_nothing_by_a_subject(relaying: Post) -> None:
    ticket = relaying.deliver(letter()).opened
    tagged = f"[{reference(ticket.id, 'AS')}] 补充"
    for number, writer in enumerate((SENDER, "li.na@aftercare.example")):
        mail = letter(From=RELAY, Reply_To=writer, Subject=tagged, Message_ID=f"<r{number}@shop.example>")
        assert relaying.deliver(mail).opened.id != ticket.id


def test_a_relays_own_mail_is_like_any_other(relaying: Post) -> None:
    assert relaying.deliver(letter(From=RELAY)).opened.contact.address == RELAY
    away = letter(From=RELAY, Auto_Submitted="auto-replied", Message_ID="<2@shop.example>")
    assert relaying.deliver(away).held is Held.MACHINE
