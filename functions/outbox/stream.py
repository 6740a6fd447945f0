"""Table stream → bus: whatever was committed is told, in the order of the commits of each subject."""

import json
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.outbox.settings import OutboxSettings
from functions.shared.gateways.bus import Envelope, EventBus

logger = Logger(service="outbox")


@cache
def bus() -> EventBus:
    """Wire the bus once per execution environment."""
    return EventBus(boto3.client("events"), OutboxSettings.from_env().bus_name)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish the commits of one stream batch; the stream goes on from the first that was not taken."""
    del context
    envelopes: list[Envelope] = []
    positions: list[str] = []
    for record in event["Records"]:
        for detail in _committed(record):
            envelopes.append(Envelope(detail["type"], json.dumps(detail, ensure_ascii=False), detail["occurred_at"]))
            positions.append(record["dynamodb"]["SequenceNumber"])
    refused = bus().publish(envelopes)
    if refused:
        logger.error("the bus refused events", refused=len(refused), of=len(envelopes))
        return {"batchItemFailures": [{"itemIdentifier": positions[refused[0]]}]}
    logger.info("published", events=len(envelopes))
    return {"batchItemFailures": []}


def _committed(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a newly written commit; nothing for any other change of the table."""
    if record["eventName"] != "INSERT":
        return []
    item = record["dynamodb"]["NewImage"]
    events: list[dict[str, Any]] = json.loads(item["events"]["S"]) if "events" in item else []
    return events
