"""How long a deadline takes to find, beside the libraries that others would use for it.

The calendar has a lunch break, weekends and two years of public holidays. `businesstimedelta` adds working time as we
do. `business-duration` only measures it between two instants, and knows no lunch: a deadline is found with it by
halving, to the minute, on days without lunch. What one measurement takes is told too; it answers another question.
"""

import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from functions.shared.domain.calendar import Calendar
from functions.shared.domain.working_time import WorkingTime

HOLIDAYS = tuple(
    date(year, month, day)
    for year in (2026, 2027)
    for month, days in ((1, (1, 2)), (2, (16, 17, 18, 19, 20)), (5, (1, 4, 5)), (10, (1, 2, 5, 6, 7)))
    for day in days
)
CALENDAR = Calendar.model_validate(
    {
        "timezone": "UTC",
        "week": {day: ["09:00-12:00", "13:30-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "closed": [{"date": day} for day in HOLIDAYS],
    }
)
CALENDAR_WITHOUT_LUNCH = CALENDAR.model_copy(update={"week": dict.fromkeys(CALENDAR.week, ("09:00-18:00",))})
START = datetime(2026, 1, 5, 10, 17, tzinfo=UTC)
TARGETS = [timedelta(hours=hours) for hours in (4, 24, 240, 2000)]

Row = tuple[str, str, float]
"""What was timed, of which library, and the microseconds that one call took."""


def seconds_a_call(call: Callable[[], object]) -> float:
    """The best of several rounds, each long enough to be measured."""
    rounds, _ = timeit.Timer(call).autorange()
    return min(timeit.repeat(call, number=rounds, repeat=5)) / rounds


def rows() -> list[Row]:
    """Every measurement, each library on the same question."""
    import businesstimedelta
    from business_duration import businessDuration

    ours, without_lunch = WorkingTime(CALENDAR), WorkingTime(CALENDAR_WITHOUT_LUNCH)
    rules = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(start_time=time(9), end_time=time(18), working_days=[0, 1, 2, 3, 4]),
            businesstimedelta.LunchTimeRule(start_time=time(12), end_time=time(13, 30), working_days=[0, 1, 2, 3, 4]),
            businesstimedelta.HolidayRule(HOLIDAYS),
        ]
    )
    found = [("compile", "aftercare", 1e6 * seconds_a_call(lambda: WorkingTime(CALENDAR).due(START, TARGETS[0])))]
    for target in TARGETS:
        due = ours.due(START, target)
        assert due is not None
        hours = target / timedelta(hours=1)
        theirs = businesstimedelta.BusinessTimeDelta(rules, hours=hours)
        assert START + theirs == due, "the libraries disagree"
        name = f"{hours:.0f} h"
        begin, end = START.replace(tzinfo=None), due.replace(tzinfo=None)

        def find(target: timedelta = target) -> object:
            return ours.due(START, target)

        def add(theirs: object = theirs) -> object:
            return START + theirs  # type: ignore[operator]  # the library has no types

        def measure(begin: datetime = begin, end: datetime = end) -> float:
            return float(businessDuration(begin, end, time(9), time(18), holidaylist=list(HOLIDAYS), unit="min"))

        def halve(begin: datetime = begin, hours: float = hours) -> datetime:
            low, high = begin, begin + timedelta(days=7 + hours / 4)
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (low, middle) if measure(begin, middle) >= hours * 60 else (middle, high)
            return high

        plain = without_lunch.due(START, target)
        assert plain is not None
        assert abs(halve() - plain.replace(tzinfo=None)) <= timedelta(minutes=2), "the libraries disagree"

        found += [
            (name, "aftercare", 1e6 * seconds_a_call(find)),
            (name, "businesstimedelta", 1e6 * seconds_a_call(add)),
            (name, "business-duration", 1e6 * seconds_a_call(halve)),
            (name, "…one measurement", 1e6 * seconds_a_call(measure)),
        ]
    return found


def main() -> None:
    """Print the table, with how much slower each peer is."""
    print(f"{'target':>10}  {'library':<18} {'µs a call':>12}  {'times ours':>10}")
    base = 0.0
    for name, library, microseconds in rows():
        if library == "aftercare":
            base = microseconds
        print(f"{name:>10}  {library:<18} {microseconds:>12,.1f}  {microseconds / base:>10,.0f}")


if __name__ == "__main__":
    main()
