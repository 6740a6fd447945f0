"""Received mail over the real gateways, in moto."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.intake import mail
from functions.intake.settings import IntakeMailSettings
from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.quarantine import Held
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.tickets import TicketTable
from ops.local import receipt
from ops.local.receipt import Received
from tests.factories import DESK
from tests.integration.conftest import BLOBS, OF_THE_DESK, TABLE, TOKEN_KEYS, live_desk, only_ticket, opened_triaged
from tests.lambdas import CONTEXT

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = sorted((EVENTS / "samples" / "mail").glob("*.eml"))


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    boto3.client("s3").create_bucket(Bucket="inbound")
    environment = IntakeMailSettings.to_env(
        **OF_THE_DESK,
        inbound_bucket="inbound",
        token_key_parameter=TOKEN_KEYS,
        support_address="support@aftercare.example",
    )
    with live_desk(dynamodb, environment, mail):
        yield


def deliver(raw: bytes, key: str) -> list[dict[str, str]]:
    """Let `raw` arrive as SES would; returns what stays in the queue."""
    event = json.loads((EVENTS / "intake_mail.json").read_text(encoding="utf-8"))
    notification = json.loads(event["Records"][0]["body"])
    notification["mail"]["messageId"] = notification["receipt"]["action"]["objectKey"] = key
    event["Records"][0]["body"] = json.dumps(notification)
    boto3.client("s3").put_object(Bucket="inbound", Key=key, Body=raw)
    return list(mail.handler(event, CONTEXT)["batchItemFailures"])


def receive(raw: bytes, *, at: datetime | None = None) -> None:
    """Let `raw` arrive through the bridge of the local cloud, which stamps it as SES does."""
    received = Received.now("wang@acme.example", ("support@aftercare.example",), raw)
    if at:
        received = replace(received, received_at=at)
    boto3.client("s3").put_object(Bucket="inbound", Key=received.id, Body=receipt.stored(received))
    event = json.loads((EVENTS / "intake_mail.json").read_text(encoding="utf-8"))
    event["Records"][0]["body"] = receipt.notification(
        received, topic_arn="arn:aws:sns:x", bucket="inbound", key=received.id
    )
    assert mail.handler(event, CONTEXT) == {"batchItemFailures": []}


def titles(dynamodb: Any) -> list[str]:
    """Of all tickets, in alphabetical order."""
    found = dynamodb.scan(TableName=TABLE, FilterExpression="sk = :h", ExpressionAttributeValues={":h": {"S": "HEAD"}})
    return sorted(json.loads(head["doc"]["S"])["title"] for head in found["Items"])


@pytest.fixture
def tickets(dynamodb: Any) -> TicketTable:
    return TicketTable(dynamodb, TABLE, DESK)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_mail_becomes_one_ticket(sample: Path, tickets: TicketTable, dynamodb: Any) -> None:
    assert deliver(sample.read_bytes(), "ses-1") == []
    assert deliver(sample.read_bytes(), "ses-2") == []

    opened, *_ = tickets.timeline(only_ticket(dynamodb))
    assert isinstance(opened, TicketOpened)
    assert opened.language == ("zh" if "zh" in sample.stem else "en")
    assert opened.contact.name
    assert "\ufffd" not in opened.problem.title + opened.problem.description.text
    for file in opened.problem.description.attachments:
        body = boto3.client("s3").get_object(Bucket=BLOBS, Key=file.key)["Body"].read()
        assert body.startswith(b"\x89PNG")


def test_a_mail_is_triaged_in_the_commit_that_opens_its_ticket(tickets: TicketTable, dynamodb: Any) -> None:
    receive(b"From: wang@acme.example\r\nSubject: paper jam\r\n\r\nin tray 2\r\n")

    opened_triaged(tickets, only_ticket(dynamodb))


def test_a_mail_without_message_id_that_arrives_twice_is_one_ticket(dynamodb: Any) -> None:
    for _ in range(2):
        receive(b"From: wang@acme.example\r\nSubject: paper jam\r\n\r\nin tray 2\r\n")

    assert titles(dynamodb) == ["paper jam"]


def test_a_printer_that_gives_all_its_mails_one_message_id_is_heard_each_time(dynamodb: Any) -> None:
    for subject in ("paper jam", "toner low", "paper jam", "toner low"):
        receive(f"From: wang@acme.example\r\nMessage-ID: <1@printer>\r\nSubject: {subject}\r\n\r\n-\r\n".encode())

    assert titles(dynamodb) == ["paper jam", "toner low"]


def test_what_is_no_mail_waits_in_quarantine(dynamodb: Any) -> None:
    assert deliver(b"\x00\x01\x02", "ses-1") == []

    (held,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    assert (held.held, held.raw_key) == (Held.UNREADABLE, "ses-1")


def test_what_cannot_be_taken_in_stays_in_the_queue() -> None:
    event = json.loads((EVENTS / "intake_mail.json").read_text(encoding="utf-8"))
    other = {**event["Records"][0], "messageId": "odd", "body": "{}"}
    event["Records"].append(other)
    key = json.loads(event["Records"][0]["body"])["receipt"]["action"]["objectKey"]
    boto3.client("s3").put_object(Bucket="inbound", Key=key, Body=SAMPLES[0].read_bytes())

    assert mail.handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "odd"}]}


def test_waking_the_mail_door_is_no_fault() -> None:
    assert mail.handler({"Records": []}, CONTEXT) == {"batchItemFailures": []}
