"""What other policies or calendars would have made of past tickets."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from functions.shared.contracts.words import Metric, Priority
from functions.shared.domain.cycles import cycles_of
from functions.shared.domain.policies import Sla
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.what_if import outcomes, retold
from ops.cli import app
from ops.desk_client import DeskClient
from ops.failure import Failure
from tests.unit.sla_desk import FIRST, RESOLUTION, RULES, SLA, Desk, as_written, minutes, steps
from tests.unit.test_cycles import Story, tell
from tests.unit.test_sla_explain import served

CONFIG = Path(__file__).parents[2] / "config"


def rules(priority: str, **targets: Any) -> SlaRules:
    """The desk's rules with other targets for one priority."""
    standard = SLA["policies"][1]
    changed = {**standard, "targets": {**standard["targets"], priority: targets}}
    return SlaRules(Sla.model_validate({**SLA, "policies": [changed]}), as_written)


def differences(story: Story, changed: SlaRules, minute: float) -> dict[tuple[Metric, int], str]:
    desk = Desk(Priority.P1)
    tell(desk, story)
    found = outcomes(desk.store.timeline(desk.id), changed, minutes(minute))
    return {(outcome.metric, outcome.cycle): outcome.difference for outcome in found}


def test_a_shorter_target_gains_breaches_and_a_longer_one_loses_them() -> None:
    story = [("reply", 40), ("resolve", 100)]
    shorter = rules("P1", first_response="30m", resolution="24h")
    assert differences(story, shorter, 200) == {(FIRST, 1): "gained", (RESOLUTION, 1): "same"}
    assert differences([("reply", 90), ("resolve", 100)], rules("P1", first_response="2h"), 200)[FIRST, 1] == "lost"


def test_what_is_still_open_counts_as_it_would_stand_now() -> None:
    changed = rules("P1", first_response="1h", resolution="2h")
    story = [("reply", 10)]
    assert differences(story, changed, 119)[RESOLUTION, 1] == "same"
    assert differences(story, changed, 120)[RESOLUTION, 1] == "gained"


@settings(max_examples=100, deadline=None)
@given(story=steps)
def test_the_same_rules_tell_the_same_story(story: Story) -> None:
    desk = Desk()
    tell(desk, story)
    timeline = desk.store.timeline(desk.id)
    now = timeline[-1].occurred_at
    again = {(one.clock.metric, one.clock.cycle): one.clock for one in cycles_of(retold(timeline, RULES, now))}
    assert again == {(one.clock.metric, one.clock.cycle): one.clock for one in cycles_of(timeline)}
    assert {outcome.difference for outcome in outcomes(timeline, RULES, now)} <= {"same"}


@settings(max_examples=50, deadline=None)
@given(story=steps, share=st.integers(1, 200))
def test_other_rules_leave_the_facts_as_they_were(story: Story, share: int) -> None:
    desk = Desk()
    tell(desk, story)
    timeline = desk.store.timeline(desk.id)
    told = retold(timeline, rules("P1", first_response=f"{share}m"), timeline[-1].occurred_at)
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))
    kinds = [event.type for event in timeline if not event.type.startswith(("Clock", "Sla", "TicketEsc"))]
    assert [event.type for event in told if not event.type.startswith(("Clock", "Sla", "TicketEsc"))] == kinds


class Client:
    """Two tickets of the running desk: one answered after 40 minutes, the other after two hours."""

    def __init__(self) -> None:
        self.desks = {"AS-1": Desk(Priority.P1), "AS-2": Desk(Priority.P1)}
        tell(self.desks["AS-1"], [("reply", 40), ("resolve", 10)])
        tell(self.desks["AS-2"], [("reply", 120), ("resolve", 10)])

    def queue(self, teams: list[str], statuses: list[str], limit: int) -> list[dict[str, Any]]:
        del limit
        opened = {"opened_at": minutes(0).isoformat()}
        wanted = (teams, statuses) == (["first-line"], ["resolved"])
        return [{"reference": reference, **opened} for reference in self.desks] if wanted else []

    def ticket(self, reference: str) -> dict[str, Any]:
        return served(self.desks[reference])


def what_if(monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setattr(DeskClient, "as_staff", Client)
    result = CliRunner().invoke(app, ["sla", "what-if", "--folder", str(CONFIG), *options])
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.fixture
def policy(tmp_path: Path) -> str:
    """Half an hour for a first response to P1."""
    path = tmp_path / "strict.yaml"
    targets = "{P1: {calendar: always, first_response: 30m, resolution: 24h}}"
    path.write_text(f"policies:\n  - {{id: strict, calendar: default, targets: {targets}}}\n")
    return str(path)


def test_breaches_gained_and_lost_are_told_by_priority_and_team(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    told = json.loads(what_if(monkeypatch, "--policy", policy, "--since", "9999d", "--json"))
    assert told["groups"] == [
        {"priority": "P1", "team": "first-line", "cycles": 4, "late": 1, "would_be_late": 2, "gained": 1, "lost": 0}
    ]
    (change,) = told["changes"]
    assert (change["reference"], change["metric"], change["breach"]) == ("AS-1", "first_response", "gained")
    assert datetime.fromisoformat(change["due_at"]) - datetime.fromisoformat(change["would_be_due_at"]) == timedelta(
        minutes=30
    )
    printed = what_if(monkeypatch, "--policy", policy, "--since", "9999d")
    assert "2 tickets opened since" in printed
    assert "gained" in printed


def test_the_folders_own_policies_are_tried_when_no_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No result would differ." in what_if(monkeypatch, "--since", "9999d")


def test_older_tickets_are_left_out(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    assert "0 tickets opened since" in what_if(monkeypatch, "--policy", policy, "--since", "1h")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("policies: [{id: a}]\n", "calendar: is missing"),
        ("policies:\n  - {id: a, calendar: moon, targets: {}}\n", "moon"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(Failure, match=rf"bad\.yaml:\d+: .*{sentence}"):
        what_if(monkeypatch, "--policy", str(path))
    with pytest.raises(Failure, match="cannot be read"):
        what_if(monkeypatch, "--policy", str(tmp_path / "none.yaml"))
    with pytest.raises(Failure, match="not a time such as"):
        what_if(monkeypatch, "--since", "soon")
