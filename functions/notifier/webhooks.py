"""Bus events that name webhooks, by way of a queue → posts to them."""

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

from functions.notifier.hooks import Hooks
from functions.notifier.settings import WebhookSettings
from functions.shared.batches import of_living, take_each
from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from functions.shared.gateways.config import RECENT
from functions.shared.gateways.sent import SentMail
from functions.shared.gateways.webhooks import LocalSink, PublicHttps, WebhookSecrets
from functions.shared.wiring import DeskWiring

logger = Logger(service="notifier")
metrics = Metrics(namespace="Aftercare", service="notifier")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

_EVENT: TypeAdapter[TicketEvent] = TypeAdapter(AnyTicketEvent)


@cache
def settings() -> WebhookSettings:
    return WebhookSettings.from_env()


@cache
def wiring() -> DeskWiring:
    return DeskWiring(settings())


@cache
def hooks() -> Hooks:
    """Put together once per execution environment."""
    known, parts = settings(), wiring()
    return Hooks(
        public_url=known.public_url,
        config=parts.config.last_read,
        reader=parts.store,
        tickets=parts.tickets,
        sent=SentMail(parts.dynamodb, known.table_name, known.desk_id),
        secrets=WebhookSecrets(boto3.client("ssm"), known.webhook_secrets),
        post=LocalSink(known.sink) if known.sink else PublicHttps(),
    )


def tell(record: SQSRecord) -> None:
    """One event of the bus."""
    event = _EVENT.validate_python(json.loads(record.body)["detail"])
    is_last_try = int(record.attributes.approximate_receive_count) >= settings().tries
    told = hooks().tell(event, now=datetime.now(UTC), is_last_try=is_last_try)
    logger.info("told webhooks", event_id=event.event_id, event_type=event.type, webhooks=told)
    metrics.add_metric(name="WebhooksTold", unit=MetricUnit.Count, value=told)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Tell of a batch of events by the configuration that is live now; what failed comes again."""
    wiring().config.live(within=RECENT)
    return dict(take_each(event, of_living(tell), processor, context))
