"""What one ticket costs: every AWS call that opening, triaging and telling of it makes, with what the calls consume.

The real handlers run in this process over an AWS kept in memory (moto), and every call is noted at the client. Capacity
units follow AWS's rules for on-demand tables: a written kB is a unit, two in a transaction, and every index line that
changes takes its own; 4 kB read consistently are a unit
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html). Prices are list prices of
us-east-1, November 2026, without free tiers.
"""

import json
import logging
import math
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import boto3
from moto import mock_aws

from functions.intake import http as intake
from functions.notifier import events as notifier
from functions.outbox import stream as outbox
from functions.router import occasions
from functions.shared.contracts.base import Event
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.directory import Directory
from functions.sla_watchdog import stream as watchdog
from infra.constructs.notifier import TOLD_OF
from infra.constructs.router import OCCASIONS
from ops.configuration import load_config
from ops.customer_import import finish, import_companies
from ops.keys import ensure_keys
from ops.local.settings import ROOT

TABLE: Final = "aftercare"
DESK: Final = "after-sales"
ARN: Final = "arn:aws:sqs:us-east-1:123456789012:timers"
INDEXES: Final = ("contact", "company", "queue", "agent", "timer")
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "DESK_ID": DESK,
    "TABLE_NAME": TABLE,
    "BLOBS_BUCKET": "blobs",
    "INBOUND_BUCKET": "inbound",
    "BUS_NAME": "bus",
    "PUBLIC_URL": "https://desk.example",
    "SUPPORT_ADDRESS": "support@aftercare.example",
    "TOKEN_KEY_PARAMETER": "/keys",
    "CHANNEL_SECRETS_PARAMETER": "/channels",
    "TIMERS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/timers",
    "TIMERS_QUEUE_ARN": ARN,
    "TIMERS_DEAD_LETTERS_ARN": ARN,
    "SCHEDULE_GROUP": "timers",
    "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/delivery",
}
CONSUMERS: Final[Mapping[str, tuple[Callable[..., Any], tuple[type[Event], ...]]]] = {
    "occasions": (occasions.handler, OCCASIONS),
    "notifier": (notifier.handler, TOLD_OF),
}
"""Who hears of what on this way; the router has nothing to do with tickets that were triaged at the door."""

_Invocation = tuple[str, Callable[..., Any], Mapping[str, Any]]
"""Whose, by which handler, with which event."""

WRITE, READ = "DynamoDB write unit", "DynamoDB read unit"
DOLLARS: Final = {
    "HTTP API request": 1.00e-6,
    "Lambda invocation": 0.20e-6,
    "Lambda ms at 512 MB (arm64)": 0.0000133334 / 2 / 1000,
    WRITE: 0.625e-6,
    READ: 0.125e-6,
    "EventBridge event": 1.00e-6,
    "SQS request": 0.40e-6,
    "mail sent (SES Essentials)": 160e-6,
}
MS_PER_INVOCATION: Final = 30
"""Warm, on the local cloud (see the chain's benchmark); network time in AWS is added generously."""

CONTEXT: Final = SimpleNamespace(
    function_name="bill", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:::f", aws_request_id="1"
)


class Ledger:
    """Notes every call of every client, and what it consumes."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.used: Counter[str] = Counter()
        self.events: list[dict[str, Any]] = []
        self._function: str | None = None
        self._heads: dict[str, Mapping[str, Any]] = {}

    def invoke(self, function: str, handler: Callable[..., Any], event: Mapping[str, Any]) -> None:
        """Run a handler on the bill."""
        self._function = function
        self.used["Lambda invocation"] += 1
        self.used["Lambda ms at 512 MB (arm64)"] += MS_PER_INVOCATION
        answer = handler(event, CONTEXT)
        self._function = None
        if answer.get("batchItemFailures") or answer.get("statusCode", 200) >= 300:
            raise RuntimeError(f"{function}: {answer}")

    def sent(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """A call leaves a client."""
        if self._function is None:
            return
        self.calls[self._function, model.service_model.service_name, model.name] += 1
        match model.name:
            case "TransactWriteItems":
                puts = [write["Put"]["Item"] for write in params["TransactItems"] if "Put" in write]
                self.used[WRITE] += 2 * (len(params["TransactItems"]) - len(puts))  # counters, small ones
                self.used[WRITE] += sum(2 * _units(item, 1) + self._index_lines(item) for item in puts)
            case "PutItem":
                self.used[WRITE] += _units(params["Item"], 1)
            case "UpdateItem":
                self.used[WRITE] += 1
            case "PutEvents":
                self.events += [json.loads(entry["Detail"]) for entry in params["Entries"]]
                self.used["EventBridge event"] += len(params["Entries"])
            case "SendEmail":
                self.used["mail sent (SES Essentials)"] += 1

    def answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        """An answer comes back."""
        if self._function is None:
            return
        match model.name:
            case "GetItem":
                self.used[READ] += _units(parsed.get("Item", {}), 4)
            case "BatchGetItem":
                self.used[READ] += sum(_units(item, 4) for item in parsed["Responses"].get(TABLE, ()))
            case "Query":
                self.used[READ] += max(1, sum(_units(item, 4) for item in parsed["Items"]))

    def _index_lines(self, item: Mapping[str, Any]) -> int:
        """An index's new line is a write, a moved one two."""
        if item["sk"]["S"] != "HEAD":
            return 0
        old = self._heads.get(item["pk"]["S"], {})
        self._heads[item["pk"]["S"]] = item
        units = 0
        for index in INDEXES:
            before, after = ((one.get(f"{index}_pk"), one.get(f"{index}_sk")) for one in (old, item))
            if before == after:
                units += int(after[0] is not None and old.get("summary") != item.get("summary"))
            else:
                units += int(after[0] is not None) + int(before[0] is not None)
        return units


def main() -> None:
    """Print the bill of one ticket, and the dollars of a thousand."""
    logging.disable()
    with _desk() as (ledger, dynamodb):
        _one_ticket(ledger, dynamodb, "the first: what an environment does only once is no ticket's")
        ledger.calls.clear()
        ledger.used.clear()
        _one_ticket(ledger, dynamodb, "the second")
    print("AWS calls per ticket opened, triaged and told of")
    for (function, service, operation), times in sorted(ledger.calls.items()):
        print(f"  {function:<13} {service:<12} {operation:<20} {times}")
    print(f"  {'in all':<47} {ledger.calls.total()}\nuse per ticket{'dollars per 1,000':>50}")
    total = 0.0
    for name, price in DOLLARS.items():
        dollars = ledger.used[name] * price * 1000
        total += dollars
        print(f"  {name:<36} {ledger.used[name]:>8} {dollars:>16.4f}")
    mail = ledger.used["mail sent (SES Essentials)"] * DOLLARS["mail sent (SES Essentials)"] * 1000
    print(f"  {'in all':<45} {total:>16.4f}\n  {'of it without mail':<45} {total - mail:>16.4f}")


def _one_ticket(ledger: Ledger, dynamodb: Any, title: str) -> None:
    """From the request until nothing more follows from it, one invocation after the other."""
    problem = json.loads((ROOT / "events/samples/problems/04-report-stuck-en.json").read_text())
    ledger.used["HTTP API request"] += 1
    todo: deque[_Invocation] = deque([("intake", intake.handler, _request({**problem, "title": title}))])
    before = _items(dynamodb)
    while todo:
        ledger.events.clear()
        ledger.invoke(*todo.popleft())
        after = _items(dynamodb)
        records = [_record(before.get(key), item) for key, item in after.items() if before.get(key) != item]
        before = after
        if commits := [record for record in records if "events" in record["dynamodb"]["NewImage"]]:
            todo.append(("outbox", outbox.handler, {"Records": commits}))
        if timed := [record for record in records if _is_timed(record)]:
            todo.append(("sla_watchdog", watchdog.handler, {"Records": timed}))
        for event in ledger.events:
            for name, (handler, heard) in CONSUMERS.items():
                if event["type"] in {kind.__name__ for kind in heard}:
                    ledger.used["SQS request"] += 3  # sent, received, deleted
                    todo.append((name, handler, _message(event)))


@contextmanager
def _desk() -> Iterator[tuple[Ledger, Any]]:
    """A furnished desk whose calls are noted."""
    os.environ |= ENVIRONMENT
    with mock_aws():
        ledger = Ledger()
        boto3.setup_default_session()
        hooks = boto3.DEFAULT_SESSION.events  # type: ignore[union-attr]  # it was set up the line before
        hooks.register("provide-client-params.*.*", ledger.sent)
        hooks.register("after-call.*.*", ledger.answered)
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        _create_table(dynamodb)
        s3.create_bucket(Bucket="blobs")
        boto3.client("events").create_event_bus(Name="bus")
        boto3.client("scheduler").create_schedule_group(Name="timers")
        boto3.client("sesv2").create_email_identity(EmailIdentity="aftercare.example")
        ensure_keys(boto3.client("ssm"), "/keys")
        config = load_config(ROOT / "config")
        store = ConfigStore(dynamodb, s3, table=TABLE, bucket="blobs", desk=DESK)
        store.publish(config, author="bill", note="", now=datetime.now(UTC))
        directory = Directory(dynamodb, TABLE, DESK, config.desk.default_language)
        finish(import_companies(ROOT / "events/samples/companies.csv", config, directory))
        yield ledger, dynamodb


def _create_table(dynamodb: Any) -> None:
    names = ["pk", "sk", *(f"{index}_{part}" for index in INDEXES for part in ("pk", "sk"))]

    def keyed(hash_: str, range_: str) -> list[dict[str, str]]:
        return [{"AttributeName": hash_, "KeyType": "HASH"}, {"AttributeName": range_, "KeyType": "RANGE"}]

    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keyed("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by_{index}",
                "KeySchema": keyed(f"{index}_pk", f"{index}_sk"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]},
            }
            for index in INDEXES
        ],
    )


def _items(dynamodb: Any) -> dict[tuple[str, str], dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def _record(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    images = {"NewImage": new, **({"OldImage": old} if old else {})}
    place = {"Keys": {"pk": new["pk"], "sk": new["sk"]}, "SequenceNumber": "1"}
    return {"eventName": "MODIFY" if old else "INSERT", "dynamodb": {**place, **images}}


def _is_timed(record: Mapping[str, Any]) -> bool:
    """Whether the stream's filter lets the timers' keeper see it."""
    return any("timer_sk" in record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))


def _message(event: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    record = {"messageId": "1", "receiptHandle": "1", "attributes": attributes, "eventSource": "aws:sqs"}
    return {"Records": [{**record, "body": json.dumps({"detail": event}), "messageAttributes": {}}]}


def _request(body: Mapping[str, Any]) -> dict[str, Any]:
    path = "/api/v1/tickets"
    http = {"method": "POST", "path": path, "sourceIp": "203.0.113.7"}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": http, "requestId": "1", "stage": "$default"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def _units(item: Mapping[str, Any], kilobytes: int) -> int:
    size = sum(len(name) + sum(len(str(value).encode()) for value in typed.values()) for name, typed in item.items())
    return max(1, math.ceil(size / 1024 / kilobytes))


if __name__ == "__main__":
    main()
