"""A calendar's file, to which days are added line by line: what people wrote stays as it is, comments and all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from functions.shared.domain.calendar import Calendar, Closure, Opening, Weekday
from functions.shared.domain.config_check import spelled
from functions.shared.domain.schema_faults import sentence
from ops.failure import Failure
from ops.special_days import SpecialDay
from ops.yaml_file import YamlFault, parse_yaml

SECTIONS: Final = ("closed", "open")
_HOURS: Final = "09:00-18:00"
_PLAIN: Final = re.compile(r"[^\W\d_][\w（）]*(?: [\w（）]+)*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True)
class Merged:
    """What a file becomes: `added` days, and those that were `kept` as somebody wrote them, each with its line."""

    text: str
    added: tuple[SpecialDay, ...]
    kept: tuple[tuple[SpecialDay, int], ...]


def new_calendar(zone: str, week: Sequence[Weekday]) -> str:
    """The text of a calendar with office hours on these weekdays."""
    days = "".join(f'  {weekday}: ["{_HOURS}"]\n' for weekday in week)
    schema = "# yaml-language-server: $schema=../schema/calendars.json"
    return f"{schema}\ntimezone: {zone}\nweek:\n{days}"


def parse_calendar(path: Path, text: str) -> Calendar:
    """The calendar that `text` is, as if it stood in `path`.

    Raises:
        Failure: it is none.
    """
    try:
        file = parse_yaml(path, text)
        return Calendar.model_validate(file.content)
    except YamlFault as fault:
        raise Failure(f"{fault}.") from fault
    except ValidationError as error:
        details = error.errors()[0]
        place = details["loc"]
        where = f"{path}:{file.line(place)}: " + (f"{spelled(place)}: " if place else "")
        raise Failure(f"{where}{sentence(details)}.") from error


def merged(path: Path, text: str, days: Sequence[SpecialDay]) -> Merged:
    """The calendar's `text` with the days of which it does not speak yet; no line of it is changed.

    Raises:
        Failure: it is no calendar, or the days cannot be added without touching what is there.
    """
    calendar = parse_calendar(path, text)
    there = _lines_of_days(path, text)
    added = [day for day in days if day.date not in there]
    like = next((weekday for weekday in Weekday if calendar.hours_of(weekday)), Weekday.MON)
    grown = text
    for section, is_worked in zip(SECTIONS, (False, True), strict=True):
        entries = {day.date: _entry(day, like) for day in added if day.is_worked is is_worked}
        grown = _with_entries(path, grown, section, entries)
    if not _is(path, grown, _expected(calendar, added, like)):
        raise Failure(f"{path} is written in a way to which nothing can be added; write one day a line.")
    return Merged(grown, tuple(added), tuple((day, there[day.date]) for day in days if day.date in there))


def says_the_same(calendar: Calendar, day: SpecialDay) -> bool:
    """Whether the calendar has the day off, or worked, or closed for the same hours."""
    found: set[tuple[bool, tuple[str, ...]]] = {
        (True, one.hours or ()) for one in calendar.open if one.date == day.date
    }
    found |= {(False, one.hours or ()) for one in calendar.closed if one.date == day.date}
    return (day.is_worked, day.hours) in found


def entry_of(day: SpecialDay) -> str:
    """The day as it is told to people."""
    kind = "worked" if day.is_worked else "closed"
    return " ".join(filter(None, (f"{day.date} {day.date:%a} {kind}", ", ".join(day.hours), day.name)))


def _entry(day: SpecialDay, like: Weekday) -> str:
    parts = [f"date: {day.date}"]
    if day.hours:
        parts.append("hours: [" + ", ".join(f'"{hours}"' for hours in day.hours) + "]")
    elif day.is_worked:
        parts.append(f"like: {like}")
    if day.name:
        parts.append(f"name: {_scalar(day.name)}")
    return "- {" + ", ".join(parts) + "}"


def _scalar(name: str) -> str:
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _with_entries(path: Path, text: str, section: str, entries: Mapping[date, str]) -> str:
    """The text with new entries of one section, each behind the last that is not later."""
    if not entries:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    node = next((value for key, value in _pairs(text) if key.value == section), None)
    lines = [entries[day] for day in sorted(entries)]
    if node is None:
        head = text if not text or text.endswith("\n") else text + newline
        return head + f"{section}:{newline}" + "".join(f"  {line}{newline}" for line in lines)
    assert isinstance(node, yaml.SequenceNode)  # the calendar was read before
    if not node.value:
        emptied = text[: node.start_mark.index].rstrip(" ") + text[node.end_mark.index :]
        return _inserted(emptied, {_line_end(emptied, node.start_mark.index - 1): lines}, "  ", newline)
    if node.flow_style:
        line = node.start_mark.line + 1
        raise Failure(f'{path}:{line}: "{section}" stands in brackets; write one day a line, then import again.')
    indent = " " * node.start_mark.column
    starts = text.rfind("\n", 0, node.start_mark.index) + 1
    dates = [one.date for one in getattr(parse_calendar(path, text), section)]
    dated = [(there, _line_end(text, _end(item))) for there, item in zip(dates, node.value, strict=True)]
    places: dict[int, list[str]] = {}
    for day in sorted(entries):
        place = max((end for there, end in dated if there < day), default=starts)
        places.setdefault(place, []).append(entries[day])
    return _inserted(text, places, indent, newline)


def _pairs(text: str) -> list[tuple[yaml.Node, yaml.Node]]:
    """The keys of the calendar with what they hold, as they stand in the text."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return root.value if isinstance(root, yaml.MappingNode) else []


def _inserted(text: str, places: Mapping[int, Sequence[str]], indent: str, newline: str) -> str:
    for place in sorted(places, reverse=True):
        before = text[:place] if not place or text[place - 1] == "\n" else text[:place] + newline
        text = before + "".join(f"{indent}{line}{newline}" for line in places[place]) + text[place:]
    return text


def _line_end(text: str, index: int) -> int:
    """Where the line after the one with `index` begins."""
    end = text.find("\n", max(index, 0))
    return len(text) if end < 0 else end + 1


def _end(node: yaml.Node) -> int:
    """Where the last thing that was written of a node ends."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index) - 1


def _lines_of_days(path: Path, text: str) -> dict[date, int]:
    """The days of which the file speaks, each with the line on which it does so first."""
    file, calendar = parse_yaml(path, text), parse_calendar(path, text)
    lines: dict[date, int] = {}
    for section in SECTIONS:
        for number, day in enumerate(getattr(calendar, section)):
            lines.setdefault(day.date, file.line((section, number)))
    return lines


def _is(path: Path, text: str, expected: Calendar) -> bool:
    try:
        return _in_order(parse_calendar(path, text)) == _in_order(expected)
    except Failure:
        return False


def _expected(calendar: Calendar, added: Sequence[SpecialDay], like: Weekday) -> Calendar:
    closed = [Closure(date=day.date, hours=day.hours or None, name=day.name) for day in added if not day.is_worked]
    opened = [
        Opening(date=day.date, hours=day.hours or None, like=None if day.hours else like, name=day.name)
        for day in added
        if day.is_worked
    ]
    changes = {"closed": (*calendar.closed, *closed), "open": (*calendar.open, *opened)}
    return calendar.model_copy(update=changes)


def _in_order(calendar: Calendar) -> Calendar:
    """The calendar, whatever the order in which its days are written."""
    closed, opened = sorted(calendar.closed, key=str), sorted(calendar.open, key=str)
    return calendar.model_copy(update={"closed": tuple(closed), "open": tuple(opened)})
