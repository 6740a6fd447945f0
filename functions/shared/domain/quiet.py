"""Quiet hours: when somebody is not to be told of deadlines, except of P0."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Self

from pydantic import Field, model_validator

from functions.shared.contracts.words import Slug
from functions.shared.domain.calendar import Calendar, SomeHours, Weekday, Zone, minutes
from functions.shared.domain.document import Part
from functions.shared.domain.spans import instant_at, merged
from functions.shared.domain.working_time import BeyondHorizon, NoWorkingTime, WorkingTime

_LOOKED_AHEAD: Final = timedelta(days=8)


class Quiet(Part):
    """Certain hours of every day, or whatever is outside a calendar's working time."""

    hours: SomeHours | None = Field(default=None, description="Such as 22:00-08:00, every day.")
    timezone: Zone | None = Field(default=None, description="The zone of the hours, where it is not the desk's.")
    calendar: Slug | None = Field(default=None, description="Quiet outside the working time of this calendar.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.hours is None) == (self.calendar is None):
            raise ValueError("quiet names either hours or a calendar outside of which it is quiet")
        if self.calendar and self.timezone:
            raise ValueError("a calendar has its own time zone")
        if self.hours and _always(self.hours):
            raise ValueError("quiet hours leave some time of the day")
        return self

    def until(self, at: datetime, calendars: Mapping[str, WorkingTime], desk_zone: str) -> datetime | None:
        """When the quiet time that `at` lies in ends; None where `at` lies in none."""
        if self.calendar is not None:
            working_time = calendars.get(self.calendar)
            try:
                opens = working_time.next_opening(at) if working_time else at
            except (NoWorkingTime, BeyondHorizon):
                return None
            return opens if opens > at else None
        quiet = self._of_zone(self.timezone or desk_zone)
        if quiet.next_opening(at) > at:
            return None
        return instant_at(quiet.spans_between(at, at + _LOOKED_AHEAD)[0][1])

    def _of_zone(self, zone: str) -> WorkingTime:
        if zone not in self._compiled:
            week = {day: self.hours or () for day in Weekday}
            self._compiled[zone] = WorkingTime(Calendar(timezone=zone, week=week))
        return self._compiled[zone]

    @cached_property
    def _compiled(self) -> dict[str, WorkingTime]:
        return {}


def _always(hours: SomeHours) -> bool:
    """Whether the hours, day after day, leave no minute out."""
    days = [(opens + shift, closes + shift) for shift in (0, 1440, 2880) for opens, closes in map(minutes, hours)]
    return any(closes - opens >= 1440 + 1440 for opens, closes in merged(days))
