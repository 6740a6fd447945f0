"""Instants and durations as people read them, in the reader's zone and language."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from functions.shared.domain.instants import on_the_clock
from functions.shared.pages.languages import Catalogue

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def duration(length: timedelta, words: Catalogue) -> str:
    """`length` in its two largest units, down to minutes: "2 h 05 min", "2 小时 05 分"."""
    minutes = int(abs(length) / _MINUTE)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return words.text("time.days_hours" if hours else "time.days", d=days, h=hours)
    if hours:
        return words.text("time.hours_minutes", h=hours, mm=f"{rest:02}")
    return words.text("time.minutes", m=rest) if rest else words.text("time.under_a_minute")


def due_in(due_at: datetime, now: datetime, words: Catalogue) -> str:
    """How long until `due_at`, or how long past it: "due in 2 h 05 min", "超时 12 分"."""
    left = due_at - now
    return words.text("time.due_in" if left >= timedelta(0) else "time.overdue", duration=duration(left, words))


def ago(at: datetime, now: datetime, words: Catalogue) -> str:
    """How long ago `at` was, in its largest unit; the future counts as just now."""
    passed = now - at
    if passed < _MINUTE:
        return words.text("time.just_now")
    if passed < _HOUR:
        return words.text("time.minutes_ago", n=passed // _MINUTE)
    if passed < _DAY:
        return words.text("time.hours_ago", n=passed // _HOUR)
    return words.text("time.days_ago", n=passed // _DAY)


def moment(at: datetime, now: datetime, zone: ZoneInfo, words: Catalogue) -> str:
    """`at` as short as it is unambiguous: today's time, else the day, with the year where it is another."""
    local, today = on_the_clock(at, zone), on_the_clock(now, zone).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    named = {0: "time.today", 1: "time.tomorrow", -1: "time.yesterday"}.get(days)
    if named:
        return words.text(named, clock=clock)
    key = "time.date_clock" if local.year == today.year else "time.date_year_clock"
    return words.text(key, **_date_parts(local, words), clock=clock)


def full(at: datetime, zone: ZoneInfo, words: Catalogue, clock: str = "%H:%M:%S") -> str:
    """`at` with weekday, year and zone, to the second unless `clock` says otherwise, for titles and print."""
    local = on_the_clock(at, zone)
    weekday = words.text(f"time.weekday.{local.isoweekday()}")
    return words.text(
        "time.full", **_date_parts(local, words), weekday=weekday, clock=f"{local:{clock}}", zone=zone.key
    )


def _date_parts(local: datetime, words: Catalogue) -> dict[str, object]:
    return {"year": local.year, "month": words.text(f"time.month.{local.month}"), "day": local.day}
