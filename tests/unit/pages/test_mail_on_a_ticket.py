"""Mail on the ticket's page: its HTML in a frame that can do nothing, and an address that cannot be reached."""

import re
from types import SimpleNamespace

import pytest

from functions.shared.contracts.events import MessageReceived
from functions.shared.contracts.words import Channel
from functions.shared.domain.decisions import receive
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.references import parse_reference, reference
from tests.factories import CUSTOMER, NOON, make_message, make_opened, make_problem
from tests.unit.pages.test_console import _console, signed_in, ticket

__all__ = ["_console", "ticket"]  # fixtures


def _received(parts: SimpleNamespace, reference: str, html: str) -> int:
    """A mail with HTML joins the ticket; the number of its event."""
    parts.blobs.put("bodies/html", html.encode())
    ticket_id = parse_reference(reference, "AS")
    message = make_message("见报表", html_key="bodies/html")
    after = parts.tickets.handle(
        ticket_id, lambda now: receive(now, message, channel=Channel.EMAIL, actor=CUSTOMER, now=NOON)
    )
    return next(e.sequence for e in reversed(parts.store.events[after.id]) if isinstance(e, MessageReceived))


def test_a_mail_is_shown_as_it_was_laid_out_in_a_frame_that_can_do_nothing(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    sequence = _received(parts, ticket, '<p style="color:red">见<a href="https://acme.example">报表</a></p>{x}')

    agent.get(url)
    assert f'src="{url}/messages/{sequence}/html"' in agent.html
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in agent.html
    assert "frame-src 'self'" in agent.headers["Content-Security-Policy"]

    assert agent.get(f"{url}/messages/{sequence}/html") == 200
    assert '<p style="color:red">见<a target=_blank href="https://acme.example">报表</a></p>{x}' in agent.html
    policy = agent.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert agent.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_customer_who_cannot_be_reached_is_told_of_and_cleared_with_one_click(
    ticket: str, parts: SimpleNamespace
) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    held = parts.store.heads[parse_reference(ticket, "AS")]
    address = held.contact.address
    parts.standings.mark(Undeliverable(address=address, since=NOON, status="5.1.1", ticket_id=held.id))

    agent.get(url)
    assert f"寄往 {address} 的邮件被退回（5.1.1）" in agent.html
    assert agent.post(f"{url}/address/clear") == 200
    assert "已恢复向该邮箱发信。" in agent.html
    assert "被退回" not in agent.html
    assert parts.standings.undeliverable(address) is None


@pytest.mark.parametrize(
    ("language", "followed", "ignored", "relayed"),
    [("zh", "答复会发到那里", "未采用", "代为发送"), ("en", "answers go there", "not followed", "Sent by way of")],
)
def test_where_a_sender_asks_for_answers_is_told_with_what_became_of_it(
    parts: SimpleNamespace, language: str, followed: str, ignored: str, relayed: str
) -> None:
    said = make_message("见附件", reply_to="team@acme.example")
    opened = make_opened(problem=make_problem(description=said), answers_to="team@acme.example")
    ticket, _ = parts.tickets.open(lambda _: opened)
    swindle = make_message("换个地址", reply_to="evil@swindle.example", relayed_by="form@shop.example")
    parts.tickets.handle(ticket.id, lambda now: receive(now, swindle, channel=Channel.EMAIL, actor=CUSTOMER, now=NOON))
    once_more = make_message("补充", reply_to="team@acme.example")
    parts.tickets.handle(
        ticket.id, lambda now: receive(now, once_more, channel=Channel.EMAIL, actor=CUSTOMER, now=NOON)
    )
    agent = signed_in(language=language)

    assert agent.get(f"/desk/tickets/{reference(ticket.id, 'AS')}") == 200
    assert len(re.findall(rf"team@acme\.example[^<]*{followed}", agent.html)) == 2
    assert re.search(rf"evil@swindle\.example[^<]*{ignored}", agent.html)
    assert re.search(rf"{relayed}</dt><dd[^>]*>form@shop\.example", agent.html)
    assert "<dd>team@acme.example</dd>" in agent.html
