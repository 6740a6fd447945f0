"""Timers of tickets: far ones are one-time schedules of EventBridge Scheduler, near ones delayed messages in SQS."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.words import TicketId

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef
    from mypy_boto3_sqs import SQSClient

LONGEST_DELAY: Final = timedelta(minutes=15)
"""SQS holds a message back no longer."""


class TimerMessage(BaseModel):
    """What is said when a ticket's timer goes off. It acts only if the ticket's timer is still of this generation."""

    model_config = ConfigDict(frozen=True)

    ticket_id: TicketId
    generation: int
    at: AwareDatetime


class TimerQueue:
    """Where timers go off."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: TimerMessage, delay: timedelta = timedelta(0)) -> None:
        """Let the message arrive after `delay`, which counts in whole seconds and up to `LONGEST_DELAY`."""
        seconds = int(max(timedelta(0), min(delay, LONGEST_DELAY)).total_seconds())
        self._client.send_message(QueueUrl=self._url, MessageBody=message.model_dump_json(), DelaySeconds=seconds)


class Schedules:
    """At most one schedule for each ticket; it is gone once it has delivered its message."""

    def __init__(
        self, client: "EventBridgeSchedulerClient", *, group: str, queue_arn: str, role_arn: str, dead_letters_arn: str
    ) -> None:
        self._client = client
        self._group = group
        self._queue_arn = queue_arn
        self._role_arn = role_arn
        self._dead_letters_arn = dead_letters_arn

    def put(self, message: TimerMessage, at: datetime) -> None:
        """Let the message be sent at `at`, in place of whatever was to be sent for the ticket."""
        schedule = self._schedule(message, at)
        try:
            self._client.create_schedule(**schedule)
        except self._client.exceptions.ConflictException:
            self._client.update_schedule(**schedule)

    def remove(self, ticket_id: TicketId) -> None:
        """Let nothing be sent for the ticket."""
        try:
            self._client.delete_schedule(Name=ticket_id, GroupName=self._group)
        except self._client.exceptions.ResourceNotFoundException:
            return

    def _schedule(self, message: TimerMessage, at: datetime) -> "CreateScheduleInputTypeDef":
        return {
            "Name": message.ticket_id,
            "GroupName": self._group,
            "ScheduleExpression": f"at({at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self._queue_arn,
                "RoleArn": self._role_arn,
                "Input": message.model_dump_json(),
                "DeadLetterConfig": {"Arn": self._dead_letters_arn},
            },
        }
