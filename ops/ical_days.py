"""Special days out of an iCalendar file, as calendar programs export it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from ops.special_days import SpecialDay

LARGEST: Final = 5_000_000
"""Bytes of one file."""
LONGEST: Final = timedelta(days=100)
"""Of one event."""

_REPEATS: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


class BadIcal(ValueError):
    """The file cannot be used; the message says why."""


def own_zone(content: bytes) -> str | None:
    """The time zone that the file says it is written in."""
    zone = _read(content).get("X-WR-TIMEZONE")
    return str(zone) if zone else None


def ical_days(content: bytes, years: Sequence[int], zone: ZoneInfo, worked: Sequence[str]) -> list[SpecialDay]:
    """The events as days, in `years` or, if there are none, all of them.

    Args:
        zone: Of the calendar that they are for; events with a time of day are told on its clock.
        worked: An event whose title has one of these is a day worked, every other a day off.

    Raises:
        BadIcal: it is no iCalendar file, or an event is too long or repeats without an end in sight.
    """
    try:
        return [
            SpecialDay(day, title, is_worked=any(one in title for one in worked), hours=hours)
            for event in _read(content).walk("VEVENT")
            if isinstance(event, icalendar.Event)
            if str(event.get("STATUS", "")).upper() != "CANCELLED"
            for title in [str(event.get("SUMMARY", ""))]
            for start, end in _times(event, years)
            for day, hours in _by_day(start, end, zone)
            if not years or day.year in years
        ]
    except BadIcal:
        raise
    except (ValueError, OverflowError) as error:
        raise BadIcal(f"an event makes no sense: {error}") from error


def _read(content: bytes) -> icalendar.Component:
    if len(content) > LARGEST:
        raise BadIcal(f"the file has more than {LARGEST:,} bytes")
    try:
        return icalendar.Calendar.from_ical(content)
    except ValueError as error:
        raise BadIcal("this is not an iCalendar file") from error


def _times(event: icalendar.Event, years: Sequence[int]) -> Iterator[tuple[date, date]]:
    """From when to when the event is, each time that it is; dates where it takes whole days."""
    start, end = event.start, event.end
    length = end - start
    if not timedelta(0) <= length <= LONGEST:
        raise BadIcal(
            f"{str(event.get('SUMMARY', ''))!r} ends before it begins, or lasts more than {LONGEST.days} days"
        )
    left_out = set(event.exdates)
    starts = {start, *(one if isinstance(one, date) else one[0] for one in event.rdates)}
    for rule in event.rrules:
        starts |= set(_repeated(rule, start, years))
    for begins in sorted(starts - left_out, key=_in_order):
        yield begins, begins + length


def _repeated(rule: icalendar.vRecur, start: date, years: Sequence[int]) -> Iterator[date]:
    if not years:
        raise BadIcal("an event repeats: say for which --year")
    if rule.get("FREQ", [""])[0] not in _REPEATS:
        raise BadIcal("an event repeats more often than daily")
    text = bytes(rule.to_ical()).decode()  # type: ignore[no-untyped-call]
    first = start if isinstance(start, datetime) else datetime.combine(start, time.min)
    if first.tzinfo is None:
        text = text.replace("Z", "")
    since, until = datetime(min(years), 1, 1), datetime(max(years) + 1, 1, 1)  # noqa: DTZ001 - the zone follows
    zone = first.tzinfo
    for one in rrulestr(text, dtstart=first).between(since.replace(tzinfo=zone), until.replace(tzinfo=zone), inc=True):
        yield one if isinstance(start, datetime) else one.date()


def _by_day(start: date, end: date, zone: ZoneInfo) -> Iterator[tuple[date, tuple[str, ...]]]:
    """The days of one event, each with the hours it takes, or none where it takes the day."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        for ahead in range(max((end - start).days, 1)):
            yield start + ahead * _DAY, ()
        return
    begins, ends = _local(start, zone), _local(end, zone)
    if ends.second or ends.microsecond:
        ends = ends.replace(second=0, microsecond=0) + _MINUTE
    day = begins.date()
    while datetime.combine(day, time.min) < ends:
        opens = max(begins, datetime.combine(day, time.min))
        is_last = ends.date() == day
        hours = f"{opens:%H:%M}-{ends:%H:%M}" if is_last else f"{opens:%H:%M}-24:00"
        if hours == "00:00-24:00":
            yield day, ()
        elif hours[:5] != hours[6:]:
            yield day, (hours,)
        day += _DAY


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The time on the zone's clock; one that floats is read there as it is."""
    return (instant.astimezone(zone) if instant.tzinfo else instant).replace(tzinfo=None)


def _in_order(one: date) -> datetime:
    instant = one if isinstance(one, datetime) else datetime.combine(one, time.min)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
