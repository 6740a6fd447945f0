"""The generation of customers' links, by ticket or contact: raising it revokes every link handed out before."""

from typing import TYPE_CHECKING

from functions.shared.contracts.words import ContactId, DeskId, TicketId
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LinkGenerations:
    """One small item per ticket or contact whose links were ever revoked; none means generation 0."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._desk = desk

    def current(self, subject: TicketId | ContactId) -> int:
        """The generation in force; read consistently, so that a revoked link is dead at once."""
        found = self._dynamodb.get_item(TableName=self._table, Key=self._key(subject), ConsistentRead=True)
        return int(found["Item"]["generation"]["N"]) if "Item" in found else 0

    def revoke(self, subject: TicketId | ContactId) -> int:
        """End every link of `subject` handed out so far; the generation of those to come."""
        updated = self._dynamodb.update_item(
            TableName=self._table,
            Key=self._key(subject),
            UpdateExpression="ADD generation :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(updated["Attributes"]["generation"]["N"])

    def _key(self, subject: TicketId | ContactId) -> dict[str, dict[str, str]]:
        return {"pk": {"S": keys.links(self._desk, subject)}, "sk": {"S": keys.LINKS}}
