"""All tickets by the time they were opened, a page at a time: what is asked of the past begins here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from functions.shared.contracts.events import AnyTicketEvent, TicketOpened
from functions.shared.contracts.words import DeskId, TicketId
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EVENTS: TypeAdapter[list[AnyTicketEvent]] = TypeAdapter(list[AnyTicketEvent])

_MOST_KEYS: Final = 100
"""So many items one read of several may name."""


@dataclass(frozen=True)
class PastTicketPage:
    """Tickets as they began and as they stand; `next` is the place to go on from, None at the end."""

    tickets: tuple[tuple[TicketOpened, Ticket], ...]
    next: str | None


class OpenedTickets:
    """The tickets of one desk in the order in which they were opened."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk

    def page(
        self, since: datetime, until: datetime, *, limit: int = 50, after: str | None = None, newest_first: bool = False
    ) -> PastTicketPage:
        """Up to `limit` tickets opened from `since` on and before `until`; `after` is the `next` of the page before."""
        low, high = keys.instant(since), keys.instant(until)
        places = self._places(low, high, limit, after, newest_first)
        shown = places[:limit]
        ids = [place.rpartition("#")[2] for place in shown]
        return PastTicketPage(tuple(self._read(ids)), shown[-1] if len(places) > limit else None)

    def count(self, since: datetime, until: datetime) -> int:
        """How many tickets were opened from `since` on and before `until`."""
        low, high = keys.instant(since), keys.instant(until)
        counted = 0
        for month in _months(low, high):
            begin: dict[str, Any] = {}
            while True:
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                    ExpressionAttributeValues={
                        ":pk": {"S": keys.opened_in(self._desk, month)},
                        ":low": {"S": low},
                        ":high": {"S": high},
                    },
                    Select="COUNT",
                    **begin,
                )
                counted += page["Count"]
                if "LastEvaluatedKey" not in page:
                    break
                begin = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        return counted

    def _places(self, low: str, high: str, limit: int, after: str | None, newest_first: bool) -> list[str]:
        """The next places in the list, one more than `limit` where there are so many: a query for each month."""
        if after:
            low, high = (low, min(high, after)) if newest_first else (max(low, after), high)
        months = list(_months(low, high))
        found: list[str] = []
        for month in reversed(months) if newest_first else months:
            page = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                ExpressionAttributeValues={
                    ":pk": {"S": keys.opened_in(self._desk, month)},
                    ":low": {"S": low},
                    ":high": {"S": high},
                },
                ProjectionExpression="sk",
                ScanIndexForward=not newest_first,
                Limit=limit + 2,  # one is where the page before ended, one tells whether more follow
            )
            found += [item["sk"]["S"] for item in page["Items"] if item["sk"]["S"] != after]
            if len(found) > limit:
                break
        return found

    def _read(self, ids: Sequence[TicketId]) -> Iterator[tuple[TicketOpened, Ticket]]:
        """How each ticket began and how it stands; two items of it are read, whatever happened in between."""
        wanted = [
            {"pk": {"S": keys.ticket(self._desk, ticket_id)}, "sk": {"S": sk}}
            for ticket_id in ids
            for sk in (keys.HEAD, keys.commit(1))
        ]
        found = {(item["pk"]["S"], item["sk"]["S"]): item for item in self._batches(wanted)}
        for ticket_id in ids:
            pk = keys.ticket(self._desk, ticket_id)
            head, first = found.get((pk, keys.HEAD)), found.get((pk, keys.commit(1)))
            if head and first and "deleted" not in head:
                opened = _EVENTS.validate_json(first["events"]["S"])[0]
                if isinstance(opened, TicketOpened):
                    yield opened, Ticket.model_validate_json(head["doc"]["S"])

    def _batches(self, wanted: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        left = list(wanted)
        while left:
            some, left = left[:_MOST_KEYS], left[_MOST_KEYS:]
            request: Any = {"Keys": some, "ProjectionExpression": "pk, sk, doc, events, deleted"}
            answer: Any = self._client.batch_get_item(RequestItems={self._table: request})
            yield from answer["Responses"].get(self._table, ())
            left += answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])


def _months(low: str, high: str) -> Iterator[str]:
    """The months from the place `low` to the place `high`, written 2026-11; none where `high` comes first."""
    if high < low:
        return
    first, last = keys.month(low), keys.month(high)
    year, month = int(first[:4]), int(first[5:])
    while (written := f"{year:04d}-{month:02d}") <= last:
        yield written
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
