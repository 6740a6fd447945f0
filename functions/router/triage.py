"""New tickets that no door could triage, from the bus by way of a queue that takes few of them at a time."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.router.service import Router
from functions.router.settings import RouterSettings
from functions.shared.batches import of_living, take_each
from functions.shared.contracts.events import TicketOpened
from functions.shared.wiring import DeskWiring

logger = Logger(service="router")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def router() -> Router:
    """Wire the service once per execution environment."""
    desk = DeskWiring(RouterSettings.from_env())
    return Router(desk.tickets, desk.triage)


def triage_record(record: dict[str, Any]) -> None:
    opened = TicketOpened.model_validate(json.loads(record["body"])["detail"])
    ticket = router().triage(opened, now=datetime.now(UTC))
    logger.info("triaged", ticket_id=ticket.id, priority=ticket.priority, team=ticket.team, assignee=ticket.assignee)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return dict(take_each(event, of_living(triage_record), processor, context))
