"""What a sending mail server hears from the bridge."""

import asyncio
import smtplib
import socket
from collections.abc import Callable
from typing import TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from ops.local import mail_bridge
from ops.local.mail_bridge import InboundMail, MailBridge, MailRoom, NotReady, Reception
from ops.local.receipt import Received

Answer = TypeVar("Answer")
RULE = Reception(addresses=("support@desk.example",), bucket="inbound", topic_arn="arn")


class Room:
    """Keeps mail in a list, or fails as it is told."""

    def __init__(self, *, fault: Exception | None = None, is_ready: bool = True) -> None:
        self.received: list[Received] = []
        self._fault = fault
        self._is_ready = is_ready

    def accepts(self, recipient: str) -> bool:
        if not self._is_ready:
            raise NotReady
        return RULE.accepts(recipient)

    def receive(self, mail: Received) -> None:
        if self._fault:
            raise self._fault
        self.received.append(mail)


def converse(room: MailRoom, conversation: Callable[[smtplib.SMTP], Answer]) -> Answer:
    """Hold a real SMTP conversation with a bridge in front of `room`."""

    async def serve() -> Answer:
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            port = chosen.getsockname()[1]
        async with await mail_bridge.listen(MailBridge(room), port):
            return await asyncio.to_thread(talk, port)

    def talk(port: int) -> Answer:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            return conversation(client)

    return asyncio.run(serve())


def send(
    client: smtplib.SMTP, *, to: str = "support@desk.example", raw: bytes = b"Subject: x\r\n\r\nhello\r\n"
) -> None:
    client.sendmail("lei@customer.example", [to], raw, mail_options=["BODY=8BITMIME"])


@pytest.mark.parametrize("to", ["support@desk.example", "Support@Desk.Example", "support+tkt.sig@desk.example"])
def test_mail_to_the_desk_is_kept_byte_for_byte(to: str) -> None:
    room = Room()
    raw = "Subject: 无法登录\r\n\r\n请帮忙\r\n.\r\n..end\r\n".encode()

    converse(room, lambda client: send(client, to=to, raw=raw))

    [mail] = room.received
    assert (mail.sender, mail.recipients, mail.content) == ("lei@customer.example", (to,), raw)


@pytest.mark.parametrize("to", ["someone@else.example", "sales@desk.example", "support@desk.example.evil.example"])
def test_mail_to_anybody_else_is_refused_for_good(to: str) -> None:
    room = Room()

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        converse(room, lambda client: send(client, to=to))

    assert refused.value.recipients[to][0] == 550
    assert room.received == []


def test_a_bounce_comes_without_a_sender() -> None:
    room = Room()

    converse(room, lambda client: client.sendmail("", ["support@desk.example"], b"Subject: failed\r\n\r\n"))

    assert room.received[0].sender == ""


def test_mail_that_cannot_be_kept_stays_with_its_sender() -> None:
    room = Room(fault=EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))

    with pytest.raises(smtplib.SMTPDataError) as refused:
        converse(room, send)

    assert refused.value.smtp_code == 451


@pytest.mark.parametrize("is_heard", [True, False])
def test_mail_that_nobody_could_be_told_of_is_not_kept(is_heard: bool) -> None:
    s3, sns = boto3.client("s3", region_name="eu-west-1"), boto3.client("sns", region_name="eu-west-1")
    mail = Received.now("lei@customer.example", ("support@desk.example",), b"Subject: x\r\n\r\nhello")
    with Stubber(s3) as store, Stubber(sns) as topic:
        store.add_response("put_object", {})
        if is_heard:
            topic.add_response("publish", {"MessageId": "1"})
            InboundMail(s3, sns, lambda: RULE).receive(mail)
        else:
            topic.add_client_error("publish", "InvalidParameter")
            store.add_response("delete_object", {}, {"Bucket": RULE.bucket, "Key": mail.id})
            with pytest.raises(ClientError):
                InboundMail(s3, sns, lambda: RULE).receive(mail)
        store.assert_no_pending_responses()


def test_before_the_desk_is_deployed_the_sender_is_asked_to_try_again() -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        converse(Room(is_ready=False), send)

    assert refused.value.recipients["support@desk.example"][0] == 451


def test_the_bridge_says_how_large_a_mail_may_be() -> None:
    def announced(client: smtplib.SMTP) -> str:
        client.ehlo()
        return client.esmtp_features["size"]

    assert converse(Room(), announced) == str(40 * 1024 * 1024)
