"""Public holidays and make-up working days of a country, as kept libraries know them (docs/adr/0052)."""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Final

import chinese_calendar
import holidays

from functions.shared.domain.calendar import Weekday
from ops.failure import Failure
from ops.special_days import SpecialDay

CHINA: Final = "CN"

_FULL: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def special_days(country: str, years: Sequence[int], subdivision: str | None, language: str | None) -> list[SpecialDay]:
    """The days off and the days worked for them.

    Raises:
        Failure: country, subdivision, language or year is not known.
    """
    if country == CHINA and subdivision is None:
        return [day for year in years for day in _china(year, language or "zh")]
    found = _country(country, years, subdivision, language)
    days = [SpecialDay(day, name) for day, name in found.items()]
    missing = sorted(set(years) - {day.date.year for day in days})
    if missing:
        raise Failure(f"No public holidays of {country} are known for {missing[0]}.")
    worked = [day for day in getattr(found, "weekend_workdays", ()) if day.year in years]
    return [*days, *(SpecialDay(day, "", is_worked=True) for day in worked)]


def working_week(country: str) -> list[Weekday]:
    """The weekdays that are no weekend in the country."""
    weekend = _country(country, (), None, None).weekend
    return [weekday for number, weekday in enumerate(Weekday) if number not in weekend]


def main_zone(country: str) -> str | None:
    """The country's first time zone in the IANA list, where most of its people live; None where there is none."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[2] for row in rows if row[0] == country), None)


def _china(year: int, language: str) -> Iterator[SpecialDay]:
    """The year as announced: whole breaks with their weekends, and what each make-up day is for."""
    years = {day.year for day in chinese_calendar.holidays}
    if year not in years:
        raise Failure(f"China's holidays of {year} are not known; there are those of {min(years)} to {max(years)}.")
    if language not in ("zh", "en"):
        raise Failure(f"China's holidays have no names in {language}; there are zh and en.")
    is_zh = language == "zh"
    chinese = {holiday.value: _FULL.get(holiday.chinese, holiday.chinese) for holiday in chinese_calendar.Holiday}
    for day, name in chinese_calendar.holidays.items():
        if day.year == year:
            yield SpecialDay(day, chinese[name] if is_zh else name)
    for day, name in chinese_calendar.workdays.items():
        if day.year == year:
            yield SpecialDay(day, f"{chinese[name]}调休" if is_zh else f"Make-up day, {name}", is_worked=True)


def _country(country: str, years: Sequence[int], subdivision: str | None, language: str | None) -> holidays.HolidayBase:
    try:
        plain = holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        known = holidays.list_supported_countries(include_aliases=False)
        if country not in known:
            raise Failure(f"No holidays are known of {country!r}; a country has two letters, such as DE.") from error
        there = ", ".join(known[country]) or "none"
        raise Failure(f"{country} has no subdivision {subdivision!r}; there is: {there}.") from error
    spoken = _spoken(country, plain, language)
    return holidays.country_holidays(country, subdiv=subdivision, years=years or None, language=spoken, expand=False)


def _spoken(country: str, found: holidays.HolidayBase, language: str | None) -> str | None:
    """The library's name of a language, the country's own before others of the same; its own if none is wanted."""
    own: str | None = found.default_language
    if language is None:
        return own
    spoken: list[str] = [*([own] if own else []), *found.supported_languages] or ["en_US"]
    for one in dict.fromkeys(spoken):
        if one == language or one.partition("_")[0] == language:
            return one
    there = ", ".join(sorted(set(spoken)))
    raise Failure(f"The holidays of {country} have no names in {language}; there is: {there}.")
