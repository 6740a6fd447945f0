"""The single table on paper: what a walk over open tickets asks of DynamoDB, answered in memory and counted.

The gateway that runs on it is the real one, with all of its JSON and its transactions; what is missing is the network.
"""

import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

Item = dict[str, Any]


class Cancelled(Exception):
    """A transaction whose conditions do not hold."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("cancelled")
        self.response = {"CancellationReasons": [{"Code": reason} for reason in reasons]}


class PaperTable:
    """Heads and commits, and the index of queues."""

    exceptions: Final = SimpleNamespace(
        TransactionCanceledException=Cancelled, ConditionalCheckFailedException=Cancelled
    )

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.queues: dict[str, list[tuple[str, str]]] = {}
        self.calls: Counter[str] = Counter()

    def put(self, item: Item) -> None:
        """Store an item, and move its line in the queue."""
        key = (item["pk"]["S"], item["sk"]["S"])
        old = self.items.get(key)
        before, after = _line(old), _line(item)
        if before != after:
            if before:
                lines = self.queues[before[0]]
                del lines[bisect.bisect_left(lines, before[1:])]
            if after:
                bisect.insort(self.queues.setdefault(after[0], []), after[1:])
        self.items[key] = item

    def get_item(self, *, Key: Mapping[str, Any], **_: Any) -> dict[str, Any]:  # as boto3 calls it
        self.calls["get_item"] += 1
        item = self.items.get((Key["pk"]["S"], Key["sk"]["S"]))
        return {"Item": item} if item else {}

    def put_item(self, *, Item: Item, **_: Any) -> None:
        self.calls["put_item"] += 1
        self.items.setdefault((Item["pk"]["S"], Item["sk"]["S"]), Item)

    def query(
        self,
        *,
        ExpressionAttributeValues: Mapping[str, Any],
        Limit: int,
        **_: Any,
    ) -> dict[str, Any]:
        self.calls["query"] += 1
        values = ExpressionAttributeValues
        lines = self.queues.get(values[":value"]["S"], [])
        first = bisect.bisect_right(lines, (values[":after"]["S"], "~")) if ":after" in values else 0
        return {"Items": [self.items[pk, "HEAD"] for _, pk in lines[first : first + Limit]]}

    def transact_write_items(self, *, TransactItems: Sequence[Mapping[str, Any]]) -> None:
        self.calls["transact_write_items"] += 1
        puts = [write["Put"] for write in TransactItems]
        reasons = [self._reason(put) for put in puts]
        if any(reason != "None" for reason in reasons):
            raise Cancelled(reasons)
        for put in puts:
            self.put(put["Item"])

    def _reason(self, put: Mapping[str, Any]) -> str:
        values = put.get("ExpressionAttributeValues")
        if not values:
            return "None"
        stored = self.items[put["Item"]["pk"]["S"], put["Item"]["sk"]["S"]]
        holds = stored["version"] == values[":version"] and stored["last_sequence"] == values[":sequence"]
        return "None" if holds else "ConditionalCheckFailed"


def _line(item: Item | None) -> tuple[str, str, str] | None:
    return (item["queue_pk"]["S"], item["queue_sk"]["S"], item["pk"]["S"]) if item and "queue_pk" in item else None
