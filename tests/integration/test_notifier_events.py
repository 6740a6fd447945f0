"""Bus events to mail over the real gateways, in moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.sesv2.models import sesv2_backends

from functions.intake.mime.message import parse_mail
from functions.notifier import events
from functions.shared.contracts.events import NotificationSent, TicketEvent
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.tickets import TicketTable
from functions.shared.ticketing import Tickets
from ops.keys import ensure_keys
from tests.factories import DESK, default_config, make_opened
from tests.fakes import CountedIds, StillClocks
from tests.integration.conftest import BLOBS, TABLE
from tests.lambdas import CONTEXT

ACCOUNT = "123456789012"
EVENTS = Path(__file__).parents[2] / "events"
PARAMETER = "/aftercare/token-keys"
MAILBOX = "support@aftercare.example"


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, dynamodb: Any) -> Iterator[None]:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BLOBS)
    boto3.client("sesv2").create_email_identity(EmailIdentity=MAILBOX)
    ensure_keys(boto3.client("ssm"), PARAMETER)
    store = ConfigStore(dynamodb, s3, table=TABLE, bucket=BLOBS, desk=DESK)
    store.publish(default_config(), author="test", note="", now=datetime.now(UTC))
    for name, value in {
        "DESK_ID": DESK,
        "TABLE_NAME": TABLE,
        "BLOBS_BUCKET": BLOBS,
        "PUBLIC_URL": "https://desk.example",
        "TOKEN_KEY_PARAMETER": PARAMETER,
        "SUPPORT_ADDRESS": MAILBOX,
    }.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    events.wiring.cache_clear()
    events.notifier.cache_clear()


def hear(*heard: TicketEvent) -> list[dict[str, str]]:
    """Hand events to the function as the queue does; returns what stays there."""
    (record,) = json.loads((EVENTS / "notifier_ticket_opened.json").read_text(encoding="utf-8"))["Records"]
    envelope = json.loads(record["body"])
    records = [
        {
            **record,
            "messageId": event.event_id,
            "body": json.dumps({**envelope, "detail-type": event.type, "detail": event.model_dump(mode="json")}),
        }
        for event in heard
    ]
    return list(events.handler({"Records": records}, CONTEXT)["batchItemFailures"])


def test_an_opened_ticket_is_acknowledged_once(dynamodb: Any) -> None:
    store = TicketTable(dynamodb, TABLE, DESK)
    ticket, _ = Tickets(store, StillClocks, CountedIds()).open(lambda _: make_opened())
    opened = store.timeline(ticket.id)[0]

    assert hear(opened) == []
    assert hear(opened) == []

    (sent,) = sesv2_backends[ACCOUNT]["us-east-1"].core_backend.sent_messages
    mail = parse_mail(sent.raw_data.encode() if isinstance(sent.raw_data, str) else sent.raw_data)
    assert mail.subject == "[AS-0000-0001] 报表打不开"
    assert "https://desk.example/track/AS-0000-0001?token=ac_" in mail.text
    last = store.timeline(ticket.id)[-1]
    assert isinstance(last, NotificationSent)
    assert last.message_id == f"<{sent.id}@email.amazonses.com>"
    assert store.get(ticket.id).message_ids == (last.message_id,)
