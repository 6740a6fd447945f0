"""Nobody is heard in another's name: what proves a mail proves its From mailbox, and no other that it names."""

from typing import Any

import pytest

from functions.shared.contracts.events import MessageReceived
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from tests.unit.mail.post_office import SENDER, Post, letter

COLLEAGUE = "gao.yuan@aftercare.example"
UNUSABLE = [
    '"x y"@evil.example',
    'Gao Yuan <"x y"@evil.example>',
    f'"{COLLEAGUE} x"@evil.example',
    f'"x <{COLLEAGUE}>"@evil.example',
    f"{'a' * 70}@evil.example",
    "nobody",
]


def _raw(**headers: str) -> bytes:
    """A mail whose fields are exactly as they are written."""
    fields = {"To": "support@aftercare.example", "Message-ID": "<2@evil.example>", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", "refund them all"]).encode()


def _tag(ticket: Ticket) -> str:
    return f"Re: [{reference(ticket.id, 'AS')}] x"


@pytest.mark.parametrize("sender", UNUSABLE)
@pytest.mark.parametrize("claimed", [COLLEAGUE, SENDER])
@pytest.mark.parametrize("where", ["reply_to", "envelope"])
def test_who_is_only_claimed_joins_nothing(post: Post, sender: str, claimed: str, where: str) -> None:
    ticket = post.deliver(letter()).opened
    reply_to = {"Reply_To": f"Gao Yuan <{claimed}>"} if where == "reply_to" else {}
    changes: dict[str, Any] = {"envelope_sender": claimed if where == "envelope" else "xy@evil.example"}

    arrival = post.deliver(_raw(From=sender, Subject=_tag(ticket), **reply_to), **changes)

    assert len(post.store.events[ticket.id]) == 1
    assert (arrival.fate, arrival.opened.id) != (Fate.APPENDED, ticket.id)


@pytest.mark.parametrize("sender", UNUSABLE)
def test_a_claimed_colleague_is_a_stranger_where_the_mail_belongs_to_the_ticket(post: Post, sender: str) -> None:
    ticket = post.deliver(letter()).opened

    arrival = post.deliver(_raw(From=sender, Subject="x", Reply_To=COLLEAGUE), post.reply_address(ticket))

    heard = post.store.events[ticket.id][-1]
    assert arrival.fate is Fate.APPENDED
    assert isinstance(heard, MessageReceived)
    assert heard.actor.kind == "customer"
    assert heard.actor.id != "gao-yuan"


@pytest.mark.parametrize("sender", UNUSABLE)
def test_a_claimed_customer_counts_for_no_tier(post: Post, sender: str) -> None:
    post.company = "Acme"

    ticket = post.deliver(_raw(From=sender, Subject="x", Reply_To=SENDER)).opened

    assert ticket.company is not None
    assert ticket.company.is_claimed


def test_a_mailbox_that_is_quoted_without_need_is_its_own(post: Post) -> None:
    ticket = post.deliver(letter()).opened

    arrival = post.deliver(_raw(From='"wang"@acme.example', Subject=_tag(ticket)))

    assert (arrival.fate, arrival.opened.id) == (Fate.APPENDED, ticket.id)
