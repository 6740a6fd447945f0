"""One contract for the gateways of timers and their in-memory fakes."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.shared.gateways.timers import Schedules, TimerMessage, TimerQueue
from tests.factories import NOON
from tests.fakes import InMemorySchedules, InMemoryTimerQueue

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:timers"
DEAD_LETTERS_ARN = "arn:aws:sqs:us-east-1:123456789012:dead"
ROLE_ARN = "arn:aws:iam::123456789012:role/delivery"


def message(ticket: str = "tkt_00000001", generation: int = 1) -> TimerMessage:
    return TimerMessage(ticket_id=ticket, generation=generation, at=NOON + timedelta(hours=1))


class Kept:
    """Schedules, and what would be sent when."""

    def __init__(self, schedules: Any, pending: Callable[[], dict[str, tuple[TimerMessage, datetime]]]) -> None:
        self.schedules = schedules
        self.pending = pending


@pytest.fixture(params=["scheduler", "memory"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        fake = InMemorySchedules()
        return Kept(fake, lambda: fake.pending)
    request.getfixturevalue("aws")
    client = boto3.client("scheduler")
    client.create_schedule_group(Name="timers")

    def pending() -> dict[str, tuple[TimerMessage, datetime]]:
        found = {}
        for summary in client.list_schedules(GroupName="timers")["Schedules"]:
            schedule = client.get_schedule(Name=summary["Name"], GroupName="timers")
            when = datetime.fromisoformat(schedule["ScheduleExpression"].removeprefix("at(").rstrip(")") + "+00:00")
            found[schedule["Name"]] = (TimerMessage.model_validate_json(schedule["Target"]["Input"]), when)
        return found

    schedules = Schedules(
        client, group="timers", queue_arn=QUEUE_ARN, role_arn=ROLE_ARN, dead_letters_arn=DEAD_LETTERS_ARN
    )
    return Kept(schedules, pending)


def test_a_schedule_sends_its_message_at_its_second(kept: Kept) -> None:
    kept.schedules.put(message(), NOON + timedelta(seconds=1, microseconds=5))
    assert kept.pending() == {"tkt_00000001": (message(), NOON + timedelta(seconds=1))}


def test_a_ticket_has_one_schedule_the_last_one_put(kept: Kept) -> None:
    kept.schedules.put(message(), NOON)
    kept.schedules.put(message("tkt_00000002"), NOON)
    kept.schedules.put(message(generation=2), NOON + timedelta(minutes=5))
    assert kept.pending() == {
        "tkt_00000001": (message(generation=2), NOON + timedelta(minutes=5)),
        "tkt_00000002": (message("tkt_00000002"), NOON),
    }


def test_removing_a_schedule_twice_is_removing_it_once(kept: Kept) -> None:
    kept.schedules.put(message(), NOON)
    kept.schedules.remove("tkt_00000001")
    kept.schedules.remove("tkt_00000001")
    assert kept.pending() == {}


def test_a_schedule_is_gone_once_it_has_fired_and_leaves_what_it_could_not_deliver(aws: None) -> None:
    del aws
    client = boto3.client("scheduler")
    client.create_schedule_group(Name="timers")
    Schedules(client, group="timers", queue_arn=QUEUE_ARN, role_arn=ROLE_ARN, dead_letters_arn=DEAD_LETTERS_ARN).put(
        message(), NOON
    )
    schedule = client.get_schedule(Name="tkt_00000001", GroupName="timers")
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": DEAD_LETTERS_ARN}


class Sent:
    """A queue, and what was put into it."""

    def __init__(self, queue: Any, messages: Callable[[], list[tuple[TimerMessage, int]]]) -> None:
        self.queue = queue
        self.messages = messages


@pytest.fixture(params=["sqs", "memory"])
def sent(request: pytest.FixtureRequest) -> Sent:
    if request.param == "memory":
        fake = InMemoryTimerQueue()
        return Sent(fake, lambda: fake.sent)
    request.getfixturevalue("aws")
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="timers")["QueueUrl"]
    messages: list[tuple[TimerMessage, int]] = []

    def remember(params: dict[str, Any], **_: Any) -> None:
        messages.append((TimerMessage.model_validate(json.loads(params["MessageBody"])), params["DelaySeconds"]))

    client.meta.events.register("provide-client-params.sqs.SendMessage", remember)
    return Sent(TimerQueue(client, url), lambda: messages)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=-3), 0),
        (timedelta(seconds=7, milliseconds=900), 7),
        (timedelta(minutes=15), 900),
        (timedelta(minutes=16), 900),
    ],
)
def test_a_message_is_held_back_in_whole_seconds_and_never_too_long(sent: Sent, delay: timedelta, seconds: int) -> None:
    sent.queue.send(message(), delay)
    assert sent.messages() == [(message(), seconds)]
