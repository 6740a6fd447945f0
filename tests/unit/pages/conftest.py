"""A desk in memory behind the pages: the default configuration, and tickets that both doors see."""

from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.desk.pages import routes, rule_pages, visit
from functions.desk.past import Past
from functions.desk.rule_editing import RuleEditing
from functions.shared.bodies import Bodies
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.ticketing import Tickets
from functions.shared.triaging import Triage
from tests.factories import DESK, default_config
from tests.fakes import (
    CountedIds,
    InMemoryBlobs,
    InMemoryCustomers,
    InMemoryIncidents,
    InMemoryTickets,
    NoLessons,
    OpenGate,
)
from tests.unit.identity.conftest import RingInMemory
from tests.unit.identity.pool import pool_tokens
from tests.unit.mail.standings import StandingsInMemory
from tests.unit.pages.rules_desk import Configurations, Drafts, Opened, Uses

RULES_MODULES = (wiring, visit, routes, rule_pages, http)
PUBLIC_URL = "http://localhost:8080"


@pytest.fixture
def parts() -> SimpleNamespace:
    """Behaves like `DeskWiring`."""
    config, store, blobs, ids = default_config(), InMemoryTickets(), InMemoryBlobs(), CountedIds()
    configurations = SimpleNamespace(live=lambda **_: config, last_read=lambda: config)
    bodies, incidents = Bodies(blobs, DESK), InMemoryIncidents(store)
    triage = Triage(configurations, store.shares, store, bodies, NoLessons(), incidents)
    return SimpleNamespace(
        desk_id=DESK,
        language=lambda: config.desk.default_language,
        config=configurations,
        store=store,
        incidents=incidents,
        rosters=store.shares,
        triage=triage,
        tickets=Tickets(store, lambda: clock_rules(config), ids),
        new_tickets=Tickets(store, lambda: clock_rules(config), ids, triage.at_the_door),
        blobs=blobs,
        bodies=bodies,
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


@pytest.fixture
def rules_desk(monkeypatch: pytest.MonkeyPatch, parts: SimpleNamespace) -> Iterator[Configurations]:
    """What the rules' pages read and write: one version is live, and there is no draft."""
    settings = SimpleNamespace(
        desk_id=DESK, public_url=PUBLIC_URL, sign_in_url="https://sign-in.example", user_pool_client_id="console-client"
    )
    parts.config = Configurations(default_config())
    parts.uses = Uses()
    editing = RuleEditing(parts.config, Drafts(), Past(parts.config.last_read, Opened()), parts.uses)
    rewire(
        monkeypatch,
        RULES_MODULES,
        parts,
        settings=settings,
        pool_tokens=pool_tokens(),
        user_pool=SimpleNamespace(),
        rule_editing=editing,
    )
    yield parts.config
    monkeypatch.undo()
    forget(RULES_MODULES)
