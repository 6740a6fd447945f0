"""Timers that went off → warnings, breaches and escalations on the timeline."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from functions.shared.domain.errors import AftercareError
from functions.shared.gateways.timers import TimerMessage
from functions.shared.wiring import DeskWiring
from functions.sla_watchdog import wiring
from functions.sla_watchdog.service import Watchdog
from functions.sla_watchdog.settings import TimerSettings

logger = Logger(service="sla_watchdog")


@cache
def desk() -> DeskWiring:
    return DeskWiring(TimerSettings.from_env())


@cache
def watchdog() -> Watchdog:
    return wiring.watchdog(TimerSettings.from_env(), desk())


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Look at the tickets of one batch, the earliest first; what failed comes again."""
    del context
    desk().config.live()  # what was published counts from the next batch on
    failed: list[dict[str, str]] = []
    for receipt, message in sorted(_read(event["Records"], failed), key=lambda read: read[1].at):
        try:
            looked = watchdog().look(message)
        except (AftercareError, BotoCoreError, ClientError):
            logger.exception("a timer failed", ticket_id=message.ticket_id)
            failed.append({"itemIdentifier": receipt})
        else:
            logger.info("timer", ticket_id=message.ticket_id, generation=message.generation, looked=looked)
    return {"batchItemFailures": failed}


def _read(records: list[dict[str, Any]], failed: list[dict[str, str]]) -> list[tuple[str, TimerMessage]]:
    """The messages of a batch; what is no timer goes to `failed`, and in the end to the dead letters."""
    read = []
    for record in records:
        try:
            read.append((record["messageId"], TimerMessage.model_validate_json(record["body"])))
        except ValidationError:
            logger.exception("this is no timer", message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return read
