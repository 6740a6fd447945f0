"""The desk's event bus."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.shared.contracts.events import SOURCE

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_ENTRIES_PER_CALL = 10
_BYTES_PER_CALL = 240_000
"""EventBridge takes 256 KB a call, names and times included."""


@dataclass(frozen=True)
class Envelope:
    """An event ready to be published: its name, its JSON, and when it happened (ISO 8601)."""

    detail_type: str
    detail: str
    occurred_at: str


class EventBus:
    """Publishes events, several a call."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, envelopes: Sequence[Envelope]) -> list[int]:
        """Publish in order; returns the positions of those that the bus did not take."""
        refused: list[int] = []
        start = 0
        for batch in _batches(envelopes):
            answer = self._client.put_events(Entries=[self._entry(envelope) for envelope in batch])
            refused += [start + at for at, entry in enumerate(answer["Entries"]) if "EventId" not in entry]
            start += len(batch)
        return refused

    def _entry(self, envelope: Envelope) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": envelope.detail_type,
            "Detail": envelope.detail,
            "Time": envelope.occurred_at,
        }


def _batches(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    batch: list[Envelope] = []
    size = 0
    for envelope in envelopes:
        added = len(envelope.detail.encode())
        if batch and (len(batch) == _ENTRIES_PER_CALL or size + added > _BYTES_PER_CALL):
            yield batch
            batch, size = [], 0
        batch.append(envelope)
        size += added
    if batch:
        yield batch
