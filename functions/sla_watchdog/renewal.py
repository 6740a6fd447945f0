"""An edit of policies or calendars, by way of a queue → the clocks of every open ticket."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter

from functions.shared.batches import take_each
from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.gateways.queues import MessageQueue
from functions.shared.wiring import DeskWiring
from functions.sla_watchdog.renewing import Batch, Page, Renewal, Work
from functions.sla_watchdog.settings import RenewalSettings

logger = Logger(service="sla_watchdog")
metrics = Metrics(namespace="Aftercare", service="sla_watchdog")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

_WORK: TypeAdapter[Page | Batch] = TypeAdapter(Work)


@cache
def desk() -> DeskWiring:
    return DeskWiring(RenewalSettings.from_env())


@cache
def renewal() -> Renewal:
    """Put together once per execution environment."""
    parts = desk()
    queue = MessageQueue(boto3.client("sqs"), RenewalSettings.from_env().renewals_queue_url)
    return Renewal(parts.tickets, parts.store, parts.config, lambda: clock_rules(parts.config.last_read()), queue)


def take(record: SQSRecord) -> None:
    """What was published, or one step of the walk that follows from it."""
    body = json.loads(record.body)
    if "detail" in body:
        published = ConfigPublished.model_validate(body["detail"])
        renewal().begin(published)
        logger.info("published", version=published.sequence, changed=published.changed)
        return
    work = _WORK.validate_python(body)
    if isinstance(work, Batch) and len(work.tickets) > 1 and int(record.attributes.approximate_receive_count) > 1:
        renewal().cut(work)
        logger.info("cut", tickets=work.tickets)
        return
    renewed = renewal().do(work, datetime.now(UTC))
    metrics.add_metric("TicketsRenewed", MetricUnit.Count, renewed.changed)
    logger.info("renewed", looked_at=renewed.looked_at, changed=renewed.changed)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Renew by what is live, read consistently: what was published must count."""
    desk().config.live(is_consistent=True)
    return dict(take_each(event, take, processor, context))
