"""Deleted tickets from the bus, by way of a queue → their content is erased."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.desk.erasing import Eraser
from functions.desk.settings import EraseSettings
from functions.shared.batches import take_each
from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.erasure import Erasure
from functions.shared.gateways.mail_log import MailLog
from functions.shared.wiring import DeskWiring

logger = Logger(service="desk")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def eraser() -> Eraser:
    """Wire the service once per execution environment."""
    settings = EraseSettings.from_env()
    parts = DeskWiring(settings)
    return Eraser(
        heads=parts.store,
        erasure=Erasure(parts.dynamodb, settings.table_name, parts.desk_id),
        blobs=parts.blobs,
        inbound=Blobs(parts.s3, settings.inbound_bucket),
        mail_log=MailLog(parts.dynamodb, settings.table_name, parts.desk_id),
    )


def erase(record: dict[str, Any]) -> None:
    deleted = TicketDeleted.model_validate(json.loads(record["body"])["detail"])
    erased = eraser().erase(deleted.ticket_id, now=datetime.now(UTC))
    logger.info("erased", ticket_id=erased.id, reason=erased.reason)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Erase the tickets of one batch; what failed is tried again."""
    return dict(take_each(event, erase, processor, context))
