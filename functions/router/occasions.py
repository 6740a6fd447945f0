"""What happens to tickets after their triage, from the bus, by way of a queue for which new tickets do not wait."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter

from functions.router.reacting import Reactions
from functions.router.settings import OccasionSettings
from functions.shared.batches import of_living, take_each
from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from functions.shared.wiring import DeskWiring

logger = Logger(service="router")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

_EVENT: TypeAdapter[TicketEvent] = TypeAdapter(AnyTicketEvent)


@cache
def reactions() -> Reactions:
    """Wire the service once per execution environment."""
    desk = DeskWiring(OccasionSettings.from_env())
    return Reactions(desk.tickets, desk.store, desk.config, desk.rosters, desk.bodies)


def react_to(record: dict[str, Any]) -> None:
    event = _EVENT.validate_python(json.loads(record["body"])["detail"])
    matched = reactions().react(event, now=datetime.now(UTC))
    logger.info("rules tried", event_id=event.event_id, event_type=event.type, matched=matched)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return dict(take_each(event, of_living(react_to), processor, context))
