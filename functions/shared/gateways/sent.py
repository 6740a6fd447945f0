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

_SK: Final = "SENT"


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
        found = self._client.get_item(TableName=self._table, Key=self._key(key), ConsistentRead=True).get("Item")
        attempt = 1
        if found:
            claim = _claim(key, found)
            if claim.is_done:
                return claim
            if float(found["lease_until"]["N"]) > now.timestamp():
                raise BeingSent(key)
            attempt = claim.attempt + 1
        guard = "attempt = :before AND attribute_not_exists(outcome)" if found else "attribute_not_exists(pk)"
        try:
            self._put(key, attempt, now, guard, {"lease_until": {"N": str((now + LEASE).timestamp())}})
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise BeingSent(key) from error
        return Claim(key, attempt)

    def sent(self, claim: Claim, message_id: str, *, now: datetime) -> None:
        """The mail has left as `message_id`."""
        self._put(claim.key, claim.attempt, now, None, {"outcome": {"S": "sent"}, "message_id": {"S": message_id}})

    def refused(self, claim: Claim, *, now: datetime) -> None:
        """The mail will never leave."""
        self._put(claim.key, claim.attempt, now, None, {"outcome": {"S": "refused"}})

    def given_back(self, claim: Claim, *, now: datetime) -> None:
        """The attempt failed; the next one may begin at once."""
        self._put(claim.key, claim.attempt, now, None, {"lease_until": {"N": "0"}})

    def take_turn(self, name: str, *, limit: int, now: datetime) -> bool:
        """Whether one more of `limit` turns called `name` is left; takes it."""
        for turn in range(limit):
            try:
                self._put(f"{name}#{turn}", 1, now, "attribute_not_exists(pk)", {})
            except self._client.exceptions.ConditionalCheckFailedException:
                continue
            return True
        return False

    def _put(self, key: str, attempt: int, now: datetime, guard: str | None, fields: dict[str, Any]) -> None:
        condition: dict[str, Any] = {"ConditionExpression": guard} if guard else {}
        if guard and ":before" in guard:
            condition["ExpressionAttributeValues"] = {":before": {"N": str(attempt - 1)}}
        self._client.put_item(
            TableName=self._table,
            Item={
                **self._key(key),
                "attempt": {"N": str(attempt)},
                "ttl": {"N": str(int((now + KEPT).timestamp()))},
                **fields,
            },
            **condition,
        )

    def _key(self, key: str) -> dict[str, Any]:
        return {"pk": {"S": keys.sent(self._desk, key)}, "sk": {"S": _SK}}


def _claim(key: str, item: dict[str, Any]) -> Claim:
    outcome = item.get("outcome", {}).get("S")
    return Claim(
        key,
        int(item["attempt"]["N"]),
        message_id=item["message_id"]["S"] if outcome == "sent" else None,
        is_refused=outcome == "refused",
    )
