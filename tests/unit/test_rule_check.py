"""`desk rules check`: what is doubtful about sound rules is named with its place."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.shared.domain.rule_check import Doubt, DoubtKind, doubts, silent
from functions.shared.domain.rules import Rule
from ops.cli import app
from ops.desk_client import DeskClient
from ops.failure import Failure
from tests.factories import default_config

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CONFIG = Path(__file__).parents[2] / "config"
INVOICE = {"field": "text", "op": "contains", "value": "invoice"}
MONEY = {"field": "text", "op": "contains_any", "value": ["invoice", "contract"]}
API = {"field": "module", "op": "is", "value": "api"}


def rule(id: str, when: Any = None, *, then: Any = None, **changes: Any) -> Rule:
    return Rule.model_validate(
        {
            "id": id,
            "name": {"zh": id, "en": id},
            "when": when,
            "then": then or [{"do": "add_tags", "tags": ["seen"]}],
            **changes,
        }
    )


def found(*rules: Rule) -> list[tuple[str, DoubtKind, str]]:
    return [(one.rule, one.kind, one.sentence.en.partition(": ")[2]) for one in doubts(rules, NOW)]


def kinds(*rules: Rule) -> list[tuple[str, str]]:
    return [(name, str(kind)) for name, kind, _ in found(*rules)]


def test_a_rule_behind_a_wider_stop_is_never_reached() -> None:
    [(name, kind, sentence)] = found(rule("wide", MONEY, stop=True), rule("narrow", {"all": [INVOICE, API]}))

    assert (name, kind) == ("narrow", DoubtKind.UNREACHABLE)
    assert sentence == 'it is never reached: whatever it would match, "wide" before it matches too, and stops'


@pytest.mark.parametrize(
    "stop",
    [
        rule("wide", MONEY),
        rule("wide", INVOICE | {"exact": True}, stop=True),
        rule("wide", MONEY, stop=True, enabled=False),
        rule("wide", MONEY, stop=True, on=["updated"]),
        rule("wide", MONEY, stop=True, until="2027-01-01T00:00:00Z"),
        rule("wide", {"all": [MONEY, API]}, stop=True),
    ],
)
def test_a_rule_that_may_be_reached_is_not_complained_of(stop: Rule) -> None:
    assert found(stop, rule("narrow", INVOICE)) == []


def test_stops_may_cover_a_rule_together() -> None:
    first = rule("no-module", {"field": "module", "op": "empty"}, stop=True)
    second = rule("some-module", {"field": "module", "op": "not_empty"}, stop=True)

    assert kinds(first, second, rule("rest")) == [("rest", "unreachable")]
    assert kinds(first, rule("rest")) == []


def test_each_occasion_is_covered_by_itself() -> None:
    opened = rule("opened", stop=True, on=["opened"])
    updated = rule("updated", stop=True, on=["updated"])
    both = rule("both", MONEY, on=["opened", "updated"])

    assert kinds(opened, updated, both) == [("both", "unreachable")]
    assert kinds(opened, both) == []


def test_conditions_and_alternatives_that_never_hold_are_named_with_their_place() -> None:
    p0, p1 = ({"field": "priority", "op": "is", "value": value} for value in ("P0", "P1"))
    never = rule("never", {"all": [p0, p1]})
    half = rule("half", {"all": [API, {"any": [INVOICE, {"all": [p0, p1]}]}]})

    assert [doubt.place for doubt in doubts([never, half], NOW)] == [
        ("rules", 0, "when"),
        ("rules", 1, "when", "all", 1, "any", 1),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"do": "add_tags", "tags": ["a", "b"]}, {"do": "remove_tags", "tags": ["b"]}),
        ({"do": "set_priority", "priority": "P1"}, {"do": "set_priority", "priority": "P2"}),
        ({"do": "raise_priority", "priority": "P1"}, {"do": "set_priority", "priority": "P2"}),
        ({"do": "assign", "person": "li-na"}, {"do": "set_team", "team": "finance"}),
        ({"do": "add_tags", "tags": ["發票"]}, {"do": "remove_tags", "tags": ["发票"]}),
        (
            {"do": "set_field", "field": "fields.a", "value": 1},
            {"do": "set_field", "field": "fields.a", "value": 2},
        ),
    ],
)
def test_actions_that_undo_each_other_are_named(first: Any, second: Any) -> None:
    [doubt] = doubts([rule("both", then=[first, second])], NOW)

    assert (doubt.kind, doubt.place) == (DoubtKind.UNDOES, ("rules", 0, "then", 1))
    assert doubts([rule("one", then=[first, first])], NOW) == []


def test_a_rule_whose_time_is_over_is_named() -> None:
    over = rule("over", until=(NOW - timedelta(days=1)).isoformat())
    assert kinds(over, rule("off", until=(NOW - timedelta(days=1)).isoformat(), enabled=False)) == [("over", "over")]


def test_rules_that_never_matched_are_named_when_there_were_tickets() -> None:
    rules = [rule("seen"), rule("never", API), rule("off", enabled=False), rule("later", on=["updated"])]

    def named(tickets: int) -> list[Doubt]:
        return silent(rules, {"never", "off"}, tickets, 90, NOW)

    assert [doubt.rule for doubt in named(12)] == ["never"]
    assert named(0) == []


def test_the_default_rules_leave_nothing_to_look_at() -> None:
    assert doubts(default_config().rules, NOW) == []


FILE = """rules:
  - id: money
    name: {zh: 钱, en: Money}
    when: {field: text, op: contains_any, value: [invoice, contract]}
    then: [{do: set_team, team: finance}]
    stop: true
  - id: invoices
    name: {zh: 发票, en: Invoices}
    when: {field: title, op: contains, value: invoice}
    then: [{do: set_priority, priority: P2}]
"""


def check(tmp_path: Path, text: str, *arguments: str) -> Any:
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    command = ["rules", "check", str(tmp_path / "rules.yaml"), "--config", str(CONFIG)]
    return CliRunner().invoke(app, [*command, *arguments])


def test_the_command_names_file_line_and_place(tmp_path: Path) -> None:
    result = check(tmp_path, FILE)

    warning, summary = result.stdout.splitlines()
    assert warning.startswith(f'{tmp_path}/rules.yaml:7: rules[1]: rule "invoices": it is never reached')
    assert summary == f"{tmp_path}/rules.yaml: 2 rules, all sound; 1 warning."


@pytest.mark.parametrize("blank", ["", " null", " ~"])
def test_the_command_names_a_condition_left_blank(tmp_path: Path, blank: str) -> None:
    text = FILE.replace(" {field: title, op: contains, value: invoice}", blank)
    first, *_ = check(tmp_path, text).stdout.splitlines()

    assert first.startswith(f'{tmp_path}/rules.yaml:9: rules[1].when: rule "invoices": its condition is blank')


def test_the_command_refuses_what_is_wrong_for_this_desk(tmp_path: Path) -> None:
    result = check(tmp_path, FILE.replace("team: finance", "team: nobody"))

    assert isinstance(result.exception, Failure)
    assert str(result.exception) == f'{tmp_path}/rules.yaml:5: rules[0].then[0].team: no team "nobody"'


def test_the_command_names_rules_that_the_desks_past_never_matched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Client:
        def past_tickets(self, since: datetime, until: datetime) -> Any:
            del since, until
            yield {"id": "AS-1", "title": "the contract", "opened_at": NOW.isoformat()}

    monkeypatch.setattr(DeskClient, "as_staff", Client)

    *_, silent_one, summary = check(tmp_path, FILE, "--since", "90d").stdout.splitlines()

    assert 'rule "invoices": it matched none of the 1 tickets of the last 90 days' in silent_one
    assert summary.endswith("2 warnings.")
