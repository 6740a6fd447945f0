"""Who is on call: rotas by the week, and dated entries that stand before them."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from functions.shared.contracts.words import Slug
from functions.shared.domain.calendar import Weekday, Zone
from functions.shared.domain.document import Part

TIME_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
TimeOfDay = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]


class Weekly(Part):
    """People take turns by the week, in the order of the list."""

    people: tuple[Slug, ...] = Field(min_length=1, max_length=53)
    since: datetime = Field(
        alias="from", description="A local date and time; in its week the first of the list begins."
    )
    hand_over: Weekday = Weekday.MON
    at: TimeOfDay = Field(default="09:00", description="The local time of the hand-over.")

    @model_validator(mode="after")
    def _is_local(self) -> Self:
        if self.since.tzinfo is not None:
            raise ValueError("from is a local time, without an offset: the rota has a time zone")
        return self

    def person_at(self, local: datetime) -> Slug:
        """Whose week it is at a local time, before the first week as after it."""
        weeks = (self._handed_over(local) - self._handed_over(self.since)).days // 7
        return self.people[weeks % len(self.people)]

    def _handed_over(self, local: datetime) -> datetime:
        """The last hand-over at a local time."""
        hour, minute = map(int, self.at.split(":"))
        days = (local.weekday() - list(Weekday).index(self.hand_over)) % 7
        last = (local - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return last if last <= local else last - timedelta(days=7)


class Duty(Part):
    """One person from one instant to another, whatever the weekly turns say."""

    person: Slug
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until <= self.since:
            raise ValueError("until must lie after from")
        return self


class Rota(Part):
    """Who is called outside everybody's working time: a dated entry (the first that fits), else whose week it is."""

    id: Slug
    timezone: Zone
    teams: tuple[Slug, ...] = Field(
        default=(), description="The teams it is for; without any, all that no other rota names."
    )
    weekly: Weekly | None = None
    dated: tuple[Duty, ...] = ()

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.weekly is None and not self.dated:
            raise ValueError("a rota has weekly turns, dated entries, or both")
        return self

    def person_at(self, at: datetime) -> Slug | None:
        """Who is on call at an instant."""
        for duty in self.dated:
            if duty.since <= at < duty.until:
                return duty.person
        if self.weekly is None:
            return None
        return self.weekly.person_at(at.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None))


def rota_of(rotas: tuple[Rota, ...], team: str | None) -> Rota | None:
    """The rota that is for a team: the first that names it, else the first that names none."""
    named = (rota for rota in rotas if team in rota.teams)
    return next(named, None) or next((rota for rota in rotas if not rota.teams), None)
