"""The notification that SES would publish, read by a parser that knows SES's."""

import json
from datetime import UTC, datetime

import pytest
from aws_lambda_powertools.utilities.data_classes import SESEvent

from ops.local import receipt
from ops.local.receipt import Received

RECEIVED_AT = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
RAW = (
    "From: =?utf-8?b?5p2O6Zu3?= <lei@customer.example>\r\n"
    "To: Support <support@desk.example>,\r\n other@customer.example\r\n"
    "Subject: =?utf-8?b?5peg5rOV55m75b2V?=\r\n"
    "Date: Sun, 22 Nov 2026 09:30:14 +0000\r\n"
    "Message-ID: <abc@customer.example>\r\n"
    "\r\n"
    "正文\r\n"
).encode()


def received(raw: bytes = RAW) -> Received:
    return Received("lei@customer.example", ("support@desk.example",), raw, RECEIVED_AT, "a" * 40)


def notification(raw: bytes = RAW) -> dict[str, object]:
    text = receipt.notification(received(raw), topic_arn="arn:aws:sns:x", bucket="inbound", key="a" * 40)
    document: dict[str, object] = json.loads(text)
    return document


def test_the_object_is_the_message_behind_the_headers_that_ses_adds() -> None:
    stored = receipt.stored(received())

    assert stored.endswith(RAW)
    assert stored.startswith(b"Return-Path: <lei@customer.example>\r\nReceived: ")


def test_the_notification_says_where_the_message_lies_and_what_was_found() -> None:
    content = notification()

    assert content["notificationType"] == "Received"
    event = SESEvent({"Records": [{"eventVersion": "1.0", "eventSource": "aws:ses", "ses": content}]})
    assert event.mail.source == "lei@customer.example"
    assert event.mail.message_id == "a" * 40
    assert event.mail.timestamp == "2026-11-22T09:30:15.123Z"
    assert event.receipt.recipients == ["support@desk.example"]
    verdicts = (event.receipt.spf_verdict, event.receipt.dkim_verdict, event.receipt.dmarc_verdict)
    assert {verdict.status for verdict in verdicts} == {"PASS"}
    assert event.receipt.action.raw_event == {
        "type": "S3",
        "topicArn": "arn:aws:sns:x",
        "bucketName": "inbound",
        "objectKey": "a" * 40,
    }


def test_common_headers_are_decoded_and_the_others_are_not() -> None:
    mail = notification()["mail"]
    assert isinstance(mail, dict)

    assert mail["commonHeaders"] == {
        "returnPath": "lei@customer.example",
        "from": ["李雷 <lei@customer.example>"],
        "to": ["Support <support@desk.example>", "other@customer.example"],
        "date": "Sun, 22 Nov 2026 09:30:14 +0000",
        "messageId": "<abc@customer.example>",
        "subject": "无法登录",
    }
    assert {"name": "Subject", "value": "=?utf-8?b?5peg5rOV55m75b2V?="} in mail["headers"]
    assert {"name": "To", "value": "Support <support@desk.example>, other@customer.example"} in mail["headers"]


@pytest.mark.parametrize(
    "head",
    [
        b"X-B: b\r\n" * 20_000,
        b"X-B: " + b"b" * 300_000 + b"\r\n",
        b"To: " + b", ".join(b"a%d@customer.example" % n for n in range(20_000)) + b"\r\n",
        b"Subject: " + "题".encode() * 100_000 + b"\r\n",
    ],
)
def test_a_head_of_any_length_is_announced_in_a_message_that_fits(head: bytes) -> None:
    content = notification(RAW.split(b"Subject")[0] + head + b"\r\nhello")

    mail = content["mail"]
    assert isinstance(mail, dict)
    assert mail["headersTruncated"] is True
    assert mail["commonHeaders"]["from"] == ["李雷 <lei@customer.example>"]
    assert len(json.dumps(content)) < 150 * 1024


def test_a_short_head_is_announced_whole() -> None:
    mail = notification()["mail"]

    assert isinstance(mail, dict)
    assert mail["headersTruncated"] is False


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Subject: \xff\xfe\r\nFrom: \xc4\xe3 <x\r\n\r\n",
        b"Subject: =?utf-9?b?!!?=\r\nFrom: ,,;\r\nTo: undisclosed-recipients:;\r\n\r\n",
        "Subject: 未编码\r\n\r\n".encode(),
    ],
)
def test_no_message_is_too_broken_to_be_announced(raw: bytes) -> None:
    assert notification(raw)["notificationType"] == "Received"
