"""A function's own queue, for work that it cuts into pieces."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_A_CALL: Final = 10


class NotQueued(Exception):
    """The queue did not take some messages; sending all of them again is safe where handling one twice is."""


class MessageQueue:
    """Sends messages as JSON."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, messages: Sequence[BaseModel], delay: timedelta = timedelta(0)) -> None:
        """Let the messages arrive after `delay`, which counts in whole seconds and up to a quarter of an hour.

        Raises:
            NotQueued: not all of them were taken.
        """
        seconds = int(delay.total_seconds())
        for start in range(0, len(messages), _A_CALL):
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(number), "MessageBody": message.model_dump_json(), "DelaySeconds": seconds}
                    for number, message in enumerate(messages[start : start + _A_CALL])
                ],
            )
            if refused := answer.get("Failed"):
                raise NotQueued(refused[0].get("Message", refused[0]["Code"]))
