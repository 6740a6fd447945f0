"""Working time of a calendar: when a target is due, and how much of it has passed.

Working intervals are kept as whole microseconds since 1970 beside the working time cumulated before each, so that a
question is two bisections whatever its horizon. Days are added as questions reach them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from functions.shared.domain.calendar import Calendar, Target, Weekday, WorkingDays, minutes
from functions.shared.domain.instants import EARLIEST, LATEST
from functions.shared.domain.spans import (
    EPOCH,
    MICROSECOND,
    OPEN_ENDED,
    Pause,
    Span,
    instant_at,
    merged,
    microseconds,
    pause_spans,
    without,
)

MINUTE_US: Final = 60_000_000
DAY_US: Final = 86_400_000_000
EPOCH_DAY: Final = EPOCH.toordinal()
FIRST_DAY: Final = EARLIEST.toordinal()
LAST_DAY: Final = LATEST.toordinal() + 1
SEARCHED_DAYS: Final = 366

BEYOND: Final = "calendars are evaluated from the year 1900 to 2199"


class NoWorkingTime(ValueError):
    """The calendar has no working time where some is needed."""


class BeyondHorizon(ValueError):
    """An instant lies outside the years 1900 to 2199, for which calendars are evaluated."""


def utc_offset(zone: ZoneInfo, wall: datetime) -> int:
    """The zone's offset from UTC at a local time, in microseconds."""
    offset = zone.utcoffset(wall)
    assert offset is not None  # a zone always knows it for a datetime
    return offset // MICROSECOND


class WorkingTime:
    """Answers questions about one calendar; the more it was asked, the less it has left to work out."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.timezone)
        week = [merged(map(minutes, calendar.hours_of(weekday))) for weekday in Weekday]
        self._week = [[(opens * MINUTE_US, closes * MINUTE_US) for opens, closes in day] for day in week]
        self._a_week = sum(closes - opens for day in self._week for opens, closes in day)
        self._openings: dict[int, list[Span]] = {}
        self._closures: dict[int, list[Span] | None] = {}
        self._asked: dict[int, list[Span]] = {}
        self._read_exceptions()
        self._forget(0)

    def _read_exceptions(self) -> None:
        for opening in self.calendar.open:
            hours = opening.hours or (self.calendar.hours_of(opening.like) if opening.like else ())
            day = opening.date.toordinal()
            spans = [(opens * MINUTE_US, closes * MINUTE_US) for opens, closes in map(minutes, hours)]
            self._openings[day] = merged([*self._openings.get(day, ()), *spans])
        for closure in self.calendar.closed:
            day = closure.date.toordinal()
            named = self._closures.get(day, [])
            if closure.hours is None or named is None:
                self._closures[day] = None
            else:
                spans = [(opens * MINUTE_US, closes * MINUTE_US) for opens, closes in map(minutes, closure.hours)]
                self._closures[day] = merged([*named, *spans])
        self._last_opening = max(self._openings, default=0)

    def due(self, start: datetime, target: Target, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The earliest instant at which working time since `start`, less the pauses, reaches `target`.

        None while a pause without an end keeps it from being reached.

        Raises:
            ValueError: an instant is naive, a pause reversed or the target negative.
            NoWorkingTime, BeyondHorizon: the target is never reached, or after the year 2199.
        """
        began = microseconds(start)
        if not pauses and type(target) is timedelta and (known := self._known_due(began, target // MICROSECOND)):
            return EPOCH + timedelta(0, 0, known)
        spans = pause_spans(pauses) if pauses else []
        if isinstance(target, WorkingDays):
            due = self._day_due(began, target.count, spans)
        else:
            due = self._time_due(began, target // MICROSECOND, spans)
        return None if due is None else instant_at(due)

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """The working time from `start` to `end`, less the pauses."""
        began, ended = microseconds(start), microseconds(end)
        if ended < began:
            raise ValueError(f"{end.isoformat()} is before {start.isoformat()}")
        return timedelta(microseconds=self._elapsed(began, ended) - self._paused(began, ended, pause_spans(pauses)))

    def next_opening(self, instant: datetime) -> datetime:
        """The first instant from `instant` on that is working time."""
        us = microseconds(instant)
        return instant if self._is_working(us) else instant_at(self._opening_after(us))

    def is_working(self, instant: datetime) -> bool:
        """Whether an instant is working time."""
        return self._is_working(microseconds(instant))

    def works_on(self, day: date) -> bool:
        """Whether any working time belongs to the day."""
        return bool(self._spans_of(day.toordinal()))

    def working_days_after(self, working: datetime, count: int) -> list[date]:
        """The `count` working days that follow the one to which the working instant belongs."""
        day, _ = self._place(microseconds(working))
        self._working_day_after(day, count)
        at = bisect_left(self._days, day) + 1
        return [date.fromordinal(found) for found in self._days[at : at + count]]

    def require_working_time(self, after: datetime) -> None:
        """Refuse a calendar that nobody could work by.

        Raises:
            NoWorkingTime: there is none in the 366 days after `after`.
        """
        began = microseconds(after)
        if not self._elapsed(began, began + SEARCHED_DAYS * DAY_US):
            raise NoWorkingTime(f"no working time in the {SEARCHED_DAYS} days after {after.date().isoformat()}")

    def spans_between(self, start: datetime, end: datetime) -> list[Span]:
        """The working time from `start` to `end` as intervals in order, in microseconds since 1970."""
        began, ended = microseconds(start), microseconds(end)
        self._cover(began)
        self._cover(ended)
        first, last = bisect_right(self._closes, began), bisect_left(self._opens, ended)
        spans = list(zip(self._opens[first:last], self._closes[first:last], strict=True))
        if spans:
            spans[0] = (max(spans[0][0], began), spans[0][1])
            spans[-1] = (spans[-1][0], min(spans[-1][1], ended))
        return spans

    def _known_due(self, began: int, budget: int) -> int:
        """What most questions come to: a start and a due instant that are covered already; 0 for any other."""
        if budget <= 0 or not self._covered_from <= began < self._covered_until:
            return 0
        opens, before = self._opens, self._before
        at = bisect_right(opens, began) - 1
        if at < 0:
            return 0
        closes = self._closes[at]
        goal = before[at] + (began if began < closes else closes) - opens[at] + budget
        if goal > self._total:
            return 0
        at = bisect_left(before, goal, at) - 1
        due = opens[at] + goal - before[at]
        return due if due < self._covered_until else 0

    def _time_due(self, began: int, budget: int, pauses: list[Span]) -> int | None:
        if budget <= 0:
            if budget < 0:
                raise ValueError("a target cannot be negative")
            return began
        if not self._covered_from <= began < self._covered_until:
            self._cover(began)
        goal = self._worked(began) + budget
        for begins, ends in pauses:
            if ends <= began:
                continue
            if begins > began:
                self._reach(goal, begins)
                if self._worked(begins) >= goal:
                    break
            if ends == OPEN_ENDED:
                return None
            goal += self._elapsed(max(begins, began), ends)
        if goal > self._total:
            self._reach(goal)
        due = self._reached(goal)
        if due < self._covered_until:
            return due
        self._cover(due)  # a later day may yet open before the end of the last night's work
        return self._reached(goal)

    def _reached(self, goal: int) -> int:
        """The instant by which `goal` microseconds are worked, counted as `_worked` does."""
        at = bisect_left(self._before, goal) - 1
        return self._opens[at] + goal - self._before[at]

    def _day_due(self, began: int, count: int, pauses: list[Span]) -> int | None:
        if count <= 0:
            return self._time_due(began, count, pauses)
        self._cover(began)
        counted_from = began if self._is_working(began) else self._opening_after(began)
        day, local = self._place(counted_from)
        clock = local - datetime.fromordinal(day)
        due_on = self._working_day_after(day, count)
        due = self._instant(datetime.fromordinal(due_on) + clock, fold=0)
        spans = self._spans_of(due_on)
        due = next((max(due, opens) for opens, closes in spans if due <= closes), spans[-1][1])
        paused = self._paused(began, due, pauses)
        return self._time_due(due, paused, pauses) if paused else due

    def _working_day_after(self, day: int, count: int) -> int:
        at = bisect_left(self._days, day) + count
        while at >= len(self._days):
            self._extend_further(self._next_day + max(SEARCHED_DAYS, (at - len(self._days)) * 7 // 5))
        return self._days[at]

    def _place(self, us: int) -> tuple[int, datetime]:
        """The day to which a working instant belongs, and its local time; a night's work belongs to the evening."""
        local = instant_at(us).astimezone(self.zone).replace(tzinfo=None)
        day = local.toordinal()
        for owner in (day, day - 1):
            if any(opens <= us < closes for opens, closes in self._spans_of(owner)):
                return owner, local
        return day, local

    def _opening_after(self, us: int) -> int:
        self._cover(us)
        at = bisect_right(self._opens, us)
        while at >= len(self._opens):
            self._extend_further(self._next_day + SEARCHED_DAYS)
        self._cover(self._opens[at])
        return self._opens[bisect_right(self._opens, us)]

    def _is_working(self, us: int) -> bool:
        self._cover(us)
        at = bisect_right(self._opens, us) - 1
        return at >= 0 and us < self._closes[at]

    def _elapsed(self, began: int, ended: int) -> int:
        self._cover(began)
        self._cover(ended)
        return self._worked(ended) - self._worked(began)

    def _paused(self, began: int, ended: int, pauses: list[Span]) -> int:
        clipped = ((max(begins, began), min(ends, ended)) for begins, ends in pauses)
        return sum(self._elapsed(begins, ends) for begins, ends in clipped if begins < ends)

    def _worked(self, us: int) -> int:
        """Working time from the first covered day to an instant that is covered."""
        at = bisect_right(self._opens, us) - 1
        return 0 if at < 0 else self._before[at] + min(us, self._closes[at]) - self._opens[at]

    def _forget(self, first_day: int) -> None:
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._before: list[int] = []
        self._days: list[int] = []
        self._total = 0
        self._first_day = self._next_day = first_day
        self._covered_from = self._covered_until = 0

    def _cover(self, us: int) -> None:
        """Make what is known reach around the instant."""
        if self._covered_from <= us < self._covered_until:
            return
        day = us // DAY_US + EPOCH_DAY
        if not FIRST_DAY <= day < LAST_DAY:
            raise BeyondHorizon(BEYOND)
        until_day = max(day + SEARCHED_DAYS, self._next_day)
        if us < self._covered_from or not self._covered_until:
            self._forget(day - SEARCHED_DAYS)
        self._extend(until_day)

    def _reach(self, goal: int, or_until: int = OPEN_ENDED) -> None:
        """Add days until `goal` microseconds of working time, or an instant, are covered."""
        while (missing := goal - self._total) > 0 and self._covered_until <= or_until:
            weeks = missing // self._a_week + 1 if self._a_week else 0
            if weeks * 7 > LAST_DAY - self._next_day + SEARCHED_DAYS + 2 * len(self._openings):
                raise BeyondHorizon(BEYOND)
            wanted = self._next_day + max(SEARCHED_DAYS, weeks * 7)
            self._extend_further(min(wanted, or_until // DAY_US + EPOCH_DAY + 3))

    def _extend_further(self, until_day: int) -> None:
        """Add days in the hope of more working time; it must not be in vain for ever."""
        if not self._a_week and self._next_day > self._last_opening:
            raise NoWorkingTime("the calendar has no working time left to reach the target")
        if self._next_day >= LAST_DAY:
            raise BeyondHorizon(BEYOND)
        self._extend(until_day)

    def _extend(self, until_day: int) -> None:
        """Add the days before `until_day` (or the last evaluated one) to what is known."""
        until_day = min(until_day, LAST_DAY + 3)
        last_closes = self._closes[-1] if self._closes else -OPEN_ENDED
        today, tomorrow = self._offset(self._next_day), self._offset(self._next_day + 1)
        for day in range(self._next_day, until_day):
            after = self._offset(day + 2)
            if today == tomorrow == after and day not in self._openings and day not in self._closures:
                midnight = (day - EPOCH_DAY) * DAY_US - today
                spans = [(midnight + opens, midnight + closes) for opens, closes in self._week[(day - 1) % 7]]
            else:
                spans = self._spans_of(day)
            if spans:
                self._days.append(day)
                if self._opens and spans[0][0] < self._opens[-1]:
                    spans = merged([*self._taken_back(spans[0][0]), *spans])
                    last_closes = self._closes[-1] if self._closes else -OPEN_ENDED
            for opens, closes in spans:
                if opens > last_closes:
                    self._before.append(self._total)
                    self._opens.append(opens)
                    self._closes.append(closes)
                    self._total += closes - opens
                    last_closes = closes
                elif closes > last_closes:
                    self._closes[-1] = closes
                    self._total += closes - last_closes
                    last_closes = closes
            today, tomorrow = tomorrow, after
        self._next_day = max(self._next_day, until_day)
        self._covered_from = (self._first_day + 2 - EPOCH_DAY) * DAY_US
        self._covered_until = (self._next_day - 1 - EPOCH_DAY) * DAY_US

    def _taken_back(self, from_us: int) -> list[Span]:
        """Forget the intervals that open after an instant, and return them: what a closure left of a long night."""
        spans = []
        while self._opens and self._opens[-1] > from_us:
            opens, closes = self._opens.pop(), self._closes.pop()
            self._total = self._before.pop()
            spans.append((opens, closes))
        return spans

    def _offset(self, day: int) -> int:
        """The offset from UTC at the start of the day, in microseconds."""
        return utc_offset(self.zone, datetime.fromordinal(day))

    def _spans_of(self, day: int) -> list[Span]:
        """The working intervals that begin on a day, as real time."""
        if day not in self._asked:
            if day in self._openings:
                self._asked[day] = merged(self._real(day, self._openings[day]))
            elif (closed := self._closures.get(day, [])) is None:
                self._asked[day] = []
            else:
                weekly = merged(self._real(day, self._week[(day - 1) % 7]))
                self._asked[day] = without(weekly, merged(self._real(day, closed)))
        return self._asked[day]

    def _real(self, day: int, written: list[Span]) -> list[Span]:
        """Turn times after local midnight into instants, across changes of the zone's clock."""
        midnight = datetime.fromordinal(day)
        spans = []
        for opens, closes in written:
            opens_at, closes_at = midnight + timedelta(microseconds=opens), midnight + timedelta(microseconds=closes)
            span = self._instant(opens_at, fold=0), self._instant(closes_at, fold=0 if self._is_twice(opens_at) else 1)
            if span[0] < span[1]:
                spans.append(span)
        return spans

    def _offsets(self, wall: datetime) -> tuple[int, int]:
        """The offsets that a local time has as its first and as its last occurrence."""
        return utc_offset(self.zone, wall.replace(fold=0)), utc_offset(self.zone, wall.replace(fold=1))

    def _is_twice(self, wall: datetime) -> bool:
        first, last = self._offsets(wall)
        return first > last

    def _instant(self, wall: datetime, *, fold: int) -> int:
        """The instant of a local time; of one that does not exist, the instant at which the clock jumps over it."""
        first, last = self._offsets(wall)
        local = microseconds(wall.replace(tzinfo=UTC))
        if first >= last:
            return local - (last if fold else first)
        before, jumped = local - last, local - first
        while jumped - before > 1:
            middle = (before + jumped) // 2
            if utc_offset(self.zone, instant_at(middle).astimezone(self.zone)) == first:
                before = middle
            else:
                jumped = middle
        return jumped
