"""Every quarter of an hour: timers that were lost are found in the table and go off."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.sla_watchdog import wiring
from functions.sla_watchdog.service import Sweep
from functions.sla_watchdog.settings import SweepSettings

logger = Logger(service="sla_watchdog")
metrics = Metrics(namespace="Aftercare", service="sla_watchdog")


@cache
def sweep() -> Sweep:
    return wiring.sweep(SweepSettings.from_env())


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Let lost timers go off, and count them: in good health there are none."""
    del event, context
    lost = sweep().find_lost(datetime.now(UTC))
    metrics.add_metric("LostTimers", MetricUnit.Count, len(lost))
    for message in lost:
        logger.warning("a timer was lost", ticket_id=message.ticket_id, at=message.at.isoformat())
    return {"lost": len(lost)}
