"""Whose turn it is in a team: one counter per team, counted up atomically."""

from typing import TYPE_CHECKING

from functions.shared.contracts.words import DeskId, Slug
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TeamRotation:
    """The turns of one desk's teams."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def draw(self, team: Slug) -> int:
        """Take the team's next turn; returns how many were taken before. No two draws give the same."""
        updated = self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": keys.team(self._desk, team)}, "sk": {"S": keys.ROTATION}},
            UpdateExpression="ADD #counter :one",
            ExpressionAttributeNames={"#counter": "counter"},
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(updated["Attributes"]["counter"]["N"]) - 1
