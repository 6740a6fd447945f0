"""`desk calendar import`: what it writes, and what it leaves alone."""

from datetime import date
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from functions.shared.domain.calendar import Calendar
from ops.calendar_file import merged, new_calendar, parse_calendar
from ops.cli import app
from ops.failure import Failure
from ops.special_days import SpecialDay, combined
from ops.yaml_file import read_yaml

MAKE_UP_DAYS = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
BY_HAND = """# Ours.
timezone: Asia/Shanghai  # head office
week:
  tue: ["08:30-12:00", "13:30-17:30"]   # never on Mondays
  sat: ["09:00-12:00"]
closed:   # as announced
  # the whole of October is hard
  - {date: 2026-10-02, name: Our own}  # do not touch
  - date: 2026-10-10
    hours: ["13:00-18:00"]

# worked all the same
open:
  - {date: 2026-10-01, hours: ["10:00-12:00"]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "calendars").mkdir()
    return tmp_path


def import_days(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["calendar", "import", "--folder", str(folder), *arguments])
    if result.exception:
        raise result.exception
    return result.stdout


def written(folder: Path, name: str) -> Calendar:
    """The calendar in a file, as `desk config` reads it."""
    return Calendar.model_validate(read_yaml(folder / "calendars" / f"{name}.yaml").content)


def closed(calendar: Calendar) -> dict[date, str]:
    return {day.date: day.name for day in calendar.closed}


@pytest.mark.parametrize("year", MAKE_UP_DAYS)
def test_make_up_days_in_china_are_worked_like_a_weekday(folder: Path, year: int) -> None:
    import_days(folder, "--country", "CN", "--year", str(year))
    calendar = written(folder, "cn")
    assert [f"{day.date:%m-%d}" for day in calendar.open] == MAKE_UP_DAYS[year].split()
    assert {day.like for day in calendar.open} == {"mon"}
    assert closed(calendar)[date(year, 10, 1)] == "国庆节"
    assert calendar.timezone == "Asia/Shanghai"


def test_a_break_in_china_has_its_weekends_and_names(folder: Path) -> None:
    import_days(folder, "--country", "cn", "--year", "2026")
    calendar = written(folder, "cn")
    spring = [day.day for day, name in closed(calendar).items() if name == "春节"]
    assert spring == list(range(15, 24))
    assert calendar.open[1].name == "春节调休"


@pytest.mark.parametrize("year", range(2006, 2027))
def test_the_two_libraries_agree_on_china(year: int) -> None:
    theirs = holidays.country_holidays("CN", years=year, expand=False)
    off = {day for day in chinese_calendar.holidays if day.year == year and day.weekday() < 5}
    assert {day for day in theirs if day.weekday() < 5} == off
    worked = {day for day in chinese_calendar.workdays if day.year == year}
    assert {day for day in theirs.weekend_workdays if day.year == year} == worked


def test_a_part_of_a_country_has_its_own_days_and_names(folder: Path) -> None:
    import_days(folder, "--country", "DE", "--subdivision", "BY", "--year", "2026")
    import_days(folder, "--country", "DE", "--year", "2026", "--language", "en")
    bavaria, germany = written(folder, "de-by"), written(folder, "de")
    assert closed(bavaria)[date(2026, 1, 6)] == "Heilige Drei Könige"
    assert date(2026, 1, 6) not in closed(germany)
    assert closed(germany)[date(2026, 10, 3)] == "German Unity Day"
    assert (germany.timezone, germany.open) == ("Europe/Berlin", ())


def test_a_language_is_spoken_as_in_the_country(folder: Path) -> None:
    import_days(folder, "--country", "HK", "--year", "2026", "--language", "zh")
    assert closed(written(folder, "hk"))[date(2026, 2, 17)] == "農曆年初一"


def test_america_closes_on_the_day_that_is_observed(folder: Path) -> None:
    import_days(folder, "--country", "US", "--year", "2026", "--timezone", "America/Chicago")
    calendar = written(folder, "us")
    assert closed(calendar)[date(2026, 7, 3)] == "Independence Day (observed)"
    assert closed(calendar)[date(2026, 11, 26)] == "Thanksgiving Day"
    assert calendar.timezone == "America/Chicago"


def test_a_second_import_changes_nothing(folder: Path) -> None:
    arguments = ("--country", "CN", "--year", "2026")
    import_days(folder, *arguments)
    before = (folder / "calendars" / "cn.yaml").read_bytes()
    assert "0 days added, 39 were there already" in import_days(folder, *arguments)
    assert (folder / "calendars" / "cn.yaml").read_bytes() == before


def test_another_year_takes_its_place_in_order(folder: Path) -> None:
    for year in ("2025", "2026", "2024"):
        import_days(folder, "--country", "CN", "--year", year)
    calendar = written(folder, "cn")
    for days in (calendar.closed, calendar.open):
        assert [day.date for day in days] == sorted(day.date for day in days)


def test_what_was_written_by_hand_stays_to_the_letter(folder: Path) -> None:
    path = folder / "calendars" / "office.yaml"
    path.write_text(BY_HAND)
    printed = import_days(folder, "--country", "CN", "--year", "2026", "--name", "office")
    kept = [line for line in path.read_text().splitlines() if line in BY_HAND.splitlines()]
    assert kept == BY_HAND.splitlines()
    calendar = written(folder, "office")
    assert closed(calendar)[date(2026, 10, 2)] == "Our own"
    assert date(2026, 10, 1) not in closed(calendar)
    assert date(2026, 10, 10) not in {day.date for day in calendar.open}
    assert {day.like for day in calendar.open} == {None, "tue"}
    assert "line 9 stays as it is; the source has: 2026-10-10 Sat worked 国庆节调休" in printed
    assert "line 14 stays as it is; the source has: 2026-10-01 Thu closed 国庆节" in printed
    assert "2026-10-02" not in printed


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    printed = import_days(folder, "--country", "CN", "--year", "2026", "--dry-run")
    assert "39 days would be added" in printed
    assert "  + 2026-10-10 Sat worked 国庆节调休" in printed
    assert list((folder / "calendars").iterdir()) == []


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"])


def ics(folder: Path, *events: str) -> str:
    path = folder / "Our Holidays.ics"
    path.write_text("\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//", *events, "END:VCALENDAR"]))
    return str(path)


def test_events_become_days_hours_and_make_up_days(folder: Path) -> None:
    file = ics(
        folder,
        event("DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261004", "SUMMARY:国庆节（休）"),
        event("DTSTART;VALUE=DATE:20261010", "SUMMARY:国庆节（班）"),
        event("DTSTART:20261224T050000Z", "DTEND:20261224T230000Z", "SUMMARY:Christmas\\, early"),
        event("DTSTART;VALUE=DATE:20261225", "SUMMARY:off", "STATUS:CANCELLED"),
    )
    import_days(folder, "--ics", file, "--timezone", "Asia/Shanghai", "--worked", "班")
    calendar = written(folder, "our-holidays")
    assert [(day.date.day, day.name, day.hours) for day in calendar.closed] == [
        (1, "国庆节（休）", None),
        (2, "国庆节（休）", None),
        (3, "国庆节（休）", None),
        (24, "Christmas, early", ("13:00-24:00",)),
        (25, "Christmas, early", ("00:00-07:00",)),
    ]
    assert [(day.date.day, day.like) for day in calendar.open] == [(10, "mon")]


def test_an_event_that_repeats_needs_a_year(folder: Path) -> None:
    file = ics(
        folder,
        event("DTSTART;VALUE=DATE:20001225", "RRULE:FREQ=YEARLY;UNTIL=20280101T000000Z", "SUMMARY:Christmas"),
        event(
            "DTSTART;TZID=Europe/Berlin:20200103T120000",
            "DURATION:PT2H",
            "RRULE:FREQ=YEARLY",
            "EXDATE;TZID=Europe/Berlin:20270103T120000",
            "SUMMARY:Stocktaking",
        ),
    )
    with pytest.raises(Failure, match="repeats: say for which --year"):
        import_days(folder, "--ics", file, "--timezone", "Europe/Berlin")
    import_days(
        folder, "--ics", file, "--timezone", "Europe/Berlin", "--year", "2026", "--year", "2027", "--name", "shop"
    )
    assert [(str(day.date), day.hours) for day in written(folder, "shop").closed] == [
        ("2026-01-03", ("12:00-14:00",)),
        ("2026-12-25", None),
        ("2027-12-25", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "either --country or --ics"),
        (["--country", "CN"], "for which --year"),
        (["--country", "CN", "--year", "2031"], "China's holidays of 2031 are not known"),
        (["--country", "CN", "--year", "2026", "--language", "fr"], "no names in fr"),
        (["--country", "XX", "--year", "2026"], "No holidays are known of 'XX'"),
        (["--country", "DE", "--year", "2026", "--subdivision", "ZZ"], "DE has no subdivision 'ZZ'"),
        (["--country", "DE", "--year", "3026"], "No public holidays of DE are known for 3026"),
        (["--country", "DE", "--year", "2026", "--language", "zh"], "no names in zh"),
        (["--country", "DE", "--year", "2026", "--timezone", "Berlin"], "not a time zone"),
        (["--country", "DE", "--year", "2026", "--name", "../up"], "cannot name a calendar"),
        (["--ics", "/nowhere.ics"], "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_one_plain_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    with pytest.raises(Failure, match=sentence) as failed:
        import_days(folder, *arguments)
    assert "\n" not in str(failed.value)
    assert list((folder / "calendars").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("week: {mon: ['09:00-10:00']}\n", "timezone: is missing"),
        ("timezone: UTC\nclosed: [{date: 2026-01-02}]\n", 'cal.yaml:2: "closed" stands in brackets'),
        ("timezone: UTC\nweek: [\n", "cal.yaml:2"),
        ("timezone: UTC\nweek:\n  mon: ['25:00-26:00']\n", "cal.yaml:3: week.mon"),
        ("{timezone: UTC}\n", "nothing can be added"),
        ("timezone: UTC\n...\n", "nothing can be added"),
        ("", "cal.yaml:1"),
        ("timezone: UTC\nopen: [{date: 2026-01-02T09:00, like: mon}]\n", "date"),
    ],
)
def test_a_file_that_cannot_be_extended_stays_as_it_is(folder: Path, text: str, sentence: str) -> None:
    path = folder / "calendars" / "cal.yaml"
    path.write_text(text)
    with pytest.raises(Failure, match=sentence):
        import_days(folder, "--country", "DE", "--year", "2026", "--name", "cal")
    assert path.read_text() == text


def test_an_event_without_an_end_in_sight_is_refused(folder: Path) -> None:
    file = ics(folder, event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:99991231", "SUMMARY:for ever"))
    with pytest.raises(Failure, match="cannot be used: 'for ever' ends before it begins, or lasts more than 100 days"):
        import_days(folder, "--ics", file, "--timezone", "UTC")


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR"])
def test_a_file_that_is_no_calendar_is_refused(folder: Path, text: str) -> None:
    path = folder / "a.ics"
    path.write_text(text)
    with pytest.raises(Failure, match="cannot be used"):
        import_days(folder, "--ics", str(path), "--timezone", "UTC")


names = st.text(max_size=30)
days = st.builds(
    SpecialDay,
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    names,
    st.booleans(),
    st.sampled_from(((), ("09:00-10:00",), ("09:00-10:00", "22:00-24:00"))),
)


@settings(max_examples=200, deadline=None)
@given(first=st.lists(days, max_size=8), second=st.lists(days, max_size=8), windows=st.booleans())
def test_whatever_is_added_reads_back_and_leaves_every_line_in_place(
    first: list[SpecialDay], second: list[SpecialDay], windows: bool
) -> None:
    path = Path("cal.yaml")
    text = BY_HAND.replace("\n", "\r\n") if windows else BY_HAND
    before = parse_calendar(path, text)
    once = merged(path, text, combined(first))
    twice = merged(path, once.text, combined(second))
    assert merged(path, twice.text, combined([*first, *second])).added == ()
    added = {day.date: day for day in (*once.added, *twice.added)}
    after = parse_calendar(path, twice.text)
    assert {day.date: day.name for day in after.closed if day not in before.closed} == {
        day.date: day.name for day in added.values() if not day.is_worked
    }
    assert {day.date: day.hours or () for day in after.open if day not in before.open} == {
        day.date: day.hours for day in added.values() if day.is_worked
    }
    left = iter(twice.text.splitlines(keepends=True))
    assert all(line in left for line in text.splitlines(keepends=True))


def test_an_empty_list_is_filled() -> None:
    text = new_calendar("UTC", []).replace("week:\n", "closed: []  # none yet\n")
    grown = merged(Path("cal.yaml"), text, [SpecialDay(date(2026, 1, 1), "off")])
    assert grown.text.endswith('closed:  # none yet\n  - {date: 2026-01-01, name: "off"}\n')
