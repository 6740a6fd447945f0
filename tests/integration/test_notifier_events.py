"""Bus events to mail over the real gateways, in moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.sesv2.models import sesv2_backends

from functions.intake.mime.message import parse_mail
from functions.notifier import events
from functions.notifier.settings import NotifierSettings
from functions.shared.contracts.events import NotificationSent, TicketEvent
from functions.shared.gateways.tickets import TicketTable
from functions.shared.ticketing import Tickets
from tests.factories import DESK, make_opened
from tests.fakes import CountedIds, StillClocks
from tests.integration.conftest import OF_THE_DESK, TABLE, TOKEN_KEYS, live_desk
from tests.lambdas import CONTEXT

ACCOUNT = "123456789012"
EVENTS = Path(__file__).parents[2] / "events"
MAILBOX = "support@aftercare.example"


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    boto3.client("sesv2").create_email_identity(EmailIdentity=MAILBOX)
    environment = NotifierSettings.to_env(
        **OF_THE_DESK, public_url="https://desk.example", token_key_parameter=TOKEN_KEYS, support_address=MAILBOX
    )
    with live_desk(dynamodb, environment, events):
        yield


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


def test_waking_the_notifier_is_no_fault() -> None:
    assert hear() == []
