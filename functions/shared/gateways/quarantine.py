"""Mail set aside, in the single table, by the time it arrived."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from functions.shared.contracts.words import DeskId
from functions.shared.domain.quarantine import HeldMail
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Quarantine:
    """What one desk has set aside."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def hold(self, mail: HeldMail) -> None:
        """Set `mail` aside; doing it again changes nothing."""
        self._client.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": keys.quarantine(self._desk)},
                "sk": {"S": f"{keys.instant(mail.received_at)}#{mail.id}"},
                "doc": {"S": mail.model_dump_json(exclude_none=True)},
            },
        )

    def newest(self, limit: int = 50) -> Iterator[HeldMail]:
        """The mails set aside last, newest first."""
        page = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.quarantine(self._desk)}},
            ScanIndexForward=False,
            Limit=limit,
        )
        for item in page["Items"]:
            yield HeldMail.model_validate_json(item["doc"]["S"])
