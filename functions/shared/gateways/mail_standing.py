"""Addresses that mail does not reach, in the single table."""

from datetime import datetime
from typing import TYPE_CHECKING

from functions.shared.contracts.words import DeskId
from functions.shared.domain.directory import fold_address
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class MailStandings:
    """What one desk knows of addresses it cannot reach."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def undeliverable(self, address: str) -> Undeliverable | None:
        """What is wrong with `address`; None when it may be mailed."""
        found = self._client.get_item(TableName=self._table, Key=self._key(address), ConsistentRead=True).get("Item")
        known = Undeliverable.model_validate_json(found["doc"]["S"]) if found else None
        return known if known and known.holds else None

    def mark(self, mark: Undeliverable) -> None:
        """Nothing is mailed to the address from now on."""
        self._client.put_item(
            TableName=self._table,
            Item={**self._key(mark.address), "doc": {"S": mark.model_dump_json(exclude_none=True)}},
        )

    def clear(self, address: str, *, by: str, now: datetime) -> None:
        """The address may be mailed again."""
        if known := self.undeliverable(address):
            self.mark(known.model_copy(update={"cleared_by": by, "cleared_at": now}))

    def _key(self, address: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": keys.mailbox(self._desk, fold_address(address))}, "sk": {"S": keys.MAILBOX}}
