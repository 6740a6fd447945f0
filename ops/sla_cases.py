"""Questions about working time as operators write them: single ones, or many, one JSON object a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from functions.shared.contracts.events import Reason
from functions.shared.domain.calendar import Calendar, Target, parse_target
from functions.shared.domain.config_check import spelled
from functions.shared.domain.schema_faults import sentence
from functions.shared.domain.spans import Pause
from functions.shared.domain.walk import explain
from functions.shared.domain.working_time import NoWorkingTime, WorkingTime
from ops.yaml_file import YamlFault, read_yaml


class BadQuestion(ValueError):
    """The question cannot be answered; the message says what is wrong with it, and where."""


def read_calendar(path: Path) -> WorkingTime:
    """The calendar in a YAML file.

    Raises:
        BadQuestion: it cannot be read, or makes no sense.
    """
    try:
        file = read_yaml(path)
        return _working_time(file.content)
    except OSError as fault:
        raise BadQuestion(f"{path} cannot be read: {fault.strerror}") from fault
    except YamlFault as fault:
        raise BadQuestion(str(fault)) from fault
    except ValidationError as error:
        raise BadQuestion("; ".join(f"{path}: {fault}" for fault in _faults(error))) from error


def ask_due(
    working_time: WorkingTime, start: str, target: str, pauses: Iterable[tuple[str, str | None]]
) -> tuple[datetime | None, tuple[Reason, ...]]:
    """When a target is due, and the walk that leads there.

    Raises:
        BadQuestion: a time or the target makes no sense, or is never reached.
    """
    try:
        began = _instant("start", start)
        _require_working_time(working_time, began)
        return explain(working_time, began, _target(target), _pauses(pauses))
    except (ValueError, OverflowError) as error:
        raise BadQuestion(str(error)) from error


def answer_all(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The answer to each line that is not blank, in order, with its number; where there is none, `error` says why."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _answered(line)


def shown(instant: datetime | None) -> str | None:
    """An instant in UTC as JSON has it."""
    return instant.isoformat().replace("+00:00", "Z") if instant else None


def _answered(line: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"this is no JSON: {error}"}
    if not isinstance(case, dict):
        return {"id": None, "error": "this is no JSON object"}
    answer = {"id": case.get("id")}
    try:
        return answer | _answer(case)
    except ValidationError as error:
        return answer | {"error": "; ".join(f"calendar.{fault}" for fault in _faults(error))}
    except (ValueError, OverflowError, RecursionError) as error:
        return answer | {"error": str(error)}


def _answer(case: Mapping[str, Any]) -> dict[str, Any]:
    if "calendar" not in case:
        raise BadQuestion("calendar: is missing")
    working_time = _kept(json.dumps(case["calendar"], sort_keys=True))
    pauses = _pauses(case.get("pauses") or ())
    if "target" in case:
        start = _instant("start", case.get("start"))
        target = _target(case["target"])
        _require_working_time(working_time, start)
        return {"due": shown(working_time.due(start, target, pauses))}
    start, end = _instant("from", case.get("from")), _instant("to", case.get("to"))
    _require_working_time(working_time, start)
    seconds = working_time.elapsed(start, end, pauses).total_seconds()
    return {"elapsed_seconds": int(seconds) if seconds.is_integer() else seconds}


@lru_cache(maxsize=256)
def _kept(calendar: str) -> WorkingTime:
    """The calendar, ready to answer; the same calendar on another line is not worked out again."""
    return _working_time(json.loads(calendar))


def _working_time(written: object) -> WorkingTime:
    return WorkingTime(Calendar.model_validate(written))


def _target(written: object) -> Target:
    if not isinstance(written, str):
        raise BadQuestion("target: is not a text such as 4h")
    try:
        return parse_target(written)
    except ValueError as error:
        raise BadQuestion(f"target: {error}") from error


def _require_working_time(working_time: WorkingTime, start: datetime) -> None:
    try:
        working_time.require_working_time(start)
    except NoWorkingTime as error:
        raise BadQuestion(f"calendar: {error}") from error


def _instant(name: str, written: object) -> datetime:
    if not isinstance(written, str):
        raise BadQuestion(f"{name}: is missing" if written is None else f"{name}: is not a text")
    try:
        instant = datetime.fromisoformat(written)
    except ValueError as error:
        raise BadQuestion(f"{name}: {written!r} is not a time such as 2026-09-30T17:00:00+08:00") from error
    if instant.tzinfo is None:
        raise BadQuestion(f"{name}: {written!r} lacks its offset from UTC")
    return instant


def _pauses(written: object) -> list[Pause]:
    if not isinstance(written, Iterable) or isinstance(written, str | Mapping):
        raise BadQuestion("pauses: is not a list")
    pauses = []
    for number, pair in enumerate(written):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise BadQuestion(f"pauses[{number}]: is not a pair of times")
        begins, ends = pair
        place = f"pauses[{number}]"
        pauses.append(Pause(_instant(place, begins), None if ends is None else _instant(place, ends)))
    return pauses


def _faults(error: ValidationError) -> Iterator[str]:
    for details in error.errors():
        place = tuple(step for step in details["loc"] if step != "[key]")
        yield f"{spelled(place)}: {sentence(details)}" if place else sentence(details)
