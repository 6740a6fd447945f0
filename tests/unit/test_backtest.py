"""`desk rules backtest`: a change of rules tried on tickets of the past."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Priority
from functions.shared.domain.backtest import MOST_NAMES, OTHERS, Placing, Report, Triage, backtest
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.rules import Rule
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import triage
from ops.cli import app
from ops.desk_client import DeskClient
from ops.failure import Failure
from tests.factories import NOON, default_config, make_company, make_message, make_opened, make_problem
from tests.fakes import choosing

CONFIG = str(Path(__file__).parents[2] / "config")
RULES = """rules:
  - id: login
    name: {zh: 登录, en: Sign in}
    when: {field: text, op: contains, value: 登录}
    then: [{do: set_team, team: engineering}, {do: set_priority, priority: P1}]
"""
TICKETS: list[dict[str, Any]] = [
    {"id": "a", "title": "登錄不了", "team": "engineering", "priority": "P1"},
    {"id": "b", "title": "开发票", "team": "finance"},
    {"id": "c", "title": "登录页面太慢", "outcome": {"team": "first-line", "priority": "P2", "assignee": "li-na"}},
    {"id": "d", "title": "别的"},
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    lines = [json.dumps(ticket, ensure_ascii=False) for ticket in TICKETS]
    Path("tickets.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def desk(*arguments: str) -> str:
    command = ["rules", "backtest", "--rules", "rules.yaml", "--tickets", "tickets.jsonl", "--config", CONFIG]
    result = CliRunner().invoke(app, [*command, *arguments])
    if result.exception:
        raise result.exception
    return result.stdout


def place(team: str = "first-line", priority: str = "P3", assignee: str | None = None) -> Placing:
    return Placing(team, priority, assignee, ())


@pytest.mark.usefixtures("folder")
def test_what_would_change_is_counted_and_compared_with_what_people_did():
    report = json.loads(desk("--json"))

    assert report["tickets"] == 4
    assert report["changed"] == {"any": 3, "team": 3, "priority": 2, "assignee": 0}
    agreed = {"agreed_before": 2, "agreed_after": 1}
    assert report["agreement"]["team"] == {"known": 3, "before": 0.6667, "after": 0.3333} | agreed
    assert report["agreement"]["priority"] == {
        "known": 2,
        "before": 0.0,
        "after": 0.5,
        "agreed_before": 0,
        "agreed_after": 1,
    }
    assert report["agreement"]["assignee"] == {
        "known": 1,
        "before": 0.0,
        "after": 0.0,
        "agreed_before": 0,
        "agreed_after": 0,
    }
    assert report["confusion"]["team"] == {
        "engineering": {"engineering": 1},
        "finance": {"first-line": 1},
        "first-line": {"engineering": 1},
    }
    assert report["matched"] == {"login": 2}
    assert report["samples"][0] == {
        "id": "a",
        "title": "登錄不了",
        "changes": {"team": ["first-line", "engineering"], "priority": ["P3", "P1"]},
        "people": {"team": "engineering", "priority": "P1"},
        "matched": ["login"],
    }


@pytest.mark.usefixtures("folder")
def test_the_terminal_shows_the_same():
    shown = desk()

    assert shown.startswith("3 of 4 tickets would change: team 3, priority 2, assignee 0\n")
    assert "66.7%" in shown
    assert "登錄不了" in shown


@pytest.mark.usefixtures("folder")
def test_the_rules_in_place_can_be_another_file():
    assert json.loads(desk("--json", "--against", "rules.yaml"))["changed"]["any"] == 0


@pytest.mark.usefixtures("folder")
def test_every_change_can_be_written_to_a_file():
    desk("--changes", "changes.jsonl")

    lines = Path("changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b", "c"]


@pytest.mark.usefixtures("folder")
def test_a_line_that_is_no_ticket_is_named_after_the_report():
    Path("tickets.jsonl").write_text('{"title": "登录"}\n[]\n', encoding="utf-8")

    with pytest.raises(Failure, match=r"^tickets.jsonl:2: this is no JSON object$"):
        desk()


@pytest.mark.usefixtures("folder")
def test_a_faulty_file_of_rules_is_refused():
    Path("rules.yaml").write_text("rules: [", encoding="utf-8")

    with pytest.raises(Failure, match=r"^rules.yaml:1: "):
        desk()


@pytest.mark.parametrize(
    ("title", "tier", "module"),
    [
        ("开发票", "standard", None),
        ("网站无法访问", "vip", None),
        ("销售额对不上", "vip", "data-reports"),
        ("x", "", "login"),
    ],
)
def test_a_past_ticket_goes_where_triage_sends_it(title, tier, module):
    config = default_config()
    company = make_company(tier=tier or "standard")
    problem = make_problem(title=title, description=make_message("请帮忙"), module=module)
    opened = make_opened(problem=problem, company=company)
    triaged, *_ = triage(opened, ticket_of(opened), config, choose=choosing(config), now=NOON)
    assert isinstance(triaged, TicketTriaged)
    past = PastTicket.model_validate(
        {"title": title, "description": "请帮忙", "module": module, "company": {"tier": tier or None}}
    )
    known, nothing = Triage(config, config.rules), Triage(config, ())
    report = Report()

    list(backtest([past], nothing, known, config, report=report, now=NOON))

    facts = past.facts()
    assert facts["title"] == title
    assert report.matched == dict.fromkeys(triaged.matched_rules, 1)
    changes = report.samples[0]["changes"] if report.samples else {}
    if "team" in changes:
        assert changes["team"][1] == triaged.team
    if "priority" in changes:
        assert changes["priority"][1] == triaged.priority


def test_the_report_stays_small_however_many_tickets_there_are():
    report = Report()
    for number in range(5_000):
        past = PastTicket(id=number, title="x" * 1000, team=f"team-{number}", priority=Priority.P1)
        report.add(past, place("a"), place("b"))

    shown = report.as_json()
    assert len(shown["samples"]) == report.keep
    assert len(shown["confusion"]["team"]) == MOST_NAMES + 1
    assert shown["confusion"]["team"][OTHERS] == {"b": 5_000 - MOST_NAMES}
    assert max(sample["id"] for sample in shown["samples"]) > 1_000


@pytest.mark.usefixtures("folder")
def test_the_running_desks_own_past_is_tried_page_by_page(monkeypatch):
    asked: list[timedelta] = []

    class Client:
        def past_tickets(self, since, until):
            asked.append(until - since)
            yield from ({**ticket, "opened_at": NOON.isoformat()} for ticket in TICKETS)

    monkeypatch.setattr(DeskClient, "as_staff", Client)
    command = ["rules", "backtest", "--rules", "rules.yaml", "--config", CONFIG, "--json"]
    result = CliRunner().invoke(app, [*command, "--since", "90d"])

    assert json.loads(result.stdout)["tickets"] == 4
    assert asked == [timedelta(days=90)]
    for wrong in ([], ["--since", "90d", "--tickets", "tickets.jsonl"]):
        with pytest.raises(Failure, match="either a file"):
            raise CliRunner().invoke(app, [*command, *wrong]).exception


def test_the_hour_of_the_past_is_read_on_the_desks_clock_unless_the_line_says_it():
    config = default_config()
    by_night = Rule.model_validate(
        {
            "id": "night",
            "name": {"zh": "夜间", "en": "By night"},
            "when": {
                "all": [
                    {"field": "hour", "op": "at_most", "value": 6},
                    {"field": "working_time.default", "op": "is", "value": False},
                ]
            },
            "then": [{"do": "set_team", "team": "engineering"}],
        }
    )
    tickets = [
        PastTicket.model_validate({"id": "night", "opened_at": "2026-03-01T18:00:00+00:00"}),  # 2 h in Shanghai
        PastTicket.model_validate({"id": "day", "opened_at": "2026-03-02T04:00:00+00:00"}),
        PastTicket.model_validate({"id": "said", "opened_at": "2026-03-01T18:00:00+00:00", "hour": 12}),
    ]

    changes = backtest(tickets, Triage(config, ()), Triage(config, (by_night,)), config, report=Report(), now=NOON)

    assert [change["id"] for change in changes] == ["night"]


@pytest.mark.parametrize("line", [b'{"id": "e", "title": "\\ud800 x"}', '{"id": "发"}'.encode("gbk")])
def test_tickets_that_nobody_can_read_are_told_in_a_sentence(folder, line):
    with (folder / "tickets.jsonl").open("ab") as tickets:
        tickets.write(b"\n" + line + b"\n")

    with pytest.raises(Failure, match=r"tickets\.jsonl:5: it holds half a character|not UTF-8"):
        desk()
