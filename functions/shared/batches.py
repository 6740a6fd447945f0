"""Batches of a queue's messages, taken one by one."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.shared.domain.errors import TicketGone

_log = logging.getLogger(__name__)

R = TypeVar("R")


def take_each(
    event: dict[str, Any], take: Callable[[Any], object], processor: BatchProcessor, context: LambdaContext
) -> PartialItemFailureResponse:
    """Take each message of a batch; those that fail come again. An empty batch, as it wakes a function, is no fault."""
    with processor(event["Records"], take, context):
        processor.process()
    for _, error, _ in processor.exceptions:
        _log.error("a message failed and comes again", exc_info=error)
    return processor.response()


def of_living(take: Callable[[R], object]) -> Callable[[R], None]:
    """`take`, for messages about tickets: there is nothing to do any more about one that was deleted meanwhile."""

    def take_or_pass_over(record: R) -> None:
        try:
            take(record)
        except TicketGone as gone:
            _log.info("passed over, for %s was deleted", gone.tombstone.id)

    return take_or_pass_over
