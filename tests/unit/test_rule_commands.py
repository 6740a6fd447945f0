"""`desk rules run`: rules tried on tickets of a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.shared.domain.facts import FIELDS
from functions.shared.domain.past_tickets import PastTicket
from ops.cli import app
from ops.desk_client import DeskClient
from ops.failure import Failure
from tests.factories import default_config

CONFIG = Path(__file__).parents[2] / "config"

RULES = """rules:
  - id: invoice-to-finance
    name: {zh: 发票合同转财务, en: Invoices and contracts to finance}
    on: [opened]                       # opened | message | updated | escalated | timer
    when:
      all:
        - {field: text, op: contains_any, value: [发票, 合同, invoice, contract]}
        - not: {field: company.tier, op: in, value: [blocked]}
        - any: [{field: module, op: empty}, {field: module, op: is, value: billing}]
    then: [{do: set_team, team: finance}, {do: add_tags, tags: [billing]}]
    stop: true                         # rules are tried in file order
    examples: [{ticket: {title: 开发票, description: 请开专票}, matches: true}]
  - id: vip
    name: {zh: VIP, en: VIP}
    when: {field: company.tier, op: is, value: vip}
    then: [{do: raise_priority, priority: P1}, {do: set_team, team: vip}]
  - id: rest
    name: {zh: 其他, en: The rest}
    then: [{do: set_team, team: first-line}, {do: set_field, field: fields.seen, value: true}]
  - id: later
    name: {zh: 以后, en: Later}
    on: [updated]
    when: {field: priority, op: changed_to, value: P0}
    then: [{do: start_procedure, procedure: outage}]
"""
TICKET: dict[str, Any] = {
    "id": "t1",
    "title": "帳單",
    "description": "請開發票",
    "channel": "email",
    "priority": "P2",
    "module": None,
    "company": {"name": "Acme", "tier": "standard"},
    "contact": {"address": "wang@acme.example"},
    "fields": {},
    "tags": ["new"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def tried(folder: Path, *tickets: object, arguments: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What is printed, one answer a line; a ticket given as text is written as it is."""
    lines = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in tickets)
    (folder / "tickets.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["rules", "run", "--rules", "rules.yaml", "--tickets", "tickets.jsonl", *arguments], catch_exceptions=True
    )
    if result.exception and not isinstance(result.exception, Failure):
        raise result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def refused(folder: Path, rules: str | bytes) -> str:
    """What the command says against `rules`."""
    (folder / "rules.yaml").write_bytes(rules if isinstance(rules, bytes) else rules.encode())
    (folder / "tickets.jsonl").write_text("{}")
    result = CliRunner().invoke(app, ["rules", "run", "--rules", "rules.yaml", "--tickets", "tickets.jsonl"])
    assert isinstance(result.exception, Failure)
    assert result.stdout == ""
    return str(result.exception)


def one_rule(when: str) -> str:
    return (
        f"rules:\n  - id: one\n    name: {{zh: 一, en: one}}\n    when: {when}\n    then: [{{do: set_team, team: x}}]\n"
    )


def test_a_ticket_is_answered_with_what_matched_what_is_set_and_why(folder):
    (answer,) = tried(folder, TICKET)

    assert list(answer) == ["id", "matched", "set", "trace"]
    assert answer["id"] == "t1"
    assert answer["matched"] == ["invoice-to-finance"]
    assert answer["set"] == {"team": "finance", "tags": ["new", "billing"]}
    assert [line["fate"] for line in answer["trace"]] == ["matched", "not_reached", "not_reached", "not_reached"]
    words = answer["trace"][0]["when"]["parts"][0]
    assert words["found"] == ["发票"]
    assert words["seen"] == "帳單\n請開發票"


def test_how_one_of_the_team_is_chosen_is_part_of_what_is_set(folder):
    rule = one_rule("{field: title, op: not_empty}").replace(
        "{do: set_team, team: x}", "{do: assign, by: skill, skills: [mobile]}"
    )
    (folder / "rules.yaml").write_text(rule, encoding="utf-8")

    assert tried(folder, TICKET)[0]["set"] == {"assign": {"by": "skill", "skills": ["mobile"]}}


def test_hours_and_working_time_are_the_desks(folder):
    calendar = next(iter(default_config().calendars))
    when = (
        f"{{all: [{{field: hour, op: at_least, value: 10}}, {{field: working_time.{calendar}, op: is, value: true}}]}}"
    )
    (folder / "rules.yaml").write_text(one_rule(when), encoding="utf-8")
    tuesday = {"id": "t", "title": "x", "opened_at": "2026-11-17T02:30:00+00:00"}

    assert tried(folder, tuesday)[0]["matched"] == []
    assert tried(folder, tuesday, arguments=("--config", str(CONFIG)))[0]["matched"] == ["one"]


def test_a_later_rule_overrides_an_earlier_one(folder):
    (answer,) = tried(folder, TICKET | {"description": "", "company": {"tier": "VIP"}})

    assert answer["matched"] == ["vip", "rest"]
    assert answer["set"] == {"priority": "P1", "team": "first-line", "fields": {"seen": True}}


def test_a_raise_that_raises_nothing_sets_nothing(folder):
    (answer,) = tried(folder, {"title": "x", "priority": "P0", "company": {"tier": "vip"}})

    assert "priority" not in answer["set"]


def test_latin_words_are_whole_and_the_first_message_is_part_of_the_text(folder):
    answers = tried(
        folder, {"id": 1, "title": "contractor"}, {"id": 2, "title": "x", "first_message": "The CONTRACT, please."}
    )

    assert [(answer["id"], answer["matched"]) for answer in answers] == [(1, ["rest"]), (2, ["invoice-to-finance"])]


def test_a_ticket_may_lack_everything_or_carry_more_than_is_known(folder):
    answers = tried(folder, {}, {"id": "a", "title": None, "company": None, "tags": None, "channel": "fax", "x": 1})

    assert [answer["matched"] for answer in answers] == [["rest"], ["rest"]]


def test_a_change_is_seen_where_the_line_says_what_was_before(folder):
    changed = {"priority": "P0", "previous": {"priority": "P2"}}
    answers = tried(folder, changed, {"priority": "P0"}, arguments=("--on", "updated"))

    assert [answer["set"] for answer in answers] == [{"procedure": "outage"}, {}]


def test_lines_that_are_no_tickets_are_named_and_the_others_answered(folder):
    answers = tried(folder, TICKET, "", "{", "[]", {"id": "bad", "title": 3}, "[" * 100_000, TICKET)

    assert [answer.get("matched") is not None for answer in answers] == [True, False, False, False, False, True]
    assert answers[1]["error"].startswith("tickets.jsonl:3: this is no JSON: ")
    assert answers[3] == {"id": "bad", "error": "tickets.jsonl:5: title: is not a text"}


@pytest.mark.parametrize("opened_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_ticket_opened_where_no_clock_reaches_is_named_and_the_others_answered(folder, opened_at):
    far, other = tried(folder, {"id": "far", "opened_at": opened_at}, TICKET)

    reason = "opened_at: instants lie in the years 1900 to 2199"
    assert far == {"id": "far", "error": f"tickets.jsonl:1: {reason}"}
    assert other["matched"]


def test_the_command_fails_when_a_line_is_no_ticket(folder):
    (folder / "tickets.jsonl").write_text("{}\nx\n")

    result = CliRunner().invoke(app, ["rules", "run", "--rules", "rules.yaml", "--tickets", "tickets.jsonl"])

    assert isinstance(result.exception, Failure)
    assert str(result.exception) == "1 line is no ticket."


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ("rules:\n  - {id: a\n", "rules.yaml:2: "),
        (
            one_rule("{field: txt, op: is, value: x}"),
            'rules.yaml:4: rules[0].when: no field "txt", did you mean "text"?',
        ),
        (one_rule("{field: text, op: sounds_like, value: x}"), "rules.yaml:4: rules[0].when.op: "),
        (one_rule("{field: text, op: matches, value: '(x{1,1000}){1,1000}'}"), "rules.yaml:4: rules[0].when: the expr"),
        (one_rule(r"{field: text, op: matches, value: '(a)\1'}"), "rules.yaml:4: rules[0].when: the expression cannot"),
        (one_rule("{all: []}"), "rules.yaml:4: rules[0].when.all: "),
        (one_rule("&a {not: *a}"), "rules.yaml:4: aliases (*) are not allowed here"),
        (one_rule("{not: " * 70 + "x" + "}" * 70), "rules.yaml:4: this nests too deep"),
        (
            one_rule("{not: " * 20 + "{field: text, op: empty}" + "}" * 20),
            "rules.yaml:4: rules[0].when: conditions nest",
        ),
        (
            RULES + RULES.removeprefix("rules:\n"),
            'rules.yaml:25: rules[4].id: "invoice-to-finance" is taken by rules[0]',
        ),
        ("rules:\n" + "#" * 5_000_000, "rules.yaml:1: the file has more than 4,000,000 bytes"),
        ("rules: [{id: a, name: {zh: a, en: a}, then: [{do: dance}]}]", "rules.yaml:1: rules[0].then[0]: no "),
        ("", 'rules.yaml:1: a file of rules has one key, "rules"'),
        ("rules: 3", "rules.yaml:1: rules: is not a list"),
        (b"rules: \xff", "rules.yaml:1: this is not UTF-8"),
    ],
)
def test_a_faulty_file_is_refused_with_file_line_and_reason(folder, rules, fault):
    assert refused(folder, rules).startswith(fault)


def test_rules_in_a_circle_are_refused(folder):
    rules = """rules:
  - {id: up, name: {zh: 升, en: up}, on: [updated], when: {field: priority, op: is, value: P2},
     then: [{do: set_priority, priority: P1}]}
  - {id: down, name: {zh: 降, en: down}, on: [updated], when: {field: priority, op: is, value: P1},
     then: [{do: set_priority, priority: P2}]}
"""
    assert refused(folder, rules) == (
        'rules.yaml:2: rules[0]: the rules "up", "down" would set one another off without end, by changing priority'
    )


def test_a_file_that_is_not_there_is_named(folder):
    for missing in ("rules", "tickets"):
        names = {"rules": "rules.yaml", "tickets": "tickets.jsonl", missing: "nowhere"}
        (folder / "tickets.jsonl").write_text("{}")
        arguments = ["rules", "run", "--rules", names["rules"], "--tickets", names["tickets"]]
        result = CliRunner().invoke(app, arguments)
        assert "nowhere" in str(result.exception)


def test_every_field_of_a_ticket_can_stand_in_a_line():
    assert set(FIELDS) <= set(PastTicket().values())


def test_why_a_rule_did_not_act_is_asked_of_the_running_desk(monkeypatch):
    reason = {
        "reference": "AS-7F3K-92QD",
        "rule": "vip-first",
        "name": {"zh": "VIP 优先", "en": "VIP first"},
        "version": 3,
        "event": 1,
        "event_type": "TicketOpened",
        "fate": "not_matched",
        "stopped_by": None,
        "holds": False,
        "when": {"kind": "leaf", "holds": False, "field": "company.tier", "op": "is", "value": "vip", "seen": None},
    }
    asked = []

    class Client:
        def rule_reason(self, reference: str, rule: str, event: int | None) -> dict[str, Any]:
            asked.append((reference, rule, event))
            return reason

    monkeypatch.setattr(DeskClient, "as_staff", Client)

    said = CliRunner().invoke(app, ["rules", "explain", "AS-7F3K-92QD", "--rule", "vip-first"]).stdout
    as_json = CliRunner().invoke(
        app, ["rules", "explain", "AS-7F3K-92QD", "--rule", "vip-first", "--event", "4", "--json"]
    )

    assert said == (
        "AS-7F3K-92QD, event 1 (TicketOpened): vip-first (“VIP first”, version 3) did not match.\n"
        "  ✗ company.tier is vip: saw nothing\n"
    )
    assert json.loads(as_json.stdout) == reason
    assert asked == [("AS-7F3K-92QD", "vip-first", None), ("AS-7F3K-92QD", "vip-first", 4)]


def test_numbers_that_no_machine_keeps_are_refused_with_their_line(folder):
    assert "numbers lie between" in refused(folder, one_rule(f"{{field: hour, op: at_least, value: {10**400}}}"))


def test_half_a_character_is_told_and_the_other_tickets_are_answered(folder):
    lines = ('{"id": "a", "title": "\\ud800 x"}', '{"id": "\\udfff"}', '{"id": "\\ud83d\\ude00", "title": "开发票"}')
    first, second, last = tried(folder, *lines)

    assert first == {"id": "a", "error": "tickets.jsonl:1: it holds half a character (a lone surrogate)"}
    assert (second["id"], last["id"], last["matched"]) == (None, "😀", ["invoice-to-finance"])


def test_tickets_that_are_not_utf_8_are_refused(folder):
    (folder / "tickets.jsonl").write_bytes('{"id": "a", "title": "发票"}\n'.encode("gbk"))
    result = CliRunner().invoke(app, ["rules", "run", "--rules", "rules.yaml", "--tickets", "tickets.jsonl"])

    assert isinstance(result.exception, Failure)
    assert (str(result.exception), result.stdout) == (
        "The tickets are not UTF-8 (line 1 or below).",
        "",
    )
