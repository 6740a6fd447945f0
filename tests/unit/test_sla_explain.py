"""`desk sla explain`, as operators call it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.desk.views import TicketView
from functions.shared.contracts.words import Priority
from functions.shared.domain.references import reference
from ops.cli import app
from ops.desk_client import DeskClient
from ops.explanation import NotExplained, explanation
from ops.failure import Failure
from tests.factories import NOON
from tests.unit.sla_desk import Desk
from tests.unit.test_cycles import tell

STORY = [("reply", 10), ("wait", 10), ("resume", 60), ("P0", 10), ("resolve", 10), ("say", 100)]


@pytest.fixture(autouse=True)
def in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator sits in Shanghai."""
    import time

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def served(desk: Desk) -> dict[str, Any]:
    """The ticket as the agents' API gives it."""
    view = TicketView.of(desk.ticket, desk.store.timeline(desk.id), reference(desk.id, "AS"), NOON)
    answer: dict[str, Any] = json.loads(view.model_dump_json())
    return answer


def explain(monkeypatch: pytest.MonkeyPatch, ticket: dict[str, Any], *options: str) -> str:
    class Client:
        def ticket(self, reference: str) -> dict[str, Any]:
            assert reference == "AS-1"
            return ticket

    monkeypatch.setattr(DeskClient, "as_staff", Client)
    result = CliRunner().invoke(app, ["sla", "explain", "AS-1", *options])
    if result.exception:
        raise result.exception
    return result.stdout


def test_every_clock_is_told_with_its_cycles_and_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    tell(desk, STORY)
    printed = explain(monkeypatch, served(desk))
    for said in (
        "first response\n└── cycle 1  met  target 1h, policy standard, calendar always",
        "next response\n└── cycle 1  running",
        "├── cycle 1  met  target 4h, policy standard, calendar always\n"
        "│   ├── from 2026-03-02 12:00:00, due 2026-03-02 17:00:00, stopped 2026-03-02 13:40:00",
        "paused 2026-03-02 12:20:00–2026-03-02 13:20:00, waiting for the customer",
        "deadline 2026-03-03 13:00:00, after a pause",
        "deadline 2026-03-02 17:00:00, after the target changed",
        "At P0 the resolution target is 4h instead of 24h (policy standard); the start stays.",
        "Paused from Mon 2 Mar 2026 12:20 until Mon 2 Mar 2026 13:20.",
        "└── cycle 2  running",
        "Timer: 2026-03-02 15:35:00",
        "for the next warning or escalation; generation",
    ):
        assert said in printed


def test_chinese_is_one_option_away(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    tell(desk, STORY)
    printed = explain(monkeypatch, served(desk), "--language", "zh")
    for said in (
        "首次响应",
        "第1周期  按时完成  目标4h，策略 standard",
        "暂停：",
        "（等待客户）",
        "到期时间：",
        "定时器：",
    ):
        assert said in printed
    assert not {"cycle", "paused", "deadline", "Timer"} & set(printed.split())


def test_warnings_breach_and_escalations_say_whom_they_told_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    tell(desk, [("watch", 95)])
    printed = explain(monkeypatch, served(desk))
    assert "warned at 50%, told assignee" in printed
    assert "escalated to level 2, told manager, boss@desk.example" in printed
    assert "The first response, due Mon 2 Mar 2026 13:00, is 30m late: escalation level 2." in printed


def test_the_timer_says_when_it_is_for_a_breach() -> None:
    desk = Desk(Priority.P0)
    tell(desk, [("watch", 8)])
    told = explanation(served(desk))
    assert told.timer
    assert (told.timer.at.minute, told.timer.breach_of) == (15, "first_response")


def test_programs_get_all_of_it_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    tell(desk, STORY)
    told = json.loads(explain(monkeypatch, served(desk), "--json"))
    clocks = {clock["metric"]: clock["cycles"] for clock in told["clocks"]}
    first, second = clocks["resolution"]
    assert (first["state"], first["counted"], second["cycle"]) == ("met", "PT40M", 2)
    assert [one["because"] for one in first["deadlines"]] == ["started", "resumed", "retargeted"]
    assert first["deadlines"][-1]["walk"][-1]["zh"] == "到期：2026年3月2日（周一）17:00。"
    assert datetime.fromisoformat(told["timer"]["at"]) > datetime(2026, 3, 2, tzinfo=UTC)


def test_a_ticket_without_clocks_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Not triaged yet" in explain(monkeypatch, served(Desk(None)))


def test_what_is_no_ticket_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotExplained):
        explanation({"timeline": [{"type": "SlaBreached"}]})
    with pytest.raises(Failure, match="not understood"):
        explain(monkeypatch, {})
