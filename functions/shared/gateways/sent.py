"""What was sent to whom about which event: each mail is claimed before it leaves, and recorded after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.shared.contracts.words import DeskId
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE: Final = timedelta(seconds=60)
"""Longer than a function may run: a claim that is older was left by one that died."""
KEPT: Final = timedelta(days=90)


class BeingSent(Exception):
    """Somebody else is sending this just now, or died while doing so; try again later."""


@dataclass(frozen=True)
class Claim:
    """The right to send one mail. `message_id` is set when it has left already; `attempt` counts from 1."""

    key: str
    attempt: int
    message_id: str | None = None
    is_refused: bool = False

    @property
    def is_done(self) -> bool:
        return self.is_refused or self.message_id is not None


class SentMail:
    """The sent mail of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def claim(self, key: str, *, now: datetime) -> Claim:
        """The right to send the mail `key`; or how it ended, when it was sent before.

        Raises:
            BeingSent: the claim of another attempt is still fresh.
        """
        try:
            updated = self._client.update_item(
                TableName=self._table,
                Key=self._key(key),
                UpdateExpression="ADD attempt :one SET lease_until = :until, #ttl = :ttl",
                ConditionExpression=(
                    "attribute_not_exists(outcome) AND (attribute_not_exists(lease_until) OR lease_until <= :now)"
                ),
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":now": {"N": str(now.timestamp())},
                    ":until": {"N": str((now + LEASE).timestamp())},
                    ":ttl": _expiry(now),
                },
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            refusal: dict[str, Any] = {**error.response}
            claim = _claim(key, refusal["Item"])
            if claim.is_done:
                return claim
            raise BeingSent(key) from error
        return Claim(key, int(updated["Attributes"]["attempt"]["N"]))

    def sent(self, claim: Claim, message_id: str, *, now: datetime) -> None:
        """The mail has left as `message_id`."""
        self._put(claim.key, claim.attempt, now, {"outcome": {"S": "sent"}, "message_id": {"S": message_id}})

    def refused(self, claim: Claim, *, now: datetime) -> None:
        """The mail will never leave."""
        self._put(claim.key, claim.attempt, now, {"outcome": {"S": "refused"}})

    def given_back(self, claim: Claim, *, now: datetime) -> None:
        """The attempt failed; the next one may begin at once."""
        self._put(claim.key, claim.attempt, now, {"lease_until": {"N": "0"}})

    def _put(self, key: str, attempt: int, now: datetime, fields: dict[str, Any]) -> None:
        item = {**self._key(key), "attempt": {"N": str(attempt)}, "ttl": _expiry(now), **fields}
        self._client.put_item(TableName=self._table, Item=item)

    def _key(self, key: str) -> dict[str, Any]:
        return {"pk": {"S": keys.sent(self._desk, key)}, "sk": {"S": keys.SENT}}


def _expiry(now: datetime) -> dict[str, str]:
    return {"N": str(int((now + KEPT).timestamp()))}


def _claim(key: str, item: dict[str, Any]) -> Claim:
    outcome = item.get("outcome", {}).get("S")
    return Claim(
        key,
        int(item["attempt"]["N"]),
        message_id=item["message_id"]["S"] if outcome == "sent" else None,
        is_refused=outcome == "refused",
    )
