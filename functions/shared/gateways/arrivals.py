"""Lets a mail that was set aside arrive once more, by the way that received mail takes."""

import json
from typing import TYPE_CHECKING

from functions.shared.domain.quarantine import HeldMail

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Arrivals:
    """The topic of received mail."""

    def __init__(self, client: "SNSClient", topic_arn: str, bucket: str) -> None:
        """`bucket` is where the raw mail lies."""
        self._client = client
        self._topic_arn = topic_arn
        self._bucket = bucket

    def announce(self, mail: HeldMail, *, released_by: str | None = None) -> None:
        """Let `mail` arrive; with `released_by` somebody answers for it."""
        notification = mail.notification(self._bucket, released_by=released_by)
        self._client.publish(TopicArn=self._topic_arn, Message=json.dumps(notification))
