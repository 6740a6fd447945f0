"""Items of the single table, read one or many at once."""

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READS: Final = 5
_PAUSE_S: Final = 0.05
"""What a busy table leaves unread is asked for again, each time a little later."""
_AT_ONCE: Final = 100
_MOMENT_S: Final = 1.0

Item = dict[str, Any]
Place = tuple[str, str]
"""Partition key and sort key."""


class Along:
    """An item that is read along with others, since somebody will ask for it in a moment: one call instead of two."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._item: Item | None = None
        self._read_at = float("-inf")

    def tell(self, item: Item) -> None:
        """It was read just now; empty where there is none."""
        self._item, self._read_at = item, time.monotonic()

    def take(self) -> Item | None:
        """What was read along a moment ago, once; None where nobody did."""
        item, self._item = self._item, None
        return item if time.monotonic() - self._read_at < _MOMENT_S else None


class Items:
    """Reads items consistently."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def doc(self, pk: str, sk: str) -> str | None:
        """The document of one item."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return item["doc"]["S"] if item else None

    def many(self, wanted: Iterable[Place], along: Sequence[Along] = ()) -> dict[str, Item]:
        """The items there are of `wanted`, by partition key; `along` are told what was read for them.

        Raises:
            TimeoutError: the table stays too busy to answer.
        """
        places = dict.fromkeys([*wanted, *(one.place for one in along)])
        every: Any = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in places]
        found: dict[str, Item] = {}
        for start in range(0, len(every), _AT_ONCE):
            found |= self._some(every[start : start + _AT_ONCE])
        for one in along:
            one.tell(found.pop(one.place[0], {}))
        return found

    def _some(self, left: Any) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for attempt in range(_READS):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            asked: Any = {self._table: {"Keys": left, "ConsistentRead": True}}
            answer: Any = self._client.batch_get_item(RequestItems=asked)
            found |= {item["pk"]["S"]: item for item in answer["Responses"][self._table]}
            left = answer["UnprocessedKeys"].get(self._table, {}).get("Keys")
            if not left:
                return found
        raise TimeoutError(f"the table left {len(left)} keys unread")
