"""Days on which a desk does not work as its week says, wherever they are learnt from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NAME_LENGTH = 100


@dataclass(frozen=True)
class SpecialDay:
    """A day off, or a day worked in place of another; with `hours`, only these."""

    date: date
    name: str
    is_worked: bool = False
    hours: tuple[str, ...] = ()


def combined(days: Iterable[SpecialDay]) -> list[SpecialDay]:
    """One entry for each day, in order: work beats rest, the whole day beats its hours, and names come together."""
    by_date: dict[date, list[SpecialDay]] = {}
    for day in days:
        by_date.setdefault(day.date, []).append(day)
    return [_one(by_date[when]) for when in sorted(by_date)]


def _one(same: list[SpecialDay]) -> SpecialDay:
    worked = [day for day in same if day.is_worked]
    counted = worked or same
    counted = [day for day in counted if not day.hours] or counted
    names = dict.fromkeys(plain(day.name) for day in counted)
    hours = tuple(sorted({hours for day in counted for hours in day.hours}))
    return SpecialDay(same[0].date, "; ".join(filter(None, names))[:NAME_LENGTH], bool(worked), hours)


def plain(name: str) -> str:
    """A name on one line, without what cannot be printed."""
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())
