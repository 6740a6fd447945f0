"""Rules on the local cloud: a published one acts on the next ticket and on what follows; a bad one changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.local.settings import ROOT, LocalSettings
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk, events_of

pytestmark = pytest.mark.e2e

PROBLEM = json.loads((ROOT / "events" / "samples" / "problems" / "04-report-stuck-en.json").read_text())

RULES = """
rules:
  - id: e2e-new
    name: {zh: 新工单打标, en: Tag the new}
    when: {field: text, op: contains, value: 量子缆}
    then: [{do: add_tags, tags: [e2e-new]}]
  - id: e2e-urged
    name: {zh: 催单升级, en: Raise what is urged}
    on: [message]
    when:
      all:
        - {field: message, op: contains_any, value: [催, urgent]}
        - {field: contact.open_tickets, op: at_least, value: 1}
    then: [{do: set_priority, priority: P0}]
  - id: e2e-follow
    name: {zh: 升为 P0 时打标, en: Tag what became P0}
    on: [updated]
    when: {field: priority, op: changed_to, value: P0}
    then: [{do: add_tags, tags: [e2e-raised]}]
"""
BAD = """
rules:
  - id: e2e-bad
    name: {zh: 坏规则, en: Bad}
    when: {field: text, op: matches, value: "(a{1000}){1000}"}
    then: [{do: add_tags, tags: [never]}]
"""


@pytest.fixture
def rules_file(cloud: LocalSettings) -> Any:
    """A further file of rules; when the test is over it is gone, and the rules without it are live."""
    file = cloud.config / "rules" / "z-e2e.yaml"

    def publish(text: str) -> None:
        file.write_text(text, encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config))

    yield publish
    file.unlink()
    run_desk(cloud, "config", "publish", str(cloud.config))


def test_a_published_rule_acts_on_the_next_ticket_and_rules_follow_one_another(
    cloud: LocalSettings, desk: RunningDesk, rules_file: Callable[[str], None]
) -> None:
    before = desk.triaged(desk.report({**PROBLEM, "title": "量子缆断了"}).json()["reference"])
    rules_file(RULES)

    opened = desk.report({**PROBLEM, "title": "量子缆又断了"}).json()
    reference = opened["reference"]
    assert "e2e-new" in desk.triaged(reference)["tags"]
    assert "e2e-new" not in before["tags"]
    desk.call("POST", f"/api/v1/tickets/{reference}/messages", token=opened["token"], json={"text": "催一下"})

    def raised() -> dict[str, Any] | None:
        ticket = desk.ticket(reference)
        return ticket if "e2e-raised" in ticket["tags"] else None

    ticket = desk.until(raised, what="the second rule's act")
    assert ticket["priority"] == "P0"
    first, second = events_of(ticket, "RulesApplied")
    assert (first["matched_rules"], second["matched_rules"]) == (["e2e-urged"], ["e2e-follow"])
    assert first["counts"]["contact.open_tickets"] >= 1
    assert second["chain"] == {"rules": ["e2e-urged", "e2e-follow"], "length": 2}

    why = run_desk(cloud, "rules", "explain", reference, "--rule", "e2e-urged", "--event", "1")
    assert "is for other occasions" in why
    assert "e2e-urged (“Raise what is urged”" in run_desk(cloud, "rules", "explain", reference, "--rule", "e2e-urged")


def test_a_bad_rule_is_refused_with_its_line_and_the_live_rules_stay(cloud: LocalSettings, tmp_path: Path) -> None:
    live = run_desk(cloud, "config", "show")
    folder = tmp_path / "config"
    _copy(cloud.config, folder)
    (folder / "rules" / "bad.yaml").write_text(BAD, encoding="utf-8")

    with pytest.raises(pytest.fail.Exception, match=r"bad\.yaml:5.*the expression cannot be read"):
        run_desk(cloud, "config", "publish", str(folder))

    assert run_desk(cloud, "config", "show") == live


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*.yaml"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
