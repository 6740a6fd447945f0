"""A function's own queue, for work that it cuts into pieces."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MessageQueue:
    """Sends messages as JSON."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, messages: Sequence[BaseModel], delay: timedelta = timedelta(0)) -> None:
        """Let the messages arrive after `delay`, which counts in whole seconds and up to a quarter of an hour."""
        seconds = int(delay.total_seconds())
        for message in messages:  # one by one: a batch may be taken in part, and the local cloud knows no right to it
            self._client.send_message(QueueUrl=self._url, MessageBody=message.model_dump_json(), DelaySeconds=seconds)
