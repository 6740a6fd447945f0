"""Working time beside a second implementation that walks real time minute by minute and looks at the wall clock.

`AFTERCARE_EXAMPLES=20000` tries as many random cases as that; by default there are fewer, so that the tests stay quick.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.domain.calendar import Calendar, Weekday, WorkingDays, minutes
from functions.shared.domain.spans import Pause
from functions.shared.domain.working_time import WorkingTime

STEP = timedelta(minutes=1)
EXAMPLES = int(os.environ.get("AFTERCARE_EXAMPLES", "40"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Asuncion",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Chatham",
)
CHANGES = ("2023-03-12", "2023-03-26", "2023-10-01", "2023-10-29", "2023-11-05", "2023-04-02", "2023-04-28")


class Minutes:
    """Every minute around a day with the local time that a clock on a zone's wall shows then."""

    def __init__(self, zone: str, around: date) -> None:
        self.begin = datetime.combine(around, time(), UTC) - timedelta(days=6)
        steps = [self.begin + STEP * n for n in range(21 * 1440)]
        self.clock = [step.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for step in steps]
        self.days = sorted({local.date() for local in self.clock})[1:-2]
        self.places: dict[datetime, list[int]] = {}
        for place, local in enumerate(self.clock):
            self.places.setdefault(local, []).append(place)

    def at(self, instant: datetime) -> int:
        place, rest = divmod(instant - self.begin, STEP)
        assert not rest
        return place

    def instant(self, place: int) -> datetime:
        return self.begin + STEP * place

    def between(self, opens: datetime, closes: datetime) -> range:
        """The minutes from the first one that shows `opens` to the one that shows `closes`."""
        first = self._first(opens, 0)
        ends = self.places.get(closes, [])
        once = len(self.places.get(opens, ())) < 2
        return range(first, ends[-1] if ends and once else self._first(closes, first))

    def _first(self, wanted: datetime, since: int) -> int:
        """The first minute, from a place on, at which the clock shows `wanted` or something later."""
        exact = next((place for place in self.places.get(wanted, ()) if place >= since), None)
        if exact is None or any(self.clock[place] > wanted for place in range(max(since, exact - 180), exact)):
            return next(place for place in range(since, len(self.clock)) if self.clock[place] >= wanted)
        return exact


minutes_of = cache(Minutes)


class Wall:
    """Which minutes of some days a calendar works, found on the clock on the wall."""

    def __init__(self, calendar: Calendar, minutes_shown: Minutes, start: datetime, days: int) -> None:
        self.calendar = calendar
        self.shown = minutes_shown
        first, last = start.date() - timedelta(days=2), start.date() + timedelta(days=days)
        self.of_day = {day: self._worked(day) for day in minutes_shown.days if first <= day <= last}
        self.worked = frozenset[int]().union(*self.of_day.values())

    def _worked(self, day: date) -> frozenset[int]:
        openings = [opening for opening in self.calendar.open if opening.date == day]
        hours: list[str] = []
        for opening in openings:
            hours += opening.hours or (self.calendar.hours_of(opening.like) if opening.like else ())
        if openings:
            return self._between(day, hours)
        closures = [closure for closure in self.calendar.closed if closure.date == day]
        if any(closure.hours is None for closure in closures):
            return frozenset()
        weekly = self.calendar.hours_of(Weekday(WEEKDAYS[day.weekday()]))
        closed = [hours for closure in closures for hours in closure.hours or ()]
        return self._between(day, list(weekly)) - self._between(day, closed)

    def _between(self, day: date, hours: list[str]) -> frozenset[int]:
        """The minutes inside the written hours of a day, read one by one: merged first, then found on the wall."""
        written = sorted({minute for text in hours for minute in range(*minutes(text))})
        runs: list[list[int]] = []
        for minute in written:
            if runs and runs[-1][-1] + 1 == minute:
                runs[-1].append(minute)
            else:
                runs.append([minute])
        midnight = datetime.combine(day, time())
        found: set[int] = set()
        for run in runs:
            opens, closes = midnight + timedelta(minutes=run[0]), midnight + timedelta(minutes=run[-1] + 1)
            found |= set(self.shown.between(opens, closes))
        return frozenset(found)


class Case(NamedTuple):
    calendar: Calendar
    around: date
    start: datetime
    pauses: list[Pause]

    def wall(self, days: int) -> Wall:
        return Wall(self.calendar, minutes_of(self.calendar.timezone, self.around), self.start, days)


times = st.integers(0, 24 * 60 - 1).map(lambda n: f"{n // 60:02}:{n % 60:02}")
closing = st.one_of(times, st.just("24:00"))
hours = st.tuples(times, closing).filter(lambda pair: pair[0] != pair[1]).map("-".join)
some_hours = st.lists(hours, min_size=1, max_size=2)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A calendar with exceptions around a day on which clocks change somewhere, an instant near, and pauses."""
    around = date.fromisoformat(draw(st.sampled_from(CHANGES)))
    near = st.integers(-5, 5).map(lambda days: (around + timedelta(days=days)).isoformat())
    written: dict[str, Any] = {"timezone": draw(st.sampled_from(ZONES))}
    if draw(st.integers(0, 7)):
        written["week"] = draw(st.dictionaries(st.sampled_from(WEEKDAYS), some_hours, min_size=1))
    else:
        written["always"] = True
    written["closed"] = draw(
        st.lists(st.fixed_dictionaries({"date": near}, optional={"hours": some_hours}), max_size=2)
    )
    written["open"] = draw(
        st.lists(
            st.one_of(
                st.fixed_dictionaries({"date": near, "hours": some_hours}),
                st.fixed_dictionaries({"date": near, "like": st.sampled_from(WEEKDAYS)}),
            ),
            max_size=2,
        )
    )
    middle = datetime.combine(around, time(), UTC)
    moments = st.integers(-2 * 1440, 2 * 1440).map(lambda steps: middle + STEP * steps)
    spans = draw(st.lists(st.tuples(moments, st.integers(0, 2000)), max_size=2))
    pauses = [Pause(begins, begins + STEP * length) for begins, length in spans]
    return Case(Calendar.model_validate(written), around, draw(moments), pauses)


@settings(max_examples=EXAMPLES, deadline=None)
@given(case=cases(), budget=st.integers(1, 3000))
def test_due_and_elapsed_agree_with_walking_the_wall_clock(case: Case, budget: int) -> None:
    wall = case.wall(days=7)
    end = datetime.combine(case.start.date(), time(), UTC) + timedelta(days=6)
    shown = wall.shown
    paused = {minute for begins, ends in case.pauses if ends for minute in range(shown.at(begins), shown.at(ends))}
    counted = sorted(wall.worked.intersection(range(shown.at(case.start), shown.at(end))) - paused)

    working_time = WorkingTime(case.calendar)
    assert working_time.elapsed(case.start, end, case.pauses) == STEP * len(counted)
    if budget <= len(counted):
        assert working_time.due(case.start, STEP * budget, case.pauses) == shown.instant(counted[budget - 1] + 1)


@settings(max_examples=max(20, EXAMPLES // 4), deadline=None)
@given(case=cases(), count=st.integers(1, 3))
def test_working_days_agree_with_walking_the_wall_clock(case: Case, count: int) -> None:
    wall = case.wall(days=9)
    shown = wall.shown
    counted_from = min((minute for minute in wall.worked if minute >= shown.at(case.start)), default=None)
    if counted_from is None:
        return
    today = shown.clock[counted_from].date()
    owner = next(day for day in (today, today - timedelta(days=1)) if counted_from in wall.of_day[day])
    later = [day for day, worked in wall.of_day.items() if day > owner and worked]
    if len(later) < count:
        return
    clock = shown.clock[counted_from] - datetime.combine(owner, time())
    wanted = datetime.combine(later[count - 1], time()) + clock
    reached = next(place for place in range(counted_from, len(shown.clock)) if shown.clock[place] >= wanted)
    worked = wall.of_day[later[count - 1]]
    inside = {*worked, *(minute + 1 for minute in worked)}
    due = min((minute for minute in inside if minute >= reached), default=max(inside))

    assert WorkingTime(case.calendar).due(case.start, WorkingDays(count)) == shown.instant(due)


@settings(max_examples=100, deadline=None)
@given(case=cases(), first=st.integers(0, 10**10), second=st.integers(1, 10**10))
def test_spending_in_two_steps_equals_spending_at_once(case: Case, first: int, second: int) -> None:
    calendar, _, start, pauses = case
    working_time = WorkingTime(calendar)
    part, rest = timedelta(microseconds=first), timedelta(microseconds=second)
    try:
        working_time.require_working_time(start)
    except ValueError:
        return
    middle = working_time.due(start, part, pauses)
    assert middle is not None
    due = working_time.due(start, part + rest, pauses)
    assert due == working_time.due(middle, rest, pauses)
    assert due is not None
    assert working_time.elapsed(start, due, pauses) == part + rest
