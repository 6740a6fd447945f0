"""The line that every received mail leaves in the single table, by the day it arrived."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.shared.contracts.words import DeskId, TicketId
from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT: Final = timedelta(days=400)
"""As long as the raw mail."""


class MailLog:
    """What became of the mail of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def record(self, line: MailLine) -> None:
        """Say what became of a mail. That it came again never hides what became of it the first time."""
        guard: Any = {}
        if line.fate is Fate.REPEATED:
            self._note_repeat(line)
            guard = {
                "ConditionExpression": "attribute_not_exists(pk) OR fate = :held",
                "ExpressionAttributeValues": {":held": {"S": Fate.HELD}},
            }
        try:
            self._put(line, **guard)
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _note_repeat(self, line: MailLine) -> None:
        """Beside the ticket: a mail may come again on any day, and would not be found by those of the ticket."""
        if line.ticket_id is None:
            return
        item: dict[str, Any] = {
            "pk": {"S": keys.ticket(self._desk, line.ticket_id)},
            "sk": {"S": keys.repeat(line.received_at.date(), line.id)},
            "ttl": _ttl(line),
        }
        self._client.put_item(TableName=self._table, Item=item)

    def _put(self, line: MailLine, **guard: Any) -> None:
        item: dict[str, Any] = {
            "pk": {"S": keys.mail_log(self._desk, line.received_at.date())},
            "sk": {"S": line.id},
            "fate": {"S": line.fate},
            "doc": {"S": line.model_dump_json(exclude_none=True)},
            "ttl": _ttl(line),
        }
        self._client.put_item(TableName=self._table, Item=item, **guard)

    def find(self, mail_id: str, received_at: datetime) -> MailLine | None:
        """What became of one mail, if that is known."""
        return self._line(mail_id, received_at.date())

    def _line(self, mail_id: str, day: date) -> MailLine | None:
        key = {"pk": {"S": keys.mail_log(self._desk, day)}, "sk": {"S": mail_id}}
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return MailLine.model_validate_json(item["doc"]["S"]) if item else None

    def of_day(self, day: date) -> Iterator[MailLine]:
        """The mails that arrived on a day (UTC)."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.mail_log(self._desk, day)}},
        )
        for page in pages:
            for item in page["Items"]:
                yield MailLine.model_validate_json(item["doc"]["S"])

    def of_ticket(self, ticket_id: TicketId, days: Iterable[date]) -> Iterator[MailLine]:
        """The mails of these days (UTC) that became part of a ticket."""
        for day in days:
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                FilterExpression="contains(doc, :ticket)",
                ExpressionAttributeValues={
                    ":pk": {"S": keys.mail_log(self._desk, day)},
                    ":ticket": {"S": ticket_id},
                },
            )
            for page in pages:
                lines = [MailLine.model_validate_json(item["doc"]["S"]) for item in page["Items"]]
                yield from (line for line in lines if line.ticket_id == ticket_id)

    def repeats_of(self, ticket_id: TicketId) -> Iterator[MailLine]:
        """The mails of a ticket that came again, whenever that was."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.ticket(self._desk, ticket_id)},
                ":prefix": {"S": keys.REPEAT_PREFIX},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                _, day, mail_id = item["sk"]["S"].split("#", 2)
                line = self._line(mail_id, date.fromisoformat(day))
                if line and line.ticket_id == ticket_id:
                    yield line

    def erased(self, line: MailLine) -> None:
        """Keep of a line only that the mail came and what became of it."""
        self._put(line.model_copy(update={"is_erased": True, "sender": None, "message_id": None}))


def _ttl(line: MailLine) -> Any:
    return {"N": str(int((line.received_at + KEPT).timestamp()))}
