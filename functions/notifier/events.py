"""Bus events, by way of a queue → mail."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter

from functions.notifier.service import Notifier
from functions.notifier.settings import NotifierSettings
from functions.shared.batches import of_living, take_each
from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from functions.shared.gateways.config import RECENT
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.mail import Mailer
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.gateways.sent import SentMail
from functions.shared.gateways.window_counts import WindowCounts
from functions.shared.identity.customer_tokens import CustomerTokens
from functions.shared.wiring import DeskWiring

logger = Logger(service="notifier")
metrics = Metrics(namespace="Aftercare", service="notifier")
processor = BatchProcessor(event_type=EventType.SQS)

_EVENT: TypeAdapter[TicketEvent] = TypeAdapter(AnyTicketEvent)


@cache
def wiring() -> DeskWiring:
    return DeskWiring(NotifierSettings.from_env())


@cache
def notifier() -> Notifier:
    """Put together once per execution environment."""
    settings, parts = NotifierSettings.from_env(), wiring()
    keys = KeyParameter(boto3.client("ssm"), settings.token_key_parameter)
    return Notifier(
        mailbox=settings.support_address,
        public_url=settings.public_url,
        config=parts.config.last_read,
        reader=parts.store,
        tickets=parts.tickets,
        bodies=parts.bodies,
        blobs=parts.blobs,
        mailer=Mailer(boto3.client("sesv2")),
        sent=SentMail(parts.dynamodb, settings.table_name, settings.desk_id),
        counts=WindowCounts(parts.dynamodb, settings.table_name, settings.desk_id),
        standings=parts.standings,
        tokens=CustomerTokens(
            keys, LinkGenerations(parts.dynamodb, settings.table_name, settings.desk_id), settings.desk_id
        ),
        keys=keys,
    )


def tell(record: SQSRecord) -> None:
    """One event of the bus."""
    event = _EVENT.validate_python(json.loads(record.body)["detail"])
    told = notifier().tell(event, now=datetime.now(UTC))
    logger.info("told", event_id=event.event_id, event_type=event.type, mails=told)
    metrics.add_metric(name="MailsSent", unit=MetricUnit.Count, value=told)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Tell of a batch of events by the configuration that is live now."""
    wiring().config.live(within=RECENT)
    return take_each(event, of_living(tell), processor, context)
