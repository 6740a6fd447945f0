"""How a ticket is handled: by the steps of a procedure, and with checklists.

Each event carries what the desk's configuration said when it happened, so that steps and items stay what they were.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from functions.shared.contracts.base import TicketEvent, Value
from functions.shared.contracts.words import Priority, Slug


class Words(Value):
    """A text in both languages."""

    zh: str
    en: str


class Limit(Value):
    """How long something may take: `30m` or `3d` of a calendar's working time."""

    target: str
    calendar: Slug


class Step(Value):
    """One step of a procedure: who does what, until when, what must be so at its end, and what the customer is told."""

    id: Slug
    name: Words
    owner: str = Field(
        description="`assignee`, `lead`, `manager`, `account_manager`, `on_call`, `team`, `person:ID` or `team:ID`."
    )
    limits: dict[Priority, Limit] = Field(default_factory=dict)
    fields: tuple[str, ...] = Field(default=(), description="Must be filled: `module` or `fields.NAME`.")
    checklists: tuple[Slug, ...] = Field(default=(), description="Must be done.")
    is_customer_told: bool = Field(default=False, description="Somebody must have answered the customer meanwhile.")
    tell: Words | None = None
    is_required: bool = Field(default=False, description="The ticket cannot be resolved before.")


class ProcedureStarted(TicketEvent):
    """The ticket is handled by these steps, one after the other; the first is due at `due_at`."""

    type: Literal["ProcedureStarted"] = "ProcedureStarted"
    procedure: Slug
    title: Words
    steps: tuple[Step, ...] = Field(min_length=1)
    due_at: AwareDatetime | None = None


class StepEvent(TicketEvent):
    """A step came to its end, and the next one began."""

    procedure: Slug
    step: Slug
    title: Words
    note: str = ""
    next_step: Slug | None = None
    next_due_at: AwareDatetime | None = None


class StepCompleted(StepEvent):
    """What the step asks for is done."""

    type: Literal["StepCompleted"] = "StepCompleted"


class StepSkipped(StepEvent):
    """The step is not needed; `note` says why."""

    type: Literal["StepSkipped"] = "StepSkipped"


class ChecklistItem(Value):
    """Something to be done; a ticket with required ones left cannot be resolved."""

    id: Slug
    text: Words
    is_required: bool = True


class ChecklistAdded(TicketEvent):
    type: Literal["ChecklistAdded"] = "ChecklistAdded"
    checklist: Slug
    title: Words
    items: tuple[ChecklistItem, ...] = Field(min_length=1)


class ItemTicked(TicketEvent):
    """An item of a checklist is done."""

    type: Literal["ItemTicked"] = "ItemTicked"
    checklist: Slug
    item: Slug
    title: Words


class ItemUnticked(TicketEvent):
    """An item that was ticked is not done after all."""

    type: Literal["ItemUnticked"] = "ItemUnticked"
    checklist: Slug
    item: Slug
    title: Words
