"""A rule written over the API decides on the next ticket, and rolled back it decides on none."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.shared.contracts.words import Role
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.running_desk import RunningDesk, events_of
from tests.e2e.test_main_job import problem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def manager(cloud: LocalSettings) -> Iterator[RunningDesk]:
    running = RunningDesk(Endpoints.read(cloud.endpoints_file).model_dump(), for_role(cloud, Role.MANAGER))
    with closing(running):
        yield running


def test_a_rule_saved_through_the_api_takes_effect_on_the_next_ticket_and_so_does_its_rollback(
    manager: RunningDesk,
) -> None:
    word = f"word-{uuid.uuid4().hex[:8]}"
    draft = manager.agent("GET", "/rules/draft")
    rule = {
        "id": f"rule-{word}",
        "name": {"zh": "试验", "en": "Trial"},
        "when": {"field": "text", "op": "contains", "value": word},
        "then": [{"do": "set_team", "team": "finance"}, {"do": "add_tags", "tags": [word]}],
        "examples": [{"ticket": {"title": f"about {word}"}, "matches": True}],
    }
    body = {"revision": draft["revision"], "rules": [*draft["rules"], rule]}
    saved = manager.agent("PUT", "/rules/draft", json=body)
    assert saved["check"]["errors"] == []

    published = manager.agent("POST", "/rules/draft/publish", json={"revision": saved["revision"], "note": "trial"})
    try:
        ticket = triaged(manager, word)
        assert (ticket["team"], word in ticket["tags"]) == ("finance", True)
        [decided] = events_of(ticket, "TicketTriaged")
        assert (decided["config_version"], rule["id"] in decided["matched_rules"]) == (published["version"], True)
    finally:
        restored = manager.agent("POST", f"/rules/versions/{draft['live']}/restore", json={"note": "enough"})

    ticket = triaged(manager, word)
    assert word not in ticket["tags"]
    assert events_of(ticket, "TicketTriaged")[0]["config_version"] == restored["version"]
    newest, before = manager.agent("GET", "/rules/versions?limit=2")
    assert (newest["restores"], before["note"], before["source"]) == (draft["live"], "trial", "editor")


def test_the_desks_past_is_listed_and_a_draft_is_tried_on_it(manager: RunningDesk) -> None:
    reference = manager.report(problem(title="要一张发票", description="谢谢", module="billing")).json()["reference"]
    manager.triaged(reference)
    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()

    lines = manager.agent("GET", "/past-tickets", params={"since": since, "limit": 100, "order": "newest"})
    [past] = [line for line in lines if line["id"] == reference]

    assert past["outcome"]["team"] == "finance"
    report = manager.agent("POST", "/rules/draft/backtest", json={"tickets": 10})
    assert report["tickets"] >= 1
    assert report["matched"]["invoice-to-finance"] >= 1


def triaged(desk: RunningDesk, word: str) -> dict[str, Any]:
    reported = desk.report(problem(title=f"about {word}", description="please look", module="other")).json()
    return desk.triaged(reported["reference"])
