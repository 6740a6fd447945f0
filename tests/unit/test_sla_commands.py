"""`desk sla due`, as operators call it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.failure import Failure

CALENDAR = """timezone: Asia/Shanghai
week:
  mon: ["09:00-12:00", "13:30-18:00"]
  tue: ["09:00-12:00", "13:30-18:00"]
  wed: ["09:00-12:00", "13:30-18:00"]
  thu: ["09:00-12:00", "13:30-18:00"]
closed:
  - {date: 2026-10-01, name: 国庆节}
"""
WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = {"timezone": "UTC", "always": True}
OFFICE = {"timezone": "UTC", "week": WEEK}


def desk(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["sla", "due", *arguments])
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.fixture
def calendar(tmp_path: Path) -> str:
    path = tmp_path / "calendar.yaml"
    path.write_text(CALENDAR)
    return str(path)


def batch(tmp_path: Path, *cases: Any) -> Result:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(case if isinstance(case, str) else json.dumps(case) for case in cases))
    return CliRunner().invoke(app, ["sla", "due", "--batch", str(path)])


def answered(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_question_is_answered_with_the_walk(calendar: str) -> None:
    printed = desk("--calendar", calendar, "--start", "2026-09-30T17:00:00+08:00", "--target", "2h")
    assert printed.splitlines() == [
        "2026-10-05T02:00:00Z",
        "  Counting 2 h of working time from Wed 30 Sep 2026 17:00 (Asia/Shanghai).",
        "  Wed 30 Sep 17:00–18:00 counts 1 h.",
        "  Thu 1 Oct: closed (国庆节).",
        "  Fri 2 Oct to Sun 4 Oct: no working hours.",
        "  Mon 5 Oct 09:00–10:00 counts 1 h.",
        "  Due Mon 5 Oct 2026 10:00.",
    ]


def test_pauses_and_language_are_options(calendar: str) -> None:
    pauses = ["--pause", "2026-09-28T09:00+08:00/2026-09-28T10:00+08:00", "--pause", "2026-09-28T11:00+08:00/"]
    start = ["--calendar", calendar, "--start", "2026-09-28T09:00:00+08:00"]
    assert desk(*start, "--target", "1h", *pauses).startswith("2026-09-28T03:00:00Z\n")
    printed = desk(*start, "--target", "2h", *pauses, "--language", "zh")
    assert printed.startswith("not due")
    assert "计时仍在暂停" in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say --calendar"),
        (["--start", "2026-09-28T09:00:00"], "lacks its offset"),
        (["--start", "tomorrow"], "not a time"),
        (["--target", "4 hours"], "not a target"),
        (["--pause", "2026-09-28T09:00Z"], "not FROM/TO"),
        (["--pause", "2026-09-28T09:00Z/2026-09-28T08:00Z"], "ends before it begins"),
        (["--calendar", "/nowhere.yaml"], "nowhere"),
        (["--batch", "/nowhere.jsonl"], "everything else"),
    ],
)
def test_a_question_that_makes_no_sense_gets_one_sentence(calendar: str, arguments: list[str], sentence: str) -> None:
    sound = {"--calendar": calendar, "--start": "2026-09-28T09:00:00Z", "--target": "4h"}
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    asked = [word for option in ({**sound, **given} if arguments else {}).items() for word in option]
    with pytest.raises(Failure, match=sentence):
        desk(*asked)


def test_a_calendar_file_that_makes_no_sense_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(CALENDAR.replace("13:30-18:00", "18:00-25:00", 1))
    with pytest.raises(Failure, match=r"week\.mon\[1\]: '18:00-25:00' is not an interval"):
        desk("--calendar", str(path), "--start", "2026-09-28T09:00:00Z", "--target", "4h")


def test_a_batch_is_answered_line_by_line_in_order(tmp_path: Path) -> None:
    monday = "2026-02-02T09:00:00Z"
    cases = [
        {"id": "a", "calendar": OFFICE, "start": monday, "target": "2h"},
        {"id": "b", "calendar": OFFICE, "from": monday, "to": "2026-02-03T10:30:00Z"},
        "",
        {"id": 3, "calendar": OFFICE, "start": monday, "target": "3d"},
        {"id": "p", "calendar": OFFICE, "start": monday, "target": "2h", "pauses": [["2026-02-02T10:00:00Z", None]]},
        {
            "id": "q",
            "calendar": OFFICE,
            "from": monday,
            "to": "2026-02-02T10:00:00.5Z",
            "pauses": [["2026-02-02T09:30:00Z", "2026-02-02T09:40:00Z"]],
        },
        {
            "id": "z",
            "calendar": {"timezone": "UTC", "always": True},
            "start": "2026-02-02T09:00:00.25Z",
            "target": "90s",
        },
    ]
    result = batch(tmp_path, *cases)
    assert (result.exit_code, result.stderr) == (0, "")
    assert answered(result) == [
        {"id": "a", "due": "2026-02-02T11:00:00Z"},
        {"id": "b", "elapsed_seconds": 34200},
        {"id": 3, "due": "2026-02-05T09:00:00Z"},
        {"id": "p", "due": None},
        {"id": "q", "elapsed_seconds": 3000.5},
        {"id": "z", "due": "2026-02-02T09:01:30.250000Z"},
    ]


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        ("[" * 100_000, "no JSON"),
        ({}, "calendar: is missing"),
        ({"calendar": 7}, "calendar."),
        ({"calendar": {"timezone": "Mars/Base"}}, "calendar.timezone: 'Mars/Base' is not a time zone"),
        ({"calendar": {"timezone": "UTC", "week": {"mon": ["17:00-17:00"]}}}, "calendar.week.mon[0]: "),
        ({"calendar": {"timezone": "UTC"}, "start": "2026-02-02T09:00:00Z", "target": "1h"}, "no working time"),
        ({"calendar": OFFICE}, "from: is missing"),
        ({"calendar": OFFICE, "target": "1h"}, "start: is missing"),
        ({"calendar": OFFICE, "target": 1, "start": "2026-02-02T09:00:00Z"}, "target: is not a text"),
        ({"calendar": OFFICE, "target": "-1h", "start": "2026-02-02T09:00:00Z"}, "not a target"),
        ({"calendar": OFFICE, "target": "99999999d", "start": "2026-02-02T09:00:00Z"}, "century"),
        ({"calendar": OFFICE, "target": "1h", "start": "2026-02-02T09:00:00Z", "pauses": [["x"]]}, "pauses[0]: "),
        ({"calendar": OFFICE, "target": "1h", "start": "2026-02-02T09:00:00Z", "pauses": {"a": 1}}, "pauses: "),
        ({"calendar": OFFICE, "from": "2026-02-02T09:00:00Z", "to": "2026-02-02T08:00:00Z"}, "is before"),
        ({"calendar": OFFICE, "from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-12:00"}, "1900"),
    ],
)
def test_a_line_that_makes_no_sense_is_answered_with_its_error(tmp_path: Path, case: Any, error: str) -> None:
    sound = {"id": "ok", "calendar": OFFICE, "start": "2026-02-02T09:00:00Z", "target": "1h"}
    given = {"id": "x", **case} if isinstance(case, dict) else case
    result = batch(tmp_path, given, sound)
    [refused, good] = answered(result)
    assert error in refused["error"]
    assert refused["id"] == ("x" if isinstance(case, dict) else None)
    assert good == {"id": "ok", "due": "2026-02-02T10:00:00Z"}
    assert (result.exit_code, result.stderr) == (1, f"line 1: {refused['error']}\n")


def test_a_batch_tells_in_which_lines_its_errors_are(tmp_path: Path) -> None:
    sound = {"id": "ok", "calendar": OFFICE, "start": "2026-02-02T09:00:00Z", "target": "1h"}
    result = batch(tmp_path, sound, "", {"id": "c"}, sound, "{")
    assert [answer.get("due") is not None for answer in answered(result)] == [True, False, True, False]
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["line 3", "line 5"]
    assert result.exit_code == 1
