"""The watchdog's three handlers over the real gateways, in moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.shared.contracts.events import SlaBreached, SlaWarned, TicketEscalated, TicketTriaged
from functions.shared.contracts.words import Priority, TicketId
from functions.shared.gateways import keys
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.timers import TimerMessage
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from functions.sla_watchdog import stream, sweep, timer
from tests.factories import DESK, NOON, SYSTEM, default_config, make_opened
from tests.integration.conftest import BLOBS, TABLE
from tests.lambdas import CONTEXT

EVENTS = Path(__file__).parents[2] / "events"


class World:
    """A desk in moto, and what stands between its parts in the cloud."""

    def __init__(self, dynamodb: Any, queue_url: str) -> None:
        self.dynamodb = dynamodb
        self.sqs = boto3.client("sqs")
        self.queue_url = queue_url
        settings = DeskSettings(desk_id=DESK, table_name=TABLE, blobs_bucket=BLOBS)
        self.desk = DeskWiring(settings)

    def open(self, priority: Priority, opened_at: datetime) -> TicketId:
        ticket, _ = self.desk.tickets.open(lambda _: make_opened(1, now=opened_at))
        self.desk.tickets.handle(
            ticket.id,
            lambda t: [
                t.happening(
                    TicketTriaged, actor=SYSTEM, now=opened_at, priority=priority, team="first-line", assignee="li-na"
                )
            ],
        )
        return ticket.id

    def stream(self, ticket_id: TicketId) -> dict[str, Any]:
        """Hand the head to the watchdog as the table's stream does."""
        key = {"pk": {"S": keys.ticket(DESK, ticket_id)}, "sk": {"S": keys.HEAD}}
        image = self.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
        change = {"Keys": key, "NewImage": image, "SequenceNumber": "1"}
        return stream.handler({"Records": [{"eventName": "INSERT", "dynamodb": change}]}, CONTEXT)

    def queue(self) -> list[dict[str, Any]]:
        """What waits in the queue, as Lambda hands it on."""
        messages = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return [{"messageId": message["MessageId"], "body": message["Body"]} for message in messages]

    def acts(self, ticket_id: TicketId) -> list[str]:
        kinds = (SlaWarned, SlaBreached, TicketEscalated)
        return [event.type for event in self.desk.store.timeline(ticket_id) if isinstance(event, kinds)]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, dynamodb: Any) -> Iterator[World]:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BLOBS)
    config = ConfigStore(dynamodb, s3, table=TABLE, bucket=BLOBS, desk=DESK)
    config.publish(default_config(), author="test", note="", now=datetime.now(UTC))
    queue_url = boto3.client("sqs").create_queue(QueueName="timers")["QueueUrl"]
    boto3.client("scheduler").create_schedule_group(Name="timers")
    environment = {
        "DESK_ID": DESK,
        "TABLE_NAME": TABLE,
        "BLOBS_BUCKET": BLOBS,
        "TIMERS_QUEUE_URL": queue_url,
        "TIMERS_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:timers",
        "TIMERS_DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:123456789012:dead",
        "SCHEDULE_GROUP": "timers",
        "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/delivery",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield World(dynamodb, queue_url)
    _forget()


def sample(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"sla_watchdog_{case}.json").read_text(encoding="utf-8"))
    return event


def _forget() -> None:
    for cached in (stream.keeper, timer.desk, timer.watchdog, sweep.sweep):
        cached.cache_clear()


def test_an_overdue_ticket_is_warned_of_breached_and_escalated_once(world: World) -> None:
    ticket_id = world.open(Priority.P0, datetime.now(UTC) - timedelta(minutes=16))
    world.stream(ticket_id)
    messages = world.queue()
    assert timer.handler({"Records": messages * 2}, CONTEXT) == {"batchItemFailures": []}
    assert world.acts(ticket_id) == ["SlaWarned", "SlaWarned", "SlaBreached", "TicketEscalated"]

    told = [event for event in world.desk.store.timeline(ticket_id) if isinstance(event, TicketEscalated)]
    assert [event.recipients for event in told] == [("zhou-min",)]


def test_the_samples_set_a_timer_and_let_it_go_off(world: World) -> None:
    ticket_id = world.open(Priority.P0, NOON)
    assert stream.handler(sample("head_changed"), CONTEXT) == {"batchItemFailures": []}
    (message,) = world.queue()
    (record,) = sample("timer_due")["Records"]
    assert json.loads(record["body"]) == json.loads(message["body"])

    assert timer.handler(sample("timer_due"), CONTEXT) == {"batchItemFailures": []}
    assert "SlaBreached" in world.acts(ticket_id)


def test_a_far_timer_becomes_the_tickets_schedule(world: World) -> None:
    ticket_id = world.open(Priority.P1, datetime.now(UTC))
    world.stream(ticket_id)
    schedule = boto3.client("scheduler").get_schedule(Name=ticket_id, GroupName="timers")
    due = world.desk.store.get(ticket_id).timer
    assert due is not None
    assert schedule["ScheduleExpression"] == f"at({due.at - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})"
    assert json.loads(schedule["Target"]["Input"])["generation"] == due.generation
    assert world.queue() == []


def test_a_timer_that_cannot_be_set_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMERS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/gone")
    ticket_id = world.open(Priority.P0, datetime.now(UTC))
    assert world.stream(ticket_id) == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_a_schedule_that_is_throttled_is_tried_again_and_the_others_are_set(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = world.open(Priority.P1, datetime.now(UTC))
    schedules = stream.keeper()._schedules
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "CreateSchedule")
    put, answers = schedules.put, iter([throttled])

    def throttle(message: TimerMessage, at: datetime) -> None:
        if error := next(answers, None):
            raise error
        put(message, at)

    monkeypatch.setattr(schedules, "put", throttle)
    assert world.stream(ticket_id) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert world.stream(ticket_id) == {"batchItemFailures": []}
    assert boto3.client("scheduler").get_schedule(Name=ticket_id, GroupName="timers")["Name"] == ticket_id


def test_what_is_no_timer_fails_alone(world: World) -> None:
    ticket_id = world.open(Priority.P0, datetime.now(UTC) - timedelta(minutes=16))
    world.stream(ticket_id)
    records = [{"messageId": "odd", "body": "{}"}, *world.queue()]
    assert timer.handler({"Records": records}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "odd"}]}
    assert "SlaBreached" in world.acts(ticket_id)


def test_a_lost_timer_is_found_and_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    ticket_id = world.open(Priority.P0, datetime.now(UTC) - timedelta(minutes=16))
    assert sweep.handler(sample("sweep"), CONTEXT) == {"lost": 1}
    assert '"LostTimers":[1.0]' in capsys.readouterr().out.replace(" ", "")

    timer.handler({"Records": world.queue()}, CONTEXT)
    assert "SlaBreached" in world.acts(ticket_id)
    assert sweep.handler({}, CONTEXT) == {"lost": 0}
