"""Every event that was ever published must still be understood."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from functions.shared.contracts.article_events import AnyArticleEvent
from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.contracts.events import SOURCE, AnyTicketEvent, Event

SAMPLES = Path(__file__).parents[2] / "events" / "bus"
ADAPTER: TypeAdapter[Event] = TypeAdapter(AnyTicketEvent | AnyArticleEvent | ConfigPublished)
EVENTS = [
    *(event for union in (AnyTicketEvent, AnyArticleEvent) for event in get_args(get_args(union)[0])),
    ConfigPublished,
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_has_a_sample_of_its_version(event: type[Event]) -> None:
    assert (SAMPLES / f"{event.__name__}.v{event.schema_version}.json").is_file()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_published_sample_still_reads_and_writes_the_same(event: type[Event]) -> None:
    for path in SAMPLES.glob(f"{event.__name__}.v*.json"):
        envelope: dict[str, Any] = json.loads(path.read_text())
        read = ADAPTER.validate_python(envelope["detail"])

        assert envelope["source"] == SOURCE
        assert envelope["detail-type"] == read.type == event.__name__
        assert json.loads(read.model_dump_json(exclude_none=True)) == envelope["detail"]
