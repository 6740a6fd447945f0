"""The mail bridge: an SMTP server that stands in for SES's reception, the one service the emulated AWS lacks.

It accepts mail for the desk's own addresses, puts the raw message into the inbound bucket and publishes the
notification that SES would publish. Like SES it answers the sender only after the mail is safe: a fault gives a
temporary error, and the sender keeps the mail and tries again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.exceptions import BotoCoreError, ClientError

from ops.local import receipt
from ops.local.receipt import Received

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

SIZE_LIMIT = 40 * 1024 * 1024
"""What SES accepts, headers included."""
logger = logging.getLogger(__name__)


class NotReady(Exception):
    """The desk is not deployed yet."""


@dataclass(frozen=True)
class Reception:
    """What the receipt rule of the deployed desk says."""

    addresses: tuple[str, ...]
    bucket: str
    topic_arn: str

    def accepts(self, recipient: str) -> bool:
        """Whether mail to `recipient` is the desk's: one of its addresses, or that address with a `+tag`."""
        mailbox, _, domain = parseaddr(recipient)[1].lower().rpartition("@")
        return f"{mailbox.partition('+')[0]}@{domain}" in {address.lower() for address in self.addresses}


class MailRoom(Protocol):
    """Where accepted mail goes."""

    def accepts(self, recipient: str) -> bool:
        """Whether the desk takes mail for `recipient`; raises NotReady."""

    def receive(self, mail: Received) -> None:
        """Keep the mail and announce it; raises an error of the AWS client when that fails."""


class InboundMail:
    """Accepted mail goes into the bucket, then the topic hears of it."""

    def __init__(self, s3: "S3Client", sns: "SNSClient", reception: Callable[[], Reception]) -> None:
        self._s3 = s3
        self._sns = sns
        self._reception = reception

    def accepts(self, recipient: str) -> bool:
        return self._reception().accepts(recipient)

    def receive(self, mail: Received) -> None:
        rule = self._reception()
        told = receipt.notification(mail, topic_arn=rule.topic_arn, bucket=rule.bucket, key=mail.id)
        self._s3.put_object(Bucket=rule.bucket, Key=mail.id, Body=receipt.stored(mail))
        try:
            self._sns.publish(TopicArn=rule.topic_arn, Subject=receipt.SUBJECT, Message=told)
        except (BotoCoreError, ClientError):
            self._s3.delete_object(Bucket=rule.bucket, Key=mail.id)  # its sender keeps it and tries again
            raise


class MailBridge:
    """The conversation with a sending mail server: the hooks of an aiosmtpd handler, which passes them by position."""

    def __init__(self, room: MailRoom) -> None:
        self._room = room

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        try:
            accepted = await asyncio.to_thread(self._room.accepts, address)
        except NotReady:
            return "451 4.3.2 The desk is not ready yet, try again later"
        if not accepted:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        sender = (envelope.mail_from or "").removeprefix("<>")  # a bounce has none
        mail = Received.now(sender, tuple(envelope.rcpt_tos), content)
        try:
            await asyncio.to_thread(self._room.receive, mail)
        except (BotoCoreError, ClientError, NotReady) as error:
            logger.warning("mail %s from %s could not be kept: %s", mail.id, mail.sender, error)
            return "451 4.3.0 The mail could not be kept, try again later"
        return f"250 2.0.0 OK {mail.id}"


async def listen(bridge: MailBridge, port: int) -> asyncio.Server:
    """Open the bridge on this machine's own address."""

    def conversation() -> SMTP:
        return SMTP(bridge, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname="localhost", ident="Aftercare")

    return await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", port)
