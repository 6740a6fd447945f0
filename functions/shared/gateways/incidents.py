"""Running incidents and what is linked to them: items beside the tickets, written in the commits that make them so."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from functions.shared.contracts.events import TicketEvent
from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded, TicketLinked, TicketUnlinked
from functions.shared.contracts.words import DeskId, TicketId
from functions.shared.domain.incidents import RunningIncident
from functions.shared.gateways import keys
from functions.shared.gateways.items import Along, Place

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(service="incidents")

_COUNT: Final = "changes"

MOST_LINKED: Final = 100
"""So many linked tickets are listed at once."""


class Incidents:
    """The incidents of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk
        self.changes = Along(_changes(desk))
        """Whoever reads it along with something else spares `running` its own call while nothing changes."""
        self._kept: tuple[int, list[RunningIncident]] | None = None

    def running(self) -> list[RunningIncident]:
        """Those that run, newest last; one query, or none where it is known that nothing changed since the last.

        One that cannot be read is passed over: triage goes on without it.
        """
        counter = self.changes.take()
        count = int(counter[_COUNT]["N"]) if counter else 0
        if counter is not None and self._kept and self._kept[0] == count:
            return self._kept[1]
        found = sorted(_read(self._items(keys.incidents(self._desk), "")), key=lambda incident: incident.declared_at)
        self._kept = (count, found) if counter is not None else None
        return found

    def linked(self, incident: TicketId) -> list[TicketId]:
        """The tickets linked to the incident, at most so many; one query."""
        found = self._items(keys.ticket(self._desk, incident), keys.LINKED_PREFIX)
        return [item["ticket_id"]["S"] for item in found if "ticket_id" in item][:MOST_LINKED]

    def _items(self, pk: str, prefix: str) -> Iterator[dict[str, Any]]:
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _read(items: Iterable[dict[str, Any]]) -> Iterator[RunningIncident]:
    for item in items:
        if "doc" in item:
            try:
                yield RunningIncident.model_validate_json(item["doc"]["S"])
            except ValidationError as error:
                logger.error("an incident cannot be read", incident=item["sk"]["S"], error=str(error))


def writes(table: str, desk: DeskId, events: Sequence[TicketEvent]) -> Iterator[dict[str, Any]]:
    """What a transaction that stores `events` writes about incidents; one call for all of its events.

    What ended leaves an empty item, which time takes away.
    """
    for event in events:
        item: dict[str, Any]
        match event:
            case IncidentDeclared():
                doc = RunningIncident.of(event).model_dump_json(exclude_none=True)
                item = {"pk": keys.incidents(desk), "sk": event.ticket_id, "doc": doc}
            case IncidentEnded():
                item = {"pk": keys.incidents(desk), "sk": event.ticket_id}
            case TicketLinked():
                item = {**_link(desk, event.incident, event.ticket_id), "ticket_id": event.ticket_id}
            case TicketUnlinked():
                item = _link(desk, event.incident, event.ticket_id)
            case _:
                continue
        stored: dict[str, Any] = {name: {"S": value} for name, value in item.items()}
        if isinstance(event, IncidentEnded | TicketUnlinked):
            stored["ttl"] = {"N": str(int(event.occurred_at.timestamp()))}
        yield {"Put": {"TableName": table, "Item": stored}}
    if any(isinstance(event, IncidentDeclared | IncidentEnded) for event in events):
        yield {"Update": _one_more_change(table, desk)}


def _changes(desk: DeskId) -> Place:
    return keys.incidents(desk), keys.CHANGES


def _one_more_change(table: str, desk: DeskId) -> dict[str, Any]:
    pk, sk = _changes(desk)
    return {
        "TableName": table,
        "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "ADD #count :one",
        "ExpressionAttributeNames": {"#count": _COUNT},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def _link(desk: DeskId, incident: TicketId, ticket: TicketId) -> dict[str, str]:
    return {"pk": keys.ticket(desk, incident), "sk": f"{keys.LINKED_PREFIX}{ticket}"}
