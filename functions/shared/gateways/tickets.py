"""Tickets in the single table: head and commit written in one transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import AnyTicketEvent, TicketEvent
from functions.shared.contracts.words import CompanyId, ContactId, DeskId, Slug, Status, TicketId
from functions.shared.domain.deletion import tombstone_of
from functions.shared.domain.errors import (
    AlreadySeen,
    StaleTicket,
    TicketExists,
    TicketGone,
    TicketNotFound,
    TooManyRequests,
)
from functions.shared.domain.limits import Quota
from functions.shared.domain.shares import NOTHING, Shares
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.tombstone import Tombstone
from functions.shared.gateways import keys
from functions.shared.gateways.incidents import writes as incident_writes
from functions.shared.gateways.shares import writes as share_writes
from functions.shared.gateways.window_counts import one_more
from functions.shared.ticketing import NaturalKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EVENTS: TypeAdapter[list[AnyTicketEvent]] = TypeAdapter(list[AnyTicketEvent])

_LOST_RACE = {"ConditionalCheckFailed", "TransactionConflict"}


class TicketTable:
    """The tickets of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def get(self, ticket_id: TicketId) -> Ticket:
        """The ticket as it stands, read consistently.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            TicketGone: there was one, and it was deleted.
        """
        found = self._client.get_item(
            TableName=self._table,
            Key=_key(keys.ticket(self._desk, ticket_id), keys.HEAD),
            ConsistentRead=True,
            ProjectionExpression="doc, deleted",
        )
        if "Item" not in found:
            raise TicketNotFound(ticket_id)
        if "deleted" in found["Item"]:
            raise TicketGone(Tombstone.model_validate_json(found["Item"]["doc"]["S"]))
        return Ticket.model_validate_json(found["Item"]["doc"]["S"])

    def append(
        self,
        ticket: Ticket,
        events: Sequence[TicketEvent],
        keys_: Sequence[NaturalKey] = (),
        *,
        shares: Shares = NOTHING,
        quota: Quota | None = None,
    ) -> None:
        """See `TicketStore.append`."""
        writes: list[Any] = [
            *self._change(ticket, events),
            *({"Put": self._seen_item(key, ticket.id)} for key in keys_),
            *([{"Update": one_more(self._table, self._desk, quota)}] if quota else []),
            *share_writes(self._table, self._desk, shares),
            *incident_writes(self._table, self._desk, events),
        ]
        if ticket.version == 1:
            writes.append({"Put": {"TableName": self._table, "Item": self._listed(ticket)}})
        try:
            self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            self._explain(cancelled, ticket, keys_, quota)
            raise

    def append_both(self, changes: Sequence[tuple[Ticket, Sequence[TicketEvent]]], *, shares: Shares = NOTHING) -> None:
        """See `TicketStore.append_both`."""
        writes: list[Any] = [*share_writes(self._table, self._desk, shares)]
        for ticket, events in changes:
            writes += self._change(ticket, events)
        writes += incident_writes(self._table, self._desk, [event for _, events in changes for event in events])
        try:
            self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            response: dict[str, Any] = {**cancelled.response}
            if {reason["Code"] for reason in response["CancellationReasons"]} & _LOST_RACE:
                raise StaleTicket(changes[0][0].id) from cancelled
            raise

    def seen(self, key: str) -> TicketId | None:
        """The ticket that the natural key `key` belongs to."""
        first = self.first_use(key)
        return first[0] if first else None

    def first_use(self, key: str) -> tuple[TicketId, str] | None:
        """The ticket that the natural key `key` belongs to, and the fingerprint of what it was used for."""
        found = self._client.get_item(TableName=self._table, Key=_key(keys.seen(self._desk, key), keys.SEEN))
        if "Item" not in found:
            return None
        return found["Item"]["ticket_id"]["S"], found["Item"]["fingerprint"]["S"]

    def remember(self, key: NaturalKey, ticket_id: TicketId) -> None:
        """Let `key` lead to `ticket_id`; the first one to claim a key keeps it."""
        try:
            self._client.put_item(**self._seen_item(key, ticket_id))
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]:
        """All that happened to the ticket, oldest first.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            TicketGone: there was one, and it was deleted.
        """
        events: list[TicketEvent] = []
        for item in self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :commit)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.ticket(self._desk, ticket_id)},
                ":commit": {"S": keys.COMMIT_PREFIX},
            },
            ConsistentRead=True,
        ):
            events += _EVENTS.validate_json(item["events"]["S"])
        if any(isinstance(event, TicketDeleted) for event in events):
            self.get(ticket_id)  # which tells of its deletion
        if not events:
            raise TicketNotFound(ticket_id)
        return events

    def queue(self, team: Slug | None, status: Status, limit: int = 50, *, after: str = "") -> list[TicketSummary]:
        """The team's tickets in `status`, by next deadline; those without one last. No team: the untriaged.

        With `after`, the `keys.due` of a ticket, only those that come later.
        """
        return self._summaries("by_queue", "queue", keys.queue(self._desk, team, status), limit, after=after)

    def of_agent(self, agent: Slug, limit: int = 50, *, after: str = "") -> list[TicketSummary]:
        """The agent's active tickets, by next deadline; with `after` as for a queue."""
        return self._summaries("by_agent", "agent", keys.agent(self._desk, agent), limit, after=after)

    def of_contact(self, contact_id: ContactId, limit: int = 50) -> list[TicketSummary]:
        """The contact's tickets, newest first."""
        pk = keys.contact(self._desk, contact_id)
        return self._summaries("by_contact", "contact", pk, limit, newest_first=True)

    def of_company(self, company_id: CompanyId, limit: int = 50) -> list[TicketSummary]:
        """The company's tickets, newest first."""
        pk = keys.company(self._desk, company_id)
        return self._summaries("by_company", "company", pk, limit, newest_first=True)

    def timers_due(self, until: datetime) -> Iterator[TicketId]:
        """The tickets whose timer stands at `until` or before, shard by shard."""
        for shard in range(keys.TIMER_SHARDS):
            for item in self._query(
                IndexName="by_timer",
                KeyConditionExpression="timer_pk = :pk AND timer_sk <= :until",
                ExpressionAttributeValues={
                    ":pk": {"S": keys.timers(self._desk, shard)},
                    ":until": {"S": keys.instant(until)},
                },
            ):
                yield item["pk"]["S"].rpartition("#")[2]

    def _summaries(
        self, index: str, key: str, value: str, limit: int, *, newest_first: bool = False, after: str = ""
    ) -> list[TicketSummary]:
        page = self._client.query(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=f"{key}_pk = :value" + (f" AND {key}_sk > :after" if after else ""),
            ExpressionAttributeValues={":value": {"S": value}, **({":after": {"S": after}} if after else {})},
            ScanIndexForward=not newest_first,
            Limit=limit,
        )
        return [TicketSummary.model_validate_json(item["summary"]["S"]) for item in page["Items"]]

    def _query(self, **query: Any) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("query").paginate(TableName=self._table, **query):
            yield from page["Items"]

    def _change(self, ticket: Ticket, events: Sequence[TicketEvent]) -> list[dict[str, Any]]:
        """The writes of a ticket's head and of one commit."""
        head = self._head(ticket)
        commit = _commit(keys.ticket(self._desk, ticket.id), ticket.version, events)
        return [
            {"Put": {"TableName": self._table, "Item": head, **_guard(ticket, events)}},
            {"Put": {"TableName": self._table, "Item": commit}},
        ]

    def _head(self, ticket: Ticket) -> dict[str, Any]:
        if tombstone := tombstone_of(ticket):
            return tombstone_item(tombstone)
        due = keys.due(ticket.next_due_at, ticket.id)
        item = {
            "pk": {"S": keys.ticket(self._desk, ticket.id)},
            "sk": {"S": keys.HEAD},
            "version": {"N": str(ticket.version)},
            "last_sequence": {"N": str(ticket.sequence)},
            "doc": {"S": ticket.model_dump_json(exclude_none=True)},
            "summary": {"S": TicketSummary.of(ticket).model_dump_json(exclude_none=True)},
            "contact_pk": {"S": keys.contact(self._desk, ticket.contact.id)},
            "contact_sk": {"S": keys.instant(ticket.opened_at)},
            "queue_pk": {"S": keys.queue(self._desk, ticket.team, ticket.status)},
            "queue_sk": {"S": due},
        }
        if ticket.company:
            item["company_pk"] = {"S": keys.company(self._desk, ticket.company.id)}
            item["company_sk"] = {"S": keys.instant(ticket.opened_at)}
        if ticket.assignee and ticket.status.is_active:
            item["agent_pk"] = {"S": keys.agent(self._desk, ticket.assignee)}
            item["agent_sk"] = {"S": due}
        if ticket.timer:
            item["timer_pk"] = {"S": keys.timers(self._desk, keys.timer_shard(ticket.id))}
            item["timer_sk"] = {"S": keys.instant(ticket.timer.at)}
        return item

    def _listed(self, ticket: Ticket) -> dict[str, Any]:
        """The ticket's place in the list of its month, which never changes."""
        at = keys.opened_at(ticket.opened_at, ticket.id)
        return _key(keys.opened_in(self._desk, keys.month(at)), at)

    def _seen_item(self, key: NaturalKey, ticket_id: TicketId) -> dict[str, Any]:
        item = {
            **_key(keys.seen(self._desk, key.value), keys.SEEN),
            "ticket_id": {"S": ticket_id},
            "fingerprint": {"S": key.fingerprint},
        }
        if key.expires_at:
            item["ttl"] = {"N": str(int(key.expires_at.timestamp()))}
        return {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _explain(
        self, cancelled: ClientError, ticket: Ticket, keys_: Sequence[NaturalKey], quota: Quota | None
    ) -> None:
        """Raise what the failed conditions of the transaction mean; a repeat comes before a lost race."""
        response: dict[str, Any] = {**cancelled.response}
        head, _, *rest = response["CancellationReasons"]
        seen, shared = rest[: len(keys_)], rest[len(keys_) :]
        for key, reason in zip(keys_, seen, strict=True):
            if reason["Code"] == "ConditionalCheckFailed":
                old = reason["Item"]
                raise AlreadySeen(old["ticket_id"]["S"], old["fingerprint"]["S"], key=key.value) from cancelled
        if quota and shared.pop(0)["Code"] == "ConditionalCheckFailed":
            raise TooManyRequests(quota.free_in) from cancelled
        if head["Code"] == "ConditionalCheckFailed":
            raise (TicketExists if ticket.version == 1 else StaleTicket)(ticket.id) from cancelled
        if any(reason["Code"] == "TransactionConflict" for reason in (head, *rest)):
            raise StaleTicket(ticket.id) from cancelled
        if any(reason["Code"] == "ConditionalCheckFailed" for reason in shared):
            raise StaleTicket(ticket.id) from cancelled


def tombstone_item(tombstone: Tombstone) -> dict[str, Any]:
    """The head of a deleted ticket: it stands in no list, and has no timer."""
    return {
        **_key(keys.ticket(tombstone.desk, tombstone.id), keys.HEAD),
        "version": {"N": str(tombstone.version)},
        "last_sequence": {"N": str(tombstone.sequence)},
        "doc": {"S": tombstone.model_dump_json(exclude_none=True)},
        "deleted": {"BOOL": True},
    }


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _guard(ticket: Ticket, events: Sequence[TicketEvent]) -> dict[str, Any]:
    """The condition that the stored head is the one that the change was decided on: its version and its last event."""
    if ticket.version == 1:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    decided_on = events[0].sequence - 1 if events else ticket.sequence
    return {
        "ConditionExpression": "version = :version AND last_sequence = :sequence",
        "ExpressionAttributeValues": {
            ":version": {"N": str(ticket.version - 1)},
            ":sequence": {"N": str(decided_on)},
        },
    }


def _commit(pk: str, version: int, events: Sequence[TicketEvent]) -> dict[str, Any]:
    body = ",".join(event.model_dump_json(exclude_none=True) for event in events)
    return {**_key(pk, keys.commit(version)), "events": {"S": f"[{body}]"}}
