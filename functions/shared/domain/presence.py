"""Who is at work: what people say of themselves, and what their shift calendar says."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig, Person, Team

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Presence(BaseModel):
    """What a person, or a lead for them, said of their presence; by default nothing keeps them from tickets.

    `changes` counts how often it was said anew, so that a decision can tell whether what it saw still holds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_paused: bool = Field(default=False, description="Gets no more tickets until they say otherwise.")
    away_from: AwareDatetime | None = Field(default=None, description="Out of office from then on.")
    away_until: AwareDatetime | None = Field(default=None, description="Back at that instant; None: until they say so.")
    note: Note = ""
    changes: int = Field(default=0, ge=0)
    changed_by: str = ""
    changed_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.away_until and (self.away_from is None or self.away_until <= self.away_from):
            raise ValueError("away_until lies after away_from")
        return self

    def is_away(self, at: AwareDatetime) -> bool:
        """Whether the person is out of office at an instant."""
        return self.away_from is not None and self.away_from <= at and (not self.away_until or at < self.away_until)

    def said(self, by: str, at: AwareDatetime, **what: Any) -> "Presence":
        """What `by` says now, in place of this."""
        return Presence(**what, changes=self.changes + 1, changed_by=by, changed_at=at)


@dataclass(frozen=True)
class Standing:
    """What the table knows of a person: their open tickets, and what was said of their presence."""

    load: int = 0
    presence: Presence = field(default_factory=Presence)


class Absence(StrEnum):
    """Why somebody is not at work."""

    AWAY = "away"
    PAUSED = "paused"
    OFF_SHIFT = "off_shift"


def absence(
    person: Person, team: Team | None, presence: Presence, config: DeskConfig, now: AwareDatetime
) -> Absence | None:
    """Why `person` gets no ticket of `team` now; None when they are at work.

    A person's own shift calendar stands before the team's; who has neither is at work around the clock.
    """
    if presence.is_away(now):
        return Absence.AWAY
    if presence.is_paused:
        return Absence.PAUSED
    shifts = config.sla.working_times.get(shift_calendar(person, team) or "")
    return Absence.OFF_SHIFT if shifts and not shifts.is_working(now) else None


def shift_calendar(person: Person, team: Team | None) -> Slug | None:
    """The calendar of the person's shifts in a team."""
    return person.calendar or (team.calendar if team else None)


def load_limit(person: Person, team: Team | None) -> int | None:
    """How many open tickets the person may have before they get no more; None: any number."""
    return person.load_limit or (team.load_limit if team else None)
