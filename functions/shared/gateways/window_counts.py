"""How many requests came, or answers went, in a window: one counter for each thing counted; it vanishes by itself."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.shared.contracts.words import DeskId
from functions.shared.domain.limits import Quota
from functions.shared.domain.mail_rules import Brake
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SPARE_S = 3600


class WindowCounts:
    """The counters of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def admit(self, counted: str, brake: Brake, *, now: datetime, weight: int = 1) -> bool:
        """Count `weight` more under `counted`; whether it was within the brake before. A single conditional write."""
        try:
            self._client.update_item(**one_more(self._table, self._desk, Quota(counted, brake, now, weight)))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def one_more(table: str, desk: DeskId, quota: Quota) -> Any:
    """The update that counts `quota`, on the condition that one more is within its brake."""
    brake = quota.brake
    place = keys.brake(desk, f"counted#{quota.counted}#{brake.within}#{brake.window(quota.at)}")
    return {
        "TableName": table,
        "Key": {"pk": {"S": place}, "sk": {"S": keys.BRAKE}},
        "UpdateExpression": "ADD requests :weight SET #ttl = :ttl",
        "ConditionExpression": "attribute_not_exists(requests) OR requests < :most",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":weight": {"N": str(quota.weight)},
            ":most": {"N": str(brake.at_most)},
            ":ttl": {"N": str(int(brake.ends_at(quota.at).timestamp()) + _SPARE_S)},
        },
    }
