"""A desk in memory behind the pages: the default configuration, and tickets that both doors see."""

from collections.abc import Iterable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from functions.shared.bodies import Bodies
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.ticketing import Tickets
from tests.factories import DESK, default_config
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryCustomers, InMemoryIncidents, InMemoryTickets, OpenGate
from tests.unit.identity.conftest import RingInMemory
from tests.unit.mail.standings import StandingsInMemory

PUBLIC_URL = "http://localhost:8080"


@pytest.fixture
def parts() -> SimpleNamespace:
    """Behaves like `DeskWiring`."""
    config, store, blobs = default_config(), InMemoryTickets(), InMemoryBlobs()
    return SimpleNamespace(
        desk_id=DESK,
        language=lambda: config.desk.default_language,
        config=SimpleNamespace(live=lambda **_: config, last_read=lambda: config),
        store=store,
        incidents=InMemoryIncidents(store),
        rosters=store.shares,
        tickets=Tickets(store, lambda: clock_rules(config), CountedIds()),
        blobs=blobs,
        bodies=Bodies(blobs, DESK),
        directory=InMemoryCustomers(),
        standings=StandingsInMemory(),
    )


def rewire(
    monkeypatch: pytest.MonkeyPatch, modules: Sequence[ModuleType], parts: SimpleNamespace, **replaced: Any
) -> None:
    """Let the slice's `modules` be made of `parts`, of keys in memory, and of what else is `replaced` by name."""
    for name, part in {"wiring": parts, "keys": RingInMemory(), "gate": OpenGate(), **replaced}.items():
        for module in modules:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda part=part: part)
    forget(modules)


def forget(modules: Iterable[ModuleType]) -> None:
    """Let nothing that was built once outlive the test."""
    for module in modules:
        for part in vars(module).values():
            if hasattr(part, "cache_clear"):
                part.cache_clear()
