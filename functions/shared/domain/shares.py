"""What tickets share, and what one change of a ticket takes of it: a person's load, a team's turn.

Both are stored in the same transaction as the change, so that they can never say something else than the tickets do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.shared.contracts.words import Slug
from functions.shared.domain.ticket import Ticket


@dataclass(frozen=True)
class Take:
    """A turn of a team given to a person, as long as what was seen when they were chosen still holds."""

    team: Slug
    person: Slug
    turn: int
    """How many turns the team had given before."""
    presence_changes: int
    """How often the person's presence had been said anew."""
    most: int | None = None
    """How many open tickets the person may have before this one."""


@dataclass(frozen=True)
class Shares:
    """What a change takes and gives back: open tickets per person, and a turn."""

    loads: Mapping[Slug, int] = field(default_factory=dict)
    take: Take | None = None

    @classmethod
    def moved(cls, before: Ticket | None, after: Ticket, take: Take | None = None) -> "Shares":
        """The shares of a change from `before` to `after`; nothing is taken for a person who had the ticket before."""
        old, new = before.counted_for if before else None, after.counted_for
        if old == new:
            return NOTHING
        moves = {person: by for person, by in ((old, -1), (new, 1)) if person}
        return cls(moves, take if take and take.person == new else None)

    @classmethod
    def together(cls, several: Sequence["Shares"]) -> "Shares":
        """What several changes, stored at once, take without a turn: each person's load moves once."""
        loads: Counter[Slug] = Counter()
        for one in several:
            for person, by in one.loads.items():
                loads[person] += by
        return cls({person: by for person, by in loads.items() if by})


NOTHING = Shares()


def counted(ticket: Ticket) -> Ticket:
    """`ticket` with the person among whose open tickets it counts."""
    holder = ticket.assignee if ticket.status.is_active else None
    return ticket if ticket.counted_for == holder else ticket.with_changes(counted_for=holder)
