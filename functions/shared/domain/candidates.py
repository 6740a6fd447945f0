"""Who comes into question for a ticket, and how they stand."""

from dataclasses import dataclass

from functions.shared.domain.config import Person
from functions.shared.domain.presence import Absence, Presence


@dataclass(frozen=True)
class Candidate:
    """One of the team, as they stand."""

    person: Person
    load: int
    limit: int | None
    presence: Presence
    absence: Absence | None
    lacks: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.load >= self.limit

    @property
    def is_free(self) -> bool:
        return self.absence is None and not self.is_full and not self.lacks
