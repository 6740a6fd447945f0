"""Table stream → timers: whenever a ticket's head has another timer, the timer is set to it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.domain.clocks import Timer
from functions.sla_watchdog import wiring
from functions.sla_watchdog.keeping import Change, TimerKeeper
from functions.sla_watchdog.settings import TimerStreamSettings

logger = Logger(service="sla_watchdog")


@cache
def keeper() -> TimerKeeper:
    """Wire the keeper once per execution environment."""
    return wiring.timer_keeper(TimerStreamSettings.from_env())


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Set the timers of one batch of heads; what failed is tried again from its first change on."""
    del context
    failed = []
    changed = changes(event["Records"])
    for change, position in changed:
        try:
            keeper().keep(change, datetime.now(UTC))
        except (BotoCoreError, ClientError):
            logger.exception("a timer could not be set", ticket_id=change.ticket_id)
            failed.append({"itemIdentifier": position})
    logger.info("timers kept", tickets=len(changed), failed=len(failed))
    return {"batchItemFailures": failed}


def changes(records: Sequence[Mapping[str, Any]]) -> list[tuple[Change, str]]:
    """What the batch did to each ticket's timer in all, with the position of its first change."""
    found: dict[str, tuple[Change, str]] = {}
    for record in records:
        stream = record["dynamodb"]
        ticket_id = stream["Keys"]["pk"]["S"].rpartition("#")[2]
        old, new = _timer(stream.get("OldImage")), _timer(stream.get("NewImage"))
        if ticket_id in found:
            first, position = found[ticket_id]
            found[ticket_id] = (Change(ticket_id, first.old, new), position)
        else:
            found[ticket_id] = (Change(ticket_id, old, new), stream["SequenceNumber"])
    return list(found.values())


def _timer(image: Mapping[str, Any] | None) -> Timer | None:
    timer = json.loads(image["doc"]["S"]).get("timer") if image else None
    return Timer.model_validate(timer) if timer else None
