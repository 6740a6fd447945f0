"""From the publication of other policies to the clocks of open tickets, over the real gateways in moto."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.outbox import stream
from functions.shared.contracts.events import ClockRetargeted, TicketTriaged
from functions.shared.contracts.words import Metric, Priority, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways import keys
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from functions.sla_watchdog import renewal
from functions.sla_watchdog.renewing import Batch
from tests.factories import DESK, SYSTEM, default_config, make_opened
from tests.integration.conftest import OF_THE_DESK, TABLE, live_desk
from tests.lambdas import CONTEXT

SAMPLE = Path(__file__).parents[2] / "events" / "sla_watchdog_config_published.json"


def received(message_id: str, body: str, times: int = 1) -> dict[str, Any]:
    """A message as the queue hands it on, for the `times`th time."""
    return {"messageId": message_id, "body": body, "attributes": {"ApproximateReceiveCount": str(times)}}


class World:
    """A desk in moto, whose queue is emptied by hand."""

    def __init__(self, dynamodb: Any, queue_url: str) -> None:
        self.dynamodb, self.queue_url = dynamodb, queue_url
        self.sqs = boto3.client("sqs")
        self.desk = DeskWiring(DeskSettings(**OF_THE_DESK))
        self.desk.config.live()

    def open(self) -> TicketId:
        now = datetime.now(UTC)
        ticket, _ = self.desk.tickets.open(
            lambda ticket_id: make_opened(1, now=now).model_copy(update={"ticket_id": ticket_id})
        )
        fields = {"actor": SYSTEM, "now": now, "priority": Priority.P0, "team": "first-line"}
        return self.desk.tickets.handle(ticket.id, lambda t: [t.happening(TicketTriaged, **fields)]).id

    def publish(self) -> None:
        """Promise another first response to P0."""
        content = default_config().content()
        content["policies"][0]["targets"]["P0"]["first_response"] = "25m"
        self.desk.config.publish(DeskConfig.model_validate(content), author="admin", note="", now=datetime.now(UTC))

    def told(self, monkeypatch: pytest.MonkeyPatch, version: int) -> dict[str, Any]:
        """What the outbox makes of a version, as the bus hands it to the queue."""
        published: list[Any] = []

        class Bus:
            def publish(self, envelopes: list[Any]) -> list[int]:
                published.extend(envelopes)
                return []

        monkeypatch.setattr(stream, "bus", Bus)
        key = {"pk": {"S": keys.config(DESK)}, "sk": {"S": keys.config_version(version)}}
        image = self.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
        change = {"Keys": key, "NewImage": image, "SequenceNumber": "1"}
        stream.handler({"Records": [{"eventName": "INSERT", "dynamodb": change}]}, CONTEXT)
        (envelope,) = published
        body = {"detail-type": envelope.detail_type, "detail": json.loads(envelope.detail)}
        return received("1", json.dumps(body))

    def drain(self) -> int:
        """Hand on what waits until nothing does; returns how many messages there were."""
        count = 0
        while messages := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            records = []
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                records.append(received(message["MessageId"], message["Body"]))
            assert renewal.handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}
            count += len(records)
        return count


@pytest.fixture
def world(dynamodb: Any) -> Iterator[World]:
    queue_url = boto3.client("sqs").create_queue(QueueName="renewals")["QueueUrl"]
    environment = {name.upper(): value for name, value in OF_THE_DESK.items()} | {"RENEWALS_QUEUE_URL": queue_url}
    with live_desk(dynamodb, environment, renewal):
        yield World(dynamodb, queue_url)


def test_a_published_policy_moves_the_deadlines_of_open_tickets(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets = [world.open() for _ in range(3)]
    world.publish()
    record = world.told(monkeypatch, 2)
    assert json.loads(record["body"])["detail"]["changed"] == ["policies"]

    assert renewal.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    assert world.drain() > 0
    for ticket_id in tickets:
        ticket = world.desk.store.get(ticket_id)
        assert ticket.clocks[Metric.FIRST_RESPONSE].due_at == ticket.opened_at + timedelta(minutes=25)
        (moved,) = [e for e in world.desk.store.timeline(ticket_id) if isinstance(e, ClockRetargeted)]
        assert (moved.old_target, moved.target, moved.config_version) == ("15m", "25m", 2)
        assert ticket.timer
        assert ticket.timer.at == ticket.opened_at + timedelta(minutes=12.5)
    counted = re.findall(r'"TicketsRenewed":\[([^]]*)\]', capsys.readouterr().out.replace(" ", ""))
    assert sum(float(value) for values in counted for value in values.split(",")) == 3


def test_the_sample_begins_a_walk_that_finds_nothing_to_do(world: World) -> None:
    before = world.desk.store.get(world.open())
    assert renewal.handler(json.loads(SAMPLE.read_text(encoding="utf-8")), CONTEXT) == {"batchItemFailures": []}
    assert world.drain() > 0
    assert world.desk.store.get(before.id) == before


def test_what_is_no_work_fails_alone(world: World) -> None:
    batch = Batch(tickets=(world.open(),)).model_dump_json()
    records = [received("odd", '{"kind": "?"}'), received("good", batch)]
    assert renewal.handler({"Records": records}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "odd"}]}


def test_a_ticket_that_cannot_be_read_holds_up_none_of_its_batch(world: World) -> None:
    odd, good = world.open(), world.open()
    world.publish()
    world.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": keys.ticket(DESK, odd)}, "sk": {"S": keys.HEAD}},
        UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": {"S": "{}"}},
    )
    batch = Batch(tickets=(odd, good)).model_dump_json()
    failed = {"batchItemFailures": [{"itemIdentifier": "1"}]}

    assert renewal.handler({"Records": [received("1", batch)]}, CONTEXT) == failed
    assert renewal.handler({"Records": [received("1", batch, times=2)]}, CONTEXT) == {"batchItemFailures": []}
    alone = world.sqs.receive_message(QueueUrl=world.queue_url, MaxNumberOfMessages=10)["Messages"]
    records = [received(str(number), message["Body"]) for number, message in enumerate(alone)]
    assert len(renewal.handler({"Records": records}, CONTEXT)["batchItemFailures"]) == 1

    assert world.desk.store.get(good).clocks[Metric.FIRST_RESPONSE].target == "25m"
