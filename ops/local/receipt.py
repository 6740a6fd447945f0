"""What SES says about a mail it has received: the notification of a receipt rule's S3 action."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from itertools import accumulate
from typing import TypeVar

SUBJECT = "Amazon SES Email Receipt Notification"
HEADER_LIMIT = 10 * 1024
"""Bytes of headers that SES repeats; a notification must fit into a message of SNS."""
TEXT_LIMIT = 2_000
_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
Value = TypeVar("Value")
_PASSED = {"status": "PASS"}  # whoever reaches this machine's own port is trusted


@dataclass(frozen=True)
class Received:
    """A mail as it came in, with the envelope that brought it."""

    sender: str
    """The envelope's sender; empty for a bounce."""
    recipients: tuple[str, ...]
    content: bytes
    received_at: datetime
    id: str

    @classmethod
    def now(cls, sender: str, recipients: tuple[str, ...], content: bytes) -> "Received":
        """Give the mail the id and the instant of its reception."""
        ses_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(40))
        return cls(sender, recipients, content, datetime.now(UTC), ses_id)


def stored(mail: Received) -> bytes:
    """The bytes SES puts into the bucket: its own headers, then the message untouched."""
    trace = (
        f"Return-Path: <{mail.sender}>\r\n"
        f"Received: by inbound-smtp.localhost with SMTP id {mail.id}\r\n"
        f" for {mail.recipients[0]}; {format_datetime(mail.received_at)}\r\n"
        "X-SES-Spam-Verdict: PASS\r\n"
        "X-SES-Virus-Verdict: PASS\r\n"
    )
    return trace.encode("utf-8") + mail.content


def notification(mail: Received, *, topic_arn: str, bucket: str, key: str) -> str:
    """The message SES publishes once the mail lies in the bucket."""
    instant = mail.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    headers = BytesHeaderParser().parsebytes(stored(mail))
    every = [{"name": name, "value": _text(value)} for name, value in headers.raw_items()]
    kept = _up_to(HEADER_LIMIT, every)
    return json.dumps(
        {
            "notificationType": "Received",
            "mail": {
                "timestamp": instant,
                "source": mail.sender,
                "messageId": mail.id,
                "destination": list(mail.recipients),
                "headersTruncated": len(kept) < len(every),
                "headers": kept,
                "commonHeaders": {"returnPath": mail.sender, **_common(headers)},
            },
            "receipt": {
                "timestamp": instant,
                "processingTimeMillis": 0,
                "recipients": list(mail.recipients),
                "spamVerdict": _PASSED,
                "virusVerdict": _PASSED,
                "spfVerdict": _PASSED,
                "dkimVerdict": _PASSED,
                "dmarcVerdict": _PASSED,
                "action": {"type": "S3", "topicArn": topic_arn, "bucketName": bucket, "objectKey": key},
            },
        }
    )


def _common(headers: Message) -> dict[str, str | list[str]]:
    """The headers SES repeats by name, decoded; those the message lacks are left out."""
    lists = {"from": "From", "to": "To", "cc": "Cc", "replyTo": "Reply-To"}
    texts = {"date": "Date", "messageId": "Message-ID", "subject": "Subject"}
    values = {
        name: [_text(value) for key, value in headers.raw_items() if key.lower() == name.lower()]
        for name in (*lists.values(), *texts.values())
    }
    addresses = {key: _up_to(HEADER_LIMIT, _addresses(values[name])) for key, name in lists.items() if values[name]}
    told = {key: _decoded(values[name][0])[:TEXT_LIMIT] for key, name in texts.items() if values[name]}
    return {**addresses, **told}


def _up_to(limit: int, values: list[Value]) -> list[Value]:
    """As many of `values` as are no larger than `limit` bytes together."""
    sizes = accumulate(len(json.dumps(value)) for value in values)
    return [value for value, size in zip(values, sizes, strict=True) if size <= limit]


def _addresses(values: list[str]) -> list[str]:
    return [f"{_decoded(name)} <{address}>" if name else address for name, address in getaddresses(values)]


def _text(value: str) -> str:
    """A header on one line; bytes beyond ASCII are read as UTF-8, and what is not UTF-8 is marked."""
    unfolded = "".join(value.splitlines())
    return unfolded.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, UnicodeDecodeError, LookupError, ValueError):
        return value
