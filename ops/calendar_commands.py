"""`desk calendar`: public holidays and make-up days for the calendars of the configuration."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.failure import Failure

if TYPE_CHECKING:
    from ops.special_days import SpecialDay

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def calendar() -> None:
    """Public holidays and make-up days for the calendars of the configuration."""


@app.command("import")
def import_days(
    country: Annotated[str | None, typer.Option(metavar="CODE", help="Two letters: CN, DE, US.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="May be given several times.")] = None,
    subdivision: Annotated[str | None, typer.Option(metavar="CODE", help="A part of the country: BY, CA.")] = None,
    ics: Annotated[Path | None, typer.Option(metavar="FILE", help="An iCalendar file instead of a country.")] = None,
    worked: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="With --ics: a title with this is a day worked, such as 班."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The calendar; else called after country or file.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of a new calendar; else the country's.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the names, such as en; else the country's own.")] = None,
    folder: Annotated[Path, typer.Option(help="The configuration.")] = Path("config"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Add days off and make-up days to a calendar's file. A day of which the file speaks stays as it is written."""
    from ops.calendar_file import entry_of, merged, parse_calendar, says_the_same
    from ops.special_days import combined

    if (country is None) == (ics is None):
        raise Failure("Say either --country or --ics.")
    code, part = country and country.strip().upper(), subdivision and subdivision.strip()
    path = folder / "calendars" / f"{_name(name, code, part, ics)}.yaml"
    if not path.parent.is_dir():
        raise Failure(f"{path.parent} is no folder; say with --folder where the configuration is.")
    is_new = not path.exists()
    content = _content(ics) if ics else b""
    text = _new(code, content, timezone) if is_new else _text(path)
    zone = parse_calendar(path, text).timezone
    if not is_new and timezone not in (None, zone):
        raise Failure(f"{path} is a calendar in {zone}, not in {timezone}.")
    years = sorted(set(year or ()))
    days = _public(code, years, part, language) if code else _events(content, ics, years, zone, worked or [])
    result = merged(path, text, combined(days))
    if (is_new or result.added) and not dry_run:
        path.write_bytes(result.text.encode())
    told = "would be added" if dry_run else "added"
    state = f"{path}, a new calendar in {zone}" if is_new else path
    typer.echo(f"{state}: {len(result.added)} days {told}, {len(result.kept)} were there already.")
    for day in result.added:
        typer.echo(f"  + {entry_of(day)}")
    written = parse_calendar(path, text)
    for day, line in result.kept:
        if not says_the_same(written, day):
            typer.echo(f"  = line {line} stays as it is; the source has: {entry_of(day)}")


def _name(name: str | None, country: str | None, subdivision: str | None, ics: Path | None) -> str:
    called = name or "-".join(filter(None, (country, subdivision))) or (ics.stem if ics else "")
    slug = called if name else re.sub(r"[^a-z0-9_-]+", "-", called.lower()).strip("-_")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", slug):
        raise Failure(f"{called!r} cannot name a calendar; say --name with small letters, digits and -.")
    return slug


def _new(country: str | None, content: bytes, timezone: str | None) -> str:
    from functions.shared.domain.calendar import Weekday
    from ops.calendar_file import new_calendar
    from ops.ical_days import BadIcal, own_zone
    from ops.public_holidays import main_zone, working_week

    if country:
        week = working_week(country)
        zone = timezone or main_zone(country)
    else:
        week = list(Weekday)[:5]
        try:
            zone = timezone or own_zone(content)
        except BadIcal as error:
            raise Failure(f"The iCalendar file cannot be used: {error}.") from error
    if zone is None:
        raise Failure("A new calendar needs its time zone: say --timezone, such as Asia/Shanghai.")
    return new_calendar(zone, week)


def _public(country: str, years: list[int], subdivision: str | None, language: str | None) -> "list[SpecialDay]":
    from ops.public_holidays import special_days

    if not years:
        raise Failure("Say for which --year.")
    return special_days(country, years, subdivision, language)


def _events(content: bytes, ics: Path | None, years: list[int], zone: str, worked: list[str]) -> "list[SpecialDay]":
    from zoneinfo import ZoneInfo

    from ops.ical_days import BadIcal, ical_days

    try:
        days = ical_days(content, years, ZoneInfo(zone), worked)
    except BadIcal as error:
        raise Failure(f"{ics} cannot be used: {error}.") from error
    if not days:
        raise Failure(f"{ics} has no events{' in ' + ', '.join(map(str, years)) if years else ''}.")
    return days


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error


def _text(path: Path) -> str:
    try:
        return _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not UTF-8.") from error
