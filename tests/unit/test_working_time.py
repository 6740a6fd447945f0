"""The vectors that fix what working time means; `docs/calendars.md` says it in words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.shared.domain.calendar import Calendar, WorkingDays, parse_target
from functions.shared.domain.spans import Pause
from functions.shared.domain.walk import explain
from functions.shared.domain.working_time import BeyondHorizon, NoWorkingTime, WorkingTime

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")


def working(timezone: str, hours: list[str], days: tuple[str, ...] = WORKDAYS, **more: Any) -> WorkingTime:
    return WorkingTime(Calendar.model_validate({"timezone": timezone, "week": dict.fromkeys(days, hours), **more}))


OFFICE = working("UTC", ["09:00-17:00"])
SPLIT = working("UTC", ["09:00-12:00", "13:30-18:00"])
NIGHTS = working("UTC", ["21:00-02:00"], EVERY_DAY)
BERLIN = WorkingTime(Calendar(timezone="Europe/Berlin", always=True))
SHANGHAI = working(
    "Asia/Shanghai",
    ["09:00-12:00", "13:30-18:00"],
    closed=[{"date": f"2026-10-0{day}", "name": "国庆节"} for day in range(1, 8)],
    open=[{"date": "2026-10-10", "like": "mon", "name": "国庆调休"}],
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("calendar", "start", "target", "due"),
    [
        (OFFICE, "2026-01-30T16:30Z", "1h", "2026-02-02T09:30Z"),
        (OFFICE, "2026-01-30T16:00Z", "1h", "2026-01-30T17:00Z"),
        (OFFICE, "2026-01-31T11:00Z", "0h", "2026-01-31T11:00Z"),
        (OFFICE, "2026-01-31T11:00Z", "0d", "2026-01-31T11:00Z"),
        (OFFICE, "2026-01-31T11:00Z", "1s", "2026-02-02T09:00:01Z"),
        (SPLIT, "2026-02-02T11:45Z", "30m", "2026-02-02T13:45Z"),
        (SPLIT, "2026-02-02T11:45Z", "15m", "2026-02-02T12:00Z"),
        (NIGHTS, "2026-02-02T20:00Z", "6h", "2026-02-03T22:00Z"),
        (NIGHTS, "2026-02-02T01:30Z", "1h", "2026-02-02T21:30Z"),
        (BERLIN, "2026-03-29T00:00+01:00", "4h", "2026-03-29T05:00+02:00"),
        (BERLIN, "2026-10-25T00:00+02:00", "4h", "2026-10-25T03:00+01:00"),
        (SHANGHAI, "2026-09-30T17:00+08:00", "2h", "2026-10-08T10:00+08:00"),
        (SHANGHAI, "2026-10-09T17:30+08:00", "1h", "2026-10-10T09:30+08:00"),
        (SHANGHAI, "2026-10-10T17:30+08:00", "1h", "2026-10-12T09:30+08:00"),
    ],
)
def test_a_target_is_due_when_its_working_time_is_used_up(
    calendar: WorkingTime, start: str, target: str, due: str
) -> None:
    assert calendar.due(at(start), parse_target(target)) == at(due)


@pytest.mark.parametrize(
    ("calendar", "start", "target", "due"),
    [
        (SHANGHAI, "2026-09-25T16:30+08:00", "3d", "2026-09-30T16:30+08:00"),
        (SHANGHAI, "2026-09-28T16:30+08:00", "3d", "2026-10-08T16:30+08:00"),
        (SHANGHAI, "2026-09-30T16:30+08:00", "3d", "2026-10-10T16:30+08:00"),
        (SHANGHAI, "2026-09-26T11:00+08:00", "1d", "2026-09-29T09:00+08:00"),
        (SHANGHAI, "2026-09-28T12:15+08:00", "1d", "2026-09-29T13:30+08:00"),
        (SHANGHAI, "2026-09-28T18:00+08:00", "1d", "2026-09-30T09:00+08:00"),
        (NIGHTS, "2026-02-03T01:30Z", "1d", "2026-02-04T01:30Z"),
        (BERLIN, "2026-03-28T02:30+01:00", "1d", "2026-03-29T03:00+02:00"),
    ],
)
def test_working_days_end_at_the_same_clock_time(calendar: WorkingTime, start: str, target: str, due: str) -> None:
    assert calendar.due(at(start), parse_target(target)) == at(due)


def test_working_days_stay_inside_the_hours_of_their_last_day() -> None:
    week = {"mon": ["08:00-20:00"], "tue": ["09:00-12:00", "14:00-16:00"], "wed": ["10:00-11:00"]}
    calendar = WorkingTime(Calendar.model_validate({"timezone": "UTC", "week": week}))

    def due(hour: str) -> datetime | None:
        return calendar.due(at(f"2026-02-02T{hour}Z"), WorkingDays(1))

    assert due("08:15") == at("2026-02-03T09:00Z")
    assert due("11:00") == at("2026-02-03T11:00Z")
    assert due("12:00") == at("2026-02-03T12:00Z")
    assert due("12:30") == at("2026-02-03T14:00Z")
    assert due("19:00") == at("2026-02-03T16:00Z")


@pytest.mark.parametrize(
    ("zone", "hours", "day", "worked"),
    [
        ("America/New_York", "02:30-04:00", "2026-03-08", timedelta(hours=1)),
        ("America/New_York", "02:10-02:50", "2026-03-08", timedelta(0)),
        ("America/New_York", "00:00-24:00", "2026-03-08", timedelta(hours=23)),
        ("America/New_York", "00:00-24:00", "2026-11-01", timedelta(hours=25)),
        ("America/New_York", "01:00-01:30", "2026-11-01", timedelta(minutes=30)),
        ("America/New_York", "00:00-01:30", "2026-11-01", timedelta(hours=2, minutes=30)),
        ("America/New_York", "01:30-03:00", "2026-11-01", timedelta(hours=2, minutes=30)),
        ("America/New_York", "22:00-06:00", "2026-10-31", timedelta(hours=9)),
        ("America/New_York", "22:00-06:00", "2026-03-07", timedelta(hours=7)),
        ("Australia/Lord_Howe", "00:00-24:00", "2026-04-05", timedelta(hours=24, minutes=30)),
        ("Australia/Lord_Howe", "00:00-24:00", "2026-10-04", timedelta(hours=23, minutes=30)),
        ("Africa/Cairo", "00:00-24:00", "2026-04-24", timedelta(hours=23)),
        ("Pacific/Apia", "00:00-24:00", "2011-12-30", timedelta(0)),
    ],
)
def test_elapsed_time_is_real_time_when_clocks_change(zone: str, hours: str, day: str, worked: timedelta) -> None:
    calendar = working(zone, [], open=[{"date": day, "hours": [hours]}])
    noon = at(f"{day}T12:00Z")
    assert calendar.elapsed(noon - timedelta(days=3), noon + timedelta(days=3)) == worked


def test_an_overnight_interval_belongs_to_the_day_on_which_it_starts() -> None:
    def worked(closed: str) -> timedelta:
        calendar = working("UTC", ["22:00-06:00"], ("sat",), closed=[{"date": closed}])
        return calendar.elapsed(at("2026-02-06T00:00Z"), at("2026-02-09T00:00Z"))

    assert worked("2026-02-07") == timedelta(0)
    assert worked("2026-02-08") == timedelta(hours=8)


def test_named_hours_close_only_themselves() -> None:
    christmas_eve = {"date": "2026-12-24", "hours": ["13:00-24:00"], "name": "Christmas Eve"}
    calendar = working("Europe/Berlin", ["09:00-12:00", "12:30-17:00"], closed=[christmas_eve])
    assert calendar.elapsed(at("2026-12-24T00:00+01:00"), at("2026-12-25T00:00+01:00")) == timedelta(hours=3.5)


def test_an_extra_opening_replaces_hours_and_closures_of_its_day() -> None:
    calendar = working(
        "UTC",
        ["09:00-17:00"],
        closed=[{"date": "2026-02-04"}],
        open=[{"date": "2026-02-04", "hours": ["10:00-12:00"]}, {"date": "2026-02-05", "hours": ["20:00-21:00"]}],
    )
    assert calendar.elapsed(at("2026-02-04T00:00Z"), at("2026-02-06T00:00Z")) == timedelta(hours=3)


def test_overlapping_and_touching_intervals_count_once() -> None:
    calendar = working("UTC", ["09:00-12:00", "11:00-13:00", "13:00-14:00", "22:00-10:00"], ("mon", "tue"))
    assert calendar.elapsed(at("2026-02-02T00:00Z"), at("2026-02-04T12:00Z")) == timedelta(hours=5 + 16 + 12)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("10:00", "11:00")], "13:00"),
        ([("10:00", "11:00"), ("10:30", "11:30")], "13:30"),
        ([("10:30", "11:30"), ("10:00", "11:00")], "13:30"),
        ([("12:00", "13:00")], "12:00"),
        ([("12:00", None)], "12:00"),
        ([("11:59", None)], None),
        ([("05:00", "08:00")], "12:00"),
        ([("05:00", "10:00")], "13:00"),
        ([("10:00", "10:00")], "12:00"),
    ],
)
def test_pauses_take_away_the_working_time_inside_them(pauses: list[tuple[str, str | None]], due: str | None) -> None:
    def on_monday(clock: str | None) -> datetime | None:
        return None if clock is None else at(f"2026-02-02T{clock}Z")

    taken = [Pause(at(f"2026-02-02T{begins}Z"), on_monday(ends)) for begins, ends in pauses]
    assert OFFICE.due(at("2026-02-02T09:00Z"), timedelta(hours=3), taken) == on_monday(due)


def test_a_pause_moves_a_target_in_working_days_by_the_working_time_it_takes() -> None:
    pause = [Pause(at("2026-02-03T00:00Z"), at("2026-02-04T11:00Z"))]
    assert OFFICE.due(at("2026-02-02T10:00Z"), WorkingDays(1), pause) == at("2026-02-04T12:00Z")
    assert OFFICE.due(at("2026-02-02T10:00Z"), WorkingDays(1), [Pause(at("2026-02-02T11:00Z"), None)]) is None
    assert OFFICE.due(at("2026-02-02T10:00Z"), WorkingDays(1), [Pause(at("2026-02-03T10:00Z"), None)]) == at(
        "2026-02-03T10:00Z"
    )


def test_a_pause_still_open_takes_all_the_rest_of_the_elapsed_time() -> None:
    pauses = [Pause(at("2026-02-02T12:00Z"), None)]
    assert OFFICE.elapsed(at("2026-02-02T09:00Z"), at("2026-02-09T09:00Z"), pauses) == timedelta(hours=3)


def test_questions_about_earlier_times_come_out_the_same_in_any_order() -> None:
    late, early = at("2031-05-05T10:00Z"), at("2003-05-05T10:00Z")
    asked = working("America/New_York", ["09:00-12:00", "13:00-18:00"])
    first = asked.due(late, timedelta(hours=40)), asked.due(early, timedelta(hours=40))
    assert (asked.due(late, timedelta(hours=40)), asked.due(early, timedelta(hours=40))) == first
    again = working("America/New_York", ["09:00-12:00", "13:00-18:00"])
    assert (again.due(early, timedelta(hours=40)), again.due(late, timedelta(hours=40))) == (first[1], first[0])


def test_a_calendar_without_working_time_in_the_next_366_days_is_refused() -> None:
    now = at("2026-01-01T00:00Z")
    with pytest.raises(NoWorkingTime):
        working("UTC", []).require_working_time(now)
    with pytest.raises(NoWorkingTime):
        working("UTC", [], open=[{"date": "2027-01-02", "hours": ["09:00-10:00"]}]).require_working_time(now)
    working("UTC", [], open=[{"date": "2027-01-01", "hours": ["09:00-10:00"]}]).require_working_time(now)


def test_no_question_runs_for_ever() -> None:
    once = working("UTC", [], open=[{"date": "2026-02-02", "hours": ["09:00-10:00"]}])
    with pytest.raises(NoWorkingTime):
        once.due(at("2026-01-01T00:00Z"), timedelta(hours=2))
    with pytest.raises(NoWorkingTime):
        once.due(at("2026-01-01T00:00Z"), WorkingDays(2))
    with pytest.raises(NoWorkingTime):
        once.next_opening(at("2026-03-01T00:00Z"))
    with pytest.raises(BeyondHorizon):
        OFFICE.due(at("2026-01-01T00:00Z"), timedelta(days=30_000))
    with pytest.raises(BeyondHorizon):
        OFFICE.due(at("9999-12-31T00:00Z"), timedelta(hours=1))
    with pytest.raises(BeyondHorizon):
        OFFICE.elapsed(at("0001-01-01T00:00Z"), at("2026-01-01T00:00Z"))


@pytest.mark.parametrize("target", ["", "4", "h", "-1h", "1.5h", "4 h", "1w", "٣h", "900000h", "99999999d", "4h\n"])
def test_a_text_that_means_no_target_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="target"):
        parse_target(target)


def test_naive_times_negative_targets_and_reversed_pauses_are_refused() -> None:
    monday = at("2026-02-02T09:00Z")
    with pytest.raises(ValueError, match="offset"):
        OFFICE.due(monday.replace(tzinfo=None), timedelta(hours=1))
    with pytest.raises(ValueError, match="negative"):
        OFFICE.due(monday, timedelta(hours=-1))
    with pytest.raises(ValueError, match="ends before it begins"):
        OFFICE.due(monday, timedelta(hours=1), [Pause(monday, monday - timedelta(hours=1))])
    with pytest.raises(ValueError, match="is before"):
        OFFICE.elapsed(monday, monday - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"timezone": "Asia/Peking"}, ("timezone",)),
        ({"timezone": "../etc/passwd"}, ("timezone",)),
        ({"timezone": ""}, ("timezone",)),
        ({"week": {"mon": ["9-17"]}}, ("week", "mon", 0)),
        ({"week": {"mon": ["09:00-12:00", "25:00-26:00"]}}, ("week", "mon", 1)),
        ({"week": {"mon": ["24:00-06:00"]}}, ("week", "mon", 0)),
        ({"week": {"mon": ["09:00-09:00"]}}, ("week", "mon", 0)),
        ({"week": {"funday": ["09:00-17:00"]}}, ("week", "funday", "[key]")),
        ({"closed": [{"date": "2026-02-30"}]}, ("closed", 0, "date")),
        ({"closed": [{"date": "2026-02-03", "hours": ["1-2"]}]}, ("closed", 0, "hours", 0)),
        ({"open": [{"date": "2026-02-03"}]}, ("open", 0)),
        ({"open": [{"date": "2026-02-03", "like": "mon", "hours": ["09:00-10:00"]}]}, ("open", 0)),
        ({"open": [{"date": "2026-02-03", "like": "monday"}]}, ("open", 0, "like")),
        ({"always": True, "week": {"mon": ["09:00-17:00"]}}, ()),
        ({"holidays": []}, ("holidays",)),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_the_place(
    written: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        Calendar.model_validate({"timezone": "UTC", **written})
    assert [error["loc"] for error in refused.value.errors()] == [place]


def test_the_walk_tells_what_counted_and_what_was_skipped() -> None:
    due, walk = explain(SHANGHAI, at("2026-09-30T17:00+08:00"), timedelta(hours=2))
    assert due == at("2026-10-08T10:00+08:00")
    assert [reason.en for reason in walk] == [
        "Counting 2 h of working time from Wed 30 Sep 2026 17:00 (Asia/Shanghai).",
        "Wed 30 Sep 17:00–18:00 counts 1 h.",
        "Thu 1 Oct to Wed 7 Oct: closed (国庆节).",
        "Thu 8 Oct 09:00–10:00 counts 1 h.",
        "Due Thu 8 Oct 2026 10:00.",
    ]
    assert [reason.zh for reason in walk] == [
        "从2026年9月30日（周三）17:00起计2小时工作时间（Asia/Shanghai）。",
        "9月30日（周三）17:00–18:00计入1小时。",
        "10月1日（周四）至10月7日（周三）休息：国庆节。",
        "10月8日（周四）09:00–10:00计入1小时。",
        "到期：2026年10月8日（周四）10:00。",
    ]


def test_the_walk_of_working_days_names_the_days() -> None:
    _, walk = explain(SHANGHAI, at("2026-09-30T12:15+08:00"), WorkingDays(3), [])
    assert [reason.en for reason in walk] == [
        "Counting 3 working days from Wed 30 Sep 2026 12:15 (Asia/Shanghai).",
        "That is outside working time, so it counts from the next opening, Wed 30 Sep 2026 13:30.",
        "Thu 1 Oct to Wed 7 Oct: closed (国庆节).",
        "Sat 10 Oct: worked by special arrangement (国庆调休).",
        "Working day 3 of: Thu 8 Oct, Fri 9 Oct, Sat 10 Oct.",
        "Due Sat 10 Oct 2026 13:30.",
    ]


def test_the_walk_stays_short_at_any_horizon() -> None:
    _, walk = explain(SHANGHAI, at("2026-01-05T09:00+08:00"), timedelta(hours=2000))
    assert len(walk) <= 20
    assert "working intervals count" in " ".join(reason.en for reason in walk)


def test_the_walk_names_the_pauses() -> None:
    pauses = [Pause(at("2026-02-02T10:00Z"), at("2026-02-02T11:00Z")), Pause(at("2026-02-02T11:30Z"), None)]
    _, walk = explain(OFFICE, at("2026-02-02T09:00Z"), timedelta(hours=8), pauses)
    assert [reason.code for reason in walk] == ["walk.start", "walk.paused", "walk.paused", "walk.held"]
    assert walk[1].en == "Paused from Mon 2 Feb 2026 10:00 until Mon 2 Feb 2026 11:00."


def test_what_a_closure_leaves_of_a_night_may_begin_after_the_next_day_opens() -> None:
    calendar = WorkingTime(
        Calendar.model_validate(
            {
                "timezone": "UTC",
                "week": {"mon": ["20:00-06:00"], "tue": ["01:00-02:00", "03:00-05:00"]},
                "closed": [{"date": "2026-02-02", "hours": ["20:00-04:00"]}],
            }
        )
    )
    monday = at("2026-02-02T19:00Z")
    assert calendar.elapsed(monday, at("2026-02-04T00:00Z")) == timedelta(hours=4)
    assert calendar.due(monday, timedelta(hours=1)) == at("2026-02-03T02:00Z")
    assert calendar.next_opening(monday) == at("2026-02-03T01:00Z")
