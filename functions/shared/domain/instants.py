"""Instants that people and files name, and what the clocks of a zone show at them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)
"""The years for which calendars are evaluated. Python ends at the years 1 and 9999, where no offset can be applied."""

OUT_OF_YEARS: Final = "instants lie in the years 1900 to 2199"


def is_known(at: datetime) -> bool:
    """Whether the aware instant lies in the years for which calendars are evaluated."""
    return EARLIEST <= at <= LATEST


def on_the_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """The same instant on the clocks of `zone`; the nearest one of the years that are evaluated."""
    return min(max(at, EARLIEST), LATEST).astimezone(zone)


def _known(at: datetime) -> datetime:
    if not is_known(at):
        raise PydanticCustomError("out_of_years", OUT_OF_YEARS)
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_known)]
"""An instant with its offset, in the years for which calendars are evaluated."""
