"""Received mail: SES's notification, by way of SNS and a queue."""

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

from functions.intake.channels.door import ChannelDoor
from functions.intake.delivery import Delivery
from functions.intake.mailroom import Mailroom
from functions.intake.settings import IntakeMailSettings
from functions.shared.batches import take_each
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.config import RECENT
from functions.shared.gateways.mail_brakes import MailBrakes
from functions.shared.gateways.mail_log import MailLog
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.wiring import DeskWiring

logger = Logger(service="intake")
metrics = Metrics(namespace="Aftercare", service="intake")
processor = BatchProcessor(event_type=EventType.SQS)


@cache
def wiring() -> DeskWiring:
    return DeskWiring(IntakeMailSettings.from_env())


@cache
def mailroom() -> Mailroom:
    """The mail door, put together once per execution environment."""
    settings, parts = IntakeMailSettings.from_env(), wiring()
    return Mailroom(
        mailbox=settings.support_address,
        config=parts.config.last_read,
        raw=Blobs(parts.s3, settings.inbound_bucket),
        tickets=parts.new_tickets,
        past=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        blobs=parts.blobs,
        quarantine=Quarantine(parts.dynamodb, settings.table_name, settings.desk_id),
        standings=parts.standings,
        log=MailLog(parts.dynamodb, settings.table_name, settings.desk_id),
        counters=MailBrakes(parts.dynamodb, settings.table_name, settings.desk_id),
        keys=KeyParameter(boto3.client("ssm"), settings.token_key_parameter),
    )


class _Unasked:
    """No secrets: what was held was signed when it came."""

    def of(self, hook: str) -> tuple[bytes, ...]:
        del hook
        return ()


@cache
def channels() -> ChannelDoor:
    """The channels' door, for what waited in quarantine."""
    settings, parts = IntakeMailSettings.from_env(), wiring()
    return ChannelDoor(
        config=parts.config.last_read,
        secrets=_Unasked(),
        tickets=parts.new_tickets,
        past=parts.store,
        customers=parts.directory,
        bodies=parts.bodies,
        blobs=parts.blobs,
        quarantine=Quarantine(parts.dynamodb, settings.table_name, settings.desk_id),
        payloads=Blobs(parts.s3, settings.inbound_bucket),
    )


def take_in(record: SQSRecord) -> None:
    """One notification; what fails stays in the queue, and after some tries with the dead letters."""
    delivery = Delivery.parse(record.body)
    if delivery.channel:
        accepted = channels().replay(
            delivery.channel, delivery.key, received_at=delivery.received_at, now=datetime.now(UTC)
        )
        fate, ticket_id = (accepted.fate, accepted.ticket_id) if accepted else ("held", None)
        logger.info("channel message read again", mail=delivery.id, fate=fate, ticket_id=ticket_id)
        return
    outcome = mailroom().receive(delivery, now=datetime.now(UTC))
    logger.info("mail taken in", mail=delivery.id, fate=outcome.fate, ticket_id=outcome.ticket_id, held=outcome.held)
    metrics.add_metric(name=f"Mail{outcome.fate.capitalize()}", unit=MetricUnit.Count, value=1)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take in a batch of mails by the configuration that is live now."""
    wiring().config.live(within=RECENT)
    return take_each(event, take_in, processor, context)
