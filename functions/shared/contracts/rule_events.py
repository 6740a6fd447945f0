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
    changes: int | None = Field(
        default=None, ge=0, description="How many events beside this one tell what the rules changed."
    )


class RulesHeldBack(TicketEvent):
    """Rules matched when `cause` happened and did nothing: so many runs of rules had led to it that the chain ended."""

    type: Literal["RulesHeldBack"] = "RulesHeldBack"
    cause: str = Field(description="Id of the event that the rules were tried on.")
    occasion: Literal["message", "updated", "escalated", "timer"]
    held_back: tuple[str, ...] = Field(min_length=1, description="The rules that would have acted.")
    runs: int = Field(ge=1, description="How many runs of rules had led to the event.")


class TimePassed(TicketEvent):
    """So many hours have passed since `since`, for which a rule was waiting."""

    type: Literal["TimePassed"] = "TimePassed"
    measure: Measure
    hours: float = Field(gt=0)
    since: AwareDatetime
