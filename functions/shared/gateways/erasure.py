"""What goes with a deleted ticket: its history, its title in other tickets' histories, what names its customer."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from functions.shared.contracts.words import DeskId, TicketId
from functions.shared.domain.deletion import BLANK, QUOTES
from functions.shared.domain.tombstone import Tombstone
from functions.shared.gateways import keys
from functions.shared.gateways.tickets import tombstone_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EVENTS: TypeAdapter[list[AnyTicketEvent]] = TypeAdapter(list[AnyTicketEvent])


class Erasure:
    """Erases in one desk's part of the table. Whatever is done twice is done once."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def history(self, tombstone: Tombstone) -> list[tuple[str, list[TicketEvent]]]:
        """The commits that are left from before the deletion, oldest first, each with its name."""
        last = keys.commit(tombstone.version)
        return [
            (item["sk"]["S"], list(_EVENTS.validate_json(item["events"]["S"])))
            for item in self._items(tombstone.id, keys.COMMIT_PREFIX)
            if item["sk"]["S"] < last
        ]

    def linked(self, ticket_id: TicketId) -> list[TicketId]:
        """The tickets that were ever linked to this one as an incident."""
        prefix = keys.LINKED_PREFIX
        return [item["sk"]["S"].removeprefix(prefix) for item in self._items(ticket_id, prefix)]

    def forget_commit(self, ticket_id: TicketId, name: str) -> None:
        """Delete one commit."""
        self._delete(keys.ticket(self._desk, ticket_id), name)

    def forget_link(self, ticket_id: TicketId, linked: TicketId) -> None:
        """Delete the item that says that a ticket was linked."""
        self._delete(keys.ticket(self._desk, ticket_id), f"{keys.LINKED_PREFIX}{linked}")

    def forget_sent(self, key: str) -> None:
        """Delete what is known of a mail that was sent; its key holds an address."""
        self._delete(keys.sent(self._desk, key), keys.SENT)

    def forget_held(self, mail_id: str, received_at: datetime) -> None:
        """Delete what the quarantine still says of a mail that was let out of it."""
        self._delete(keys.quarantine(self._desk), keys.held(received_at, mail_id))

    def blank_title(self, quoted: TicketId, quoting: TicketId) -> None:
        """Take the title of the ticket `quoted` out of the history of the ticket `quoting`; nothing else changes."""
        for item in self._items(quoting, keys.COMMIT_PREFIX):
            events: list[dict[str, Any]] = json.loads(item["events"]["S"])
            named = [event for event in events if _quotes(event, quoted)]
            if any(event["title"] != BLANK for event in named):
                for event in named:
                    event["title"] = BLANK
                self._client.put_item(
                    TableName=self._table, Item={**item, "events": {"S": json.dumps(events, ensure_ascii=False)}}
                )

    def finish(self, tombstone: Tombstone) -> None:
        """Let `tombstone` be what is stored of the ticket; the list of its month forgets it."""
        at = keys.opened_at(tombstone.opened_at, tombstone.id)
        self._delete(keys.opened_in(self._desk, keys.month(at)), at)
        self._client.put_item(TableName=self._table, Item=tombstone_item(tombstone))

    def _items(self, ticket_id: TicketId, prefix: str) -> Sequence[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.ticket(self._desk, ticket_id)},
                ":prefix": {"S": prefix},
            },
            ConsistentRead=True,
        )
        return list(_flat(pages))

    def _delete(self, pk: str, sk: str) -> None:
        self._client.delete_item(TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}})


def _flat(pages: Any) -> Iterator[dict[str, Any]]:
    for page in pages:
        yield from page["Items"]


def _quotes(event: dict[str, Any], quoted: TicketId) -> bool:
    field = QUOTES.get(event["type"])
    return field is not None and event.get(field) == quoted
