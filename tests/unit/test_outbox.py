import json
from pathlib import Path
from typing import Any

import pytest

from functions.outbox import stream
from functions.shared.gateways.bus import Envelope, EventBus
from tests.lambdas import CONTEXT

SAMPLE = Path(__file__).parents[2] / "events" / "outbox_commit.json"


class RecordingBus:
    def __init__(self, refuse: tuple[int, ...] = ()) -> None:
        self.published: list[Envelope] = []
        self.refuse = list(refuse)

    def publish(self, envelopes: list[Envelope]) -> list[int]:
        self.published += envelopes
        return self.refuse


def record(number: int, *types: str, name: str = "INSERT") -> dict[str, Any]:
    events = [{"type": type_, "occurred_at": "2026-03-02T04:00:00Z", "text": "报表"} for type_ in types]
    return {
        "eventName": name,
        "dynamodb": {"SequenceNumber": str(number), "NewImage": {"events": {"S": json.dumps(events)}}},
    }


def run(monkeypatch: pytest.MonkeyPatch, bus: RecordingBus, *records: dict[str, Any]) -> Any:
    monkeypatch.setattr(stream, "bus", lambda: bus)
    return stream.handler({"Records": list(records)}, CONTEXT)


def test_every_event_of_every_commit_is_told_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RecordingBus()
    answer = run(monkeypatch, bus, record(1, "TicketOpened"), record(2, "ReplySent", "ClockStopped"))

    assert [envelope.detail_type for envelope in bus.published] == ["TicketOpened", "ReplySent", "ClockStopped"]
    assert "报表" in bus.published[0].detail
    assert answer == {"batchItemFailures": []}


def test_the_sample_of_a_commit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RecordingBus()
    run(monkeypatch, bus, *json.loads(SAMPLE.read_text(encoding="utf-8"))["Records"])

    assert [envelope.detail_type for envelope in bus.published] == ["TicketOpened"]


def test_what_is_not_a_new_commit_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RecordingBus()
    head = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": {"doc": {"S": "{}"}}}}
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "2", "OldImage": {}}}
    run(monkeypatch, bus, head, removed)

    assert bus.published == []


def test_the_stream_goes_on_from_the_first_commit_that_the_bus_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RecordingBus(refuse=(2, 3))
    answer = run(monkeypatch, bus, record(7, "TicketOpened"), record(8, "ReplySent", "ClockStopped"), record(9, "X"))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "8"}]}


class CountingClient:
    def __init__(self, refuse: str = "") -> None:
        self.calls: list[list[Any]] = []
        self.refuse = refuse

    def put_events(self, Entries: list[Any]) -> Any:
        self.calls.append(Entries)
        return {"Entries": [{} if entry["Detail"] == self.refuse else {"EventId": "1"} for entry in Entries]}


def test_a_call_takes_at_most_ten_events_and_stays_below_the_size_limit() -> None:
    client = CountingClient()
    small = [Envelope("X", "{}", "2026-03-02T04:00:00Z")] * 25
    large = [Envelope("X", "x" * 100_000, "2026-03-02T04:00:00Z")] * 5
    EventBus(client, "bus").publish([*small, *large])  # type: ignore[arg-type]  # only put_events is called

    assert [len(call) for call in client.calls] == [10, 10, 7, 2, 1]


def test_refused_events_are_named_by_their_position() -> None:
    client = CountingClient(refuse="bad")
    envelopes = [Envelope("X", "bad" if at in (3, 12) else "{}", "2026-03-02T04:00:00Z") for at in range(15)]

    assert EventBus(client, "bus").publish(envelopes) == [3, 12]  # type: ignore[arg-type]  # only put_events is called
