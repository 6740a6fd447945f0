"""How many requests came in a window, one counter for each thing that is counted; it vanishes by itself."""

from datetime import datetime
from typing import TYPE_CHECKING

from functions.shared.contracts.words import DeskId
from functions.shared.domain.mail_rules import Brake
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SPARE_S = 3600


class RequestCounts:
    """The counters of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def admit(self, counted: str, brake: Brake, *, now: datetime) -> bool:
        """Count one request under `counted`; whether it is within the brake. A single conditional write."""
        place = keys.brake(self._desk, f"requests#{counted}#{brake.within}#{brake.window(now)}")
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": place}, "sk": {"S": keys.BRAKE}},
                UpdateExpression="ADD requests :one SET #ttl = :ttl",
                ConditionExpression="attribute_not_exists(requests) OR requests < :most",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":most": {"N": str(brake.at_most)},
                    ":ttl": {"N": str(int(brake.ends_at(now).timestamp()) + _SPARE_S)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
