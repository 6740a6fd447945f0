"""Answers written down beforehand: 26 zones, changes of clocks, 调休 of three years, nights, pauses."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.shared.domain.calendar import Calendar, parse_target
from functions.shared.domain.spans import Pause
from functions.shared.domain.working_time import WorkingTime
from ops.sla_cases import answer_all

FILE = Path(__file__).parents[1] / "vectors" / "working_time.yaml"
WRITTEN: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = WRITTEN["vectors"]


@cache
def working_time(name: str) -> WorkingTime:
    return WorkingTime(Calendar.model_validate(WRITTEN["calendars"][name]))


def pauses_of(vector: dict[str, Any]) -> list[Pause]:
    spans = vector.get("pauses", [])
    return [Pause(at(begins), at(ends) if ends else None) for begins, ends in spans]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_there_are_enough_of_every_kind() -> None:
    zones = {WRITTEN["calendars"][vector["calendar"]]["timezone"] for vector in VECTORS}
    assert len(VECTORS) >= 200
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)
    assert len(zones) >= 26
    assert "Australia/Lord_Howe" in zones
    years = {at(vector["start"]).year for vector in VECTORS if vector["calendar"] == "china"}
    assert years >= {2024, 2025, 2026}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_vector_holds(vector: dict[str, Any]) -> None:
    calendar, pauses = working_time(vector["calendar"]), pauses_of(vector)
    if "from" in vector:
        elapsed = calendar.elapsed(at(vector["from"]), at(vector["to"]), pauses)
        assert elapsed == timedelta(seconds=vector["elapsed_seconds"]), vector["why"]
    else:
        due = calendar.due(at(vector["start"]), parse_target(vector["target"]), pauses)
        assert due == (at(vector["due"]) if vector["due"] else None), vector["why"]


def test_the_command_line_answers_them_all_the_same() -> None:
    asked, answers = [], []
    for vector in VECTORS:
        question = {name: vector[name] for name in ("id", "start", "target", "from", "to", "pauses") if name in vector}
        asked.append(json.dumps({**question, "calendar": WRITTEN["calendars"][vector["calendar"]]}, default=str))
        answers.append({name: vector[name] for name in ("id", "due", "elapsed_seconds") if name in vector})
    given = [answer for _, answer in answer_all(asked)]
    for one in (*answers, *given):
        one["due"] = at(one["due"]) if one.get("due") else None
    assert given == answers
