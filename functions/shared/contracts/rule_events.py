"""What rules did, and what they wait for."""

from typing import Literal

from pydantic import AwareDatetime, Field

from functions.shared.contracts.base import TicketEvent
from functions.shared.contracts.words import Measure


class RulesApplied(TicketEvent):
    """Rules matched when `cause` happened; what they changed is told by the events beside this one."""

    type: Literal["RulesApplied"] = "RulesApplied"
    cause: str = Field(description="Id of the event that the rules were tried on.")
    occasion: Literal["message", "updated", "escalated", "timer"]
    matched_rules: tuple[str, ...] = Field(min_length=1)
    counts: dict[str, int] | None = Field(default=None, description="What was counted for the rules, by field.")


class TimePassed(TicketEvent):
    """So many hours have passed since `since`, for which a rule was waiting."""

    type: Literal["TimePassed"] = "TimePassed"
    measure: Measure
    hours: float = Field(gt=0)
    since: AwareDatetime
