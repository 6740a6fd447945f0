"""Every event that was ever published must still be understood."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from functions.shared.contracts.events import SOURCE, AnyTicketEvent, TicketEvent

SAMPLES = Path(__file__).parents[2] / "events" / "bus"
ADAPTER: TypeAdapter[TicketEvent] = TypeAdapter(AnyTicketEvent)
EVENTS = get_args(get_args(AnyTicketEvent)[0])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_has_a_sample_of_its_version(event: type[TicketEvent]) -> None:
    assert (SAMPLES / f"{event.__name__}.v{event.schema_version}.json").is_file()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_published_sample_still_reads_and_writes_the_same(event: type[TicketEvent]) -> None:
    for path in SAMPLES.glob(f"{event.__name__}.v*.json"):
        envelope: dict[str, Any] = json.loads(path.read_text())
        read = ADAPTER.validate_python(envelope["detail"])

        assert envelope["source"] == SOURCE
        assert envelope["detail-type"] == read.type == event.__name__
        assert json.loads(read.model_dump_json(exclude_none=True)) == envelope["detail"]
