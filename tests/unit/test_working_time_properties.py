"""Working time beside a second implementation that walks real time minute by minute and looks at the wall clock.

`AFTERCARE_EXAMPLES=20000` tries as many random cases as that; by default there are fewer, so that the tests stay quick.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
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


class Wall:
    """Every minute of some days with the local time that a clock on the wall shows then."""

    def __init__(self, calendar: Calendar, begin: datetime, end: datetime) -> None:
        zone = ZoneInfo(calendar.timezone)
        self.calendar = calendar
        self.steps = [begin + STEP * n for n in range(int((end - begin) / STEP))]
        shown = [step.astimezone(zone) for step in self.steps]
        self.days = sorted({local.date() for local in shown})
        self.clock = [local.replace(tzinfo=None, fold=0) for local in shown]
        self.places: dict[datetime, list[int]] = {}
        for place, local in enumerate(self.clock):
            self.places.setdefault(local, []).append(place)
        self.of_day = {day: self._worked(day) for day in self.days[1:-2]}
        self.worked = frozenset[datetime]().union(*self.of_day.values())

    def _worked(self, day: date) -> frozenset[datetime]:
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

    def _between(self, day: date, hours: list[str]) -> frozenset[datetime]:
        """The steps inside the written hours of a day, read minute by minute: merged first, then found on the wall."""
        written = sorted({minute for text in hours for minute in range(*minutes(text))})
        runs: list[list[int]] = []
        for minute in written:
            if runs and runs[-1][-1] + 1 == minute:
                runs[-1].append(minute)
            else:
                runs.append([minute])
        midnight = datetime.combine(day, time())
        found: set[datetime] = set()
        for run in runs:
            opens, closes = midnight + timedelta(minutes=run[0]), midnight + timedelta(minutes=run[-1] + 1)
            first = self._first(opens, 0)
            ends = self.places.get(closes, [])
            last = ends[-1] if ends and len(self.places.get(opens, ())) < 2 else self._first(closes, first)
            found |= set(self.steps[first:last])
        return frozenset(found)

    def _first(self, wanted: datetime, since: int) -> int:
        """The first minute, from a place on, at which the clock shows `wanted` or something later."""
        exact = next((place for place in self.places.get(wanted, ()) if place >= since), None)
        if exact is None or any(self.clock[place] > wanted for place in range(max(since, exact - 180), exact)):
            return next(place for place in range(since, len(self.clock)) if self.clock[place] >= wanted)
        return exact


def paused(instant: datetime, pauses: list[Pause]) -> bool:
    return any(pause.begins <= instant and (pause.ends is None or instant < pause.ends) for pause in pauses)


times = st.integers(0, 24 * 60 - 1).map(lambda n: f"{n // 60:02}:{n % 60:02}")
closing = st.one_of(times, st.just("24:00"))
hours = st.tuples(times, closing).filter(lambda pair: pair[0] != pair[1]).map("-".join)
some_hours = st.lists(hours, min_size=1, max_size=2)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, list[Pause]]:
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
    return Calendar.model_validate(written), draw(moments), pauses


def wall_of(calendar: Calendar, start: datetime, days: int) -> Wall:
    midnight = datetime.combine(start.date(), time(), UTC)
    return Wall(calendar, midnight - timedelta(days=3), midnight + timedelta(days=days))


@settings(max_examples=EXAMPLES, deadline=None)
@given(case=cases(), budget=st.integers(1, 3000))
def test_due_and_elapsed_agree_with_walking_the_wall_clock(
    case: tuple[Calendar, datetime, list[Pause]], budget: int
) -> None:
    calendar, start, pauses = case
    wall = wall_of(calendar, start, 9)
    end = max(wall.steps) - timedelta(days=3)
    counted = [step for step in wall.steps if start <= step < end and step in wall.worked and not paused(step, pauses)]

    working_time = WorkingTime(calendar)
    assert working_time.elapsed(start, end, pauses) == STEP * len(counted)
    if budget <= len(counted):
        assert working_time.due(start, STEP * budget, pauses) == counted[budget - 1] + STEP


@settings(max_examples=max(20, EXAMPLES // 4), deadline=None)
@given(case=cases(), count=st.integers(1, 3))
def test_working_days_agree_with_walking_the_wall_clock(
    case: tuple[Calendar, datetime, list[Pause]], count: int
) -> None:
    calendar, start, _ = case
    wall = wall_of(calendar, start, 12)
    counted_from = next((step for step in wall.steps if step >= start and step in wall.worked), None)
    if counted_from is None:
        return
    shown = dict(zip(wall.steps, wall.clock, strict=True))
    today = shown[counted_from].date()
    owner = next(day for day in (today, today - timedelta(days=1)) if counted_from in wall.of_day[day])
    later = [day for day in wall.days[1:-2] if day > owner and wall.of_day[day]]
    if len(later) < count:
        return
    clock = shown[counted_from] - datetime.combine(owner, time())
    wanted = datetime.combine(later[count - 1], time()) + clock
    reached = next(step for step in wall.steps if shown[step] >= wanted)
    worked = wall.of_day[later[count - 1]]
    inside = {*worked, *(step + STEP for step in worked)}
    due = next((step for step in sorted(inside) if step >= reached), max(inside))

    assert WorkingTime(calendar).due(start, WorkingDays(count)) == due


@settings(max_examples=100, deadline=None)
@given(case=cases(), first=st.integers(0, 10**10), second=st.integers(1, 10**10))
def test_spending_in_two_steps_equals_spending_at_once(
    case: tuple[Calendar, datetime, list[Pause]], first: int, second: int
) -> None:
    calendar, start, pauses = case
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
