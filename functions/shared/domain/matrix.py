"""Priority from impact, urgency and the customer's tier."""

from dataclasses import dataclass
from typing import Final, Self

from pydantic import Field, model_validator

from functions.shared.contracts.words import Impact, Priority, Urgency
from functions.shared.domain.document import Part

STANDARD: Final = "standard"
"""The tier of whoever has no other."""


class TierRaise(Part):
    """What a tier is worth."""

    steps: int = Field(ge=0, le=3, description="So many priorities more urgent than the table says.")
    at_most: Priority = Field(default=Priority.P1, description="Never more urgent than this for the tier alone.")


@dataclass(frozen=True)
class Weighing:
    """What the matrix gave, and from what."""

    priority: Priority
    impact: Impact
    urgency: Urgency
    tier: str
    by_table: Priority
    is_assumed: bool
    """Impact or urgency was not stated, so the desk's assumption stood in."""


class PriorityMatrix(Part):
    """Impact × urgency × tier."""

    table: dict[Impact, dict[Urgency, Priority]]
    assumed_impact: Impact = Impact.PERSON
    assumed_urgency: Urgency = Urgency.NORMAL
    tiers: dict[str, TierRaise] = Field(default_factory=dict)

    @property
    def known_tiers(self) -> tuple[str, ...]:
        """The tiers that a company may have: `standard`, and those that the matrix names."""
        return tuple(dict.fromkeys((STANDARD, *self.tiers)))

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        missing = [f"{i} × {u}" for i in Impact for u in Urgency if u not in self.table.get(i, {})]
        if missing:
            raise ValueError(f"the table has no priority for {', '.join(missing)}")
        return self

    def weigh(self, impact: Impact | None, urgency: Urgency | None, tier: str) -> Weighing:
        """The priority of a ticket of this impact and urgency from a customer of this tier."""
        known_impact = impact or self.assumed_impact
        known_urgency = urgency or self.assumed_urgency
        by_table = self.table[known_impact][known_urgency]
        return Weighing(
            priority=_raised(by_table, self.tiers.get(tier)),
            impact=known_impact,
            urgency=known_urgency,
            tier=tier,
            by_table=by_table,
            is_assumed=impact is None or urgency is None,
        )


def _raised(priority: Priority, by: TierRaise | None) -> Priority:
    if by is None:
        return priority
    order = list(Priority)
    highest = min(order.index(priority), order.index(by.at_most))
    return order[max(order.index(priority) - by.steps, highest)]
