"""Finds somebody for a ticket by what the table knows now, and keeps what the choice takes for the commit."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import AwareDatetime

from functions.shared.contracts.words import CompanyId, Slug
from functions.shared.domain.assignment import Choice, Roster, Wanted, choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.shares import Take
from functions.shared.domain.summary import TicketSummary

_LOOKED_BACK = 10
"""So many of a company's newest tickets are searched for one that somebody had."""


class RosterReader(Protocol):
    def read(self, team: Slug, people: Sequence[Slug]) -> Roster: ...


class CompanyTickets(Protocol):
    def of_company(self, company_id: CompanyId, limit: int = ...) -> Sequence[TicketSummary]: ...


class Placer:
    """Chooses for one decision on one ticket, however often it has to be taken anew: each time by a fresh roster.

    `take` is what the last choice takes. It is stored with the decision, or the decision is taken anew.
    """

    def __init__(
        self, config: DeskConfig, rosters: RosterReader, history: CompanyTickets, *, now: AwareDatetime
    ) -> None:
        self._config = config
        self._rosters = rosters
        self._history = history
        self._now = now
        self._take: Take | None = None

    def __call__(self, wanted: Wanted) -> Choice:
        """Somebody for the ticket; one read, and a query where the company's last agent goes first."""
        people = [person.id for person in self._config.members(wanted.team)]
        if wanted.person and wanted.person not in people:
            people.append(wanted.person)
        roster = self._rosters.read(wanted.team, people)
        choice = choose(wanted, roster, self._config, self._now, last_agent=self._last_agent(wanted))
        self._take = choice.take
        return choice

    def taken(self) -> Take | None:
        """What the choice made since the last call takes."""
        take, self._take = self._take, None
        return take

    def _last_agent(self, wanted: Wanted) -> Slug | None:
        if not wanted.way.sticky or wanted.company_id is None:
            return None
        before = self._history.of_company(wanted.company_id, _LOOKED_BACK)
        return next((one.assignee for one in before if one.assignee and one.id != wanted.ticket_id), None)


Placers = Callable[[DeskConfig, AwareDatetime], Placer]
"""Makes the placer of one decision."""
