"""Working calendars and targets, as a desk writes them down.

The exact meaning of both is in `docs/calendars.md`; `working_time` answers questions about a calendar.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from functions.shared.domain.document import Part

HOURS_PATTERN: Final = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
TARGET_PATTERN: Final = r"^\d{1,12}[smhd]$"
LONGEST_TARGET: Final = timedelta(days=36_525)
MINUTES_A_DAY: Final = 24 * 60


class Weekday(StrEnum):
    """The days of a week, in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def _zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{key!r} is not a time zone of the IANA database, such as Asia/Shanghai") from error
    return key


def _hours(text: str) -> str:
    if not re.fullmatch(HOURS_PATTERN, text, re.ASCII):
        raise ValueError(f"{text!r} is not an interval such as 09:00-18:00 (a day ends at 24:00)")
    if text[:5] == text[6:]:
        raise ValueError(f"{text!r} begins and ends at the same time; a whole day is 00:00-24:00")
    return text


def _some(hours: tuple[str, ...]) -> tuple[str, ...]:
    if not hours:
        raise ValueError("names no hours")
    return hours


Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[str, AfterValidator(_hours), Field(json_schema_extra={"pattern": HOURS_PATTERN})]
SomeHours = Annotated[tuple[Hours, ...], AfterValidator(_some)]
Name = Annotated[str, Field(max_length=100)]


class Closure(Part):
    """A day, or named hours of it, without work."""

    date: date
    hours: SomeHours | None = None
    name: Name = ""


class Opening(Part):
    """The hours of one day in place of whatever that day had, such as a Saturday worked for a holiday."""

    date: date
    hours: SomeHours | None = None
    like: Weekday | None = None
    name: Name = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.hours is None) == (self.like is None):
            raise ValueError("an extra opening names either its hours or the weekday it is like")
        return self


class Calendar(Part):
    """When a team works, in one time zone."""

    timezone: Zone
    always: bool = False
    week: dict[Weekday, tuple[Hours, ...]] = Field(default_factory=dict)
    closed: tuple[Closure, ...] = ()
    open: tuple[Opening, ...] = ()

    @model_validator(mode="after")
    def _has_one_week(self) -> Self:
        if self.always and self.week:
            raise ValueError("a calendar is either open always or has a week, not both")
        return self

    def hours_of(self, weekday: Weekday) -> tuple[Hours, ...]:
        return ("00:00-24:00",) if self.always else self.week.get(weekday, ())


def minutes(hours: str) -> tuple[int, int]:
    """The minutes after midnight at which an interval opens and closes; more than a day's when it runs overnight."""
    opens = int(hours[:2]) * 60 + int(hours[3:5])
    closes = int(hours[6:8]) * 60 + int(hours[9:])
    return opens, closes if closes > opens else closes + MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A target of so many working days."""

    count: int


Target = timedelta | WorkingDays

_UNITS: Final = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


@cache
def parse_target(text: str) -> Target:
    """The target that `90s`, `15m`, `4h` or `3d` (working days) means.

    Raises:
        ValueError: the text means none, or more than a century.
    """
    if not re.fullmatch(TARGET_PATTERN, text, re.ASCII):
        raise ValueError(f"{text!r} is not a target such as 90s, 15m, 4h or 3d")
    amount, unit = int(text[:-1]), text[-1]
    if amount * _UNITS.get(unit, timedelta(days=1)).total_seconds() > LONGEST_TARGET.total_seconds():
        raise ValueError(f"the target {text!r} is longer than a century")
    return WorkingDays(amount) if unit == "d" else amount * _UNITS[unit]
