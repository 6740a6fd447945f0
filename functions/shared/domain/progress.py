"""How far the handling of a ticket is: the steps of its procedure and the items of its checklists."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.base import TicketEvent
from functions.shared.contracts.handling_events import (
    ChecklistAdded,
    ChecklistItem,
    ItemTicked,
    ItemUnticked,
    ProcedureStarted,
    Step,
    StepCompleted,
    StepEvent,
    StepSkipped,
    Words,
)
from functions.shared.contracts.words import Slug

StepState = Literal["later", "current", "completed", "skipped"]


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StepProgress(_State):
    """One step: at hand, to come, or ended by somebody."""

    step: Step
    state: StepState = "later"
    started_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    ended_by: str = ""
    note: str = ""


class ProcedureProgress(_State):
    """The procedure that a ticket is handled by. Its steps come one after the other."""

    id: Slug
    name: Words
    steps: tuple[StepProgress, ...]

    @property
    def current(self) -> StepProgress | None:
        """The step at hand; None when all have ended."""
        return next((step for step in self.steps if step.state == "current"), None)

    def step(self, step_id: str) -> StepProgress | None:
        return next((step for step in self.steps if step.step.id == step_id), None)

    def after(self, step_id: str) -> Step | None:
        """The step that follows on `step_id`."""
        ids = [step.step.id for step in self.steps]
        place = ids.index(step_id) + 1
        return self.steps[place].step if place < len(ids) else None


class ItemProgress(_State):
    item: ChecklistItem
    done_by: str = ""
    done_at: AwareDatetime | None = None


class ChecklistProgress(_State):
    id: Slug
    name: Words
    items: tuple[ItemProgress, ...]

    @property
    def open_items(self) -> tuple[ChecklistItem, ...]:
        """The required items that are not done."""
        return tuple(line.item for line in self.items if line.item.is_required and line.done_at is None)

    def item(self, item_id: str) -> ItemProgress | None:
        return next((line for line in self.items if line.item.id == item_id), None)


def handling_changes(
    procedure: ProcedureProgress | None, checklists: Mapping[Slug, ChecklistProgress], event: TicketEvent
) -> dict[str, object]:
    """What `event` changes about them; nothing for an event of another kind."""
    match event:
        case ProcedureStarted():
            return {"procedure": _begun(event)}
        case StepCompleted() | StepSkipped() if procedure:
            return {"procedure": _moved_on(procedure, event)}
        case ChecklistAdded():
            items = tuple(ItemProgress(item=item) for item in event.items)
            added = ChecklistProgress(id=event.checklist, name=event.title, items=items)
            return {"checklists": {**checklists, event.checklist: added}}
        case ItemTicked() | ItemUnticked() if event.checklist in checklists:
            return {"checklists": {**checklists, event.checklist: _ticked(checklists[event.checklist], event)}}
        case _:
            return {}


def _begun(event: ProcedureStarted) -> ProcedureProgress:
    first, *later = event.steps
    current = StepProgress(step=first, state="current", started_at=event.occurred_at, due_at=event.due_at)
    steps = (current, *(StepProgress(step=step) for step in later))
    return ProcedureProgress(id=event.procedure, name=event.title, steps=steps)


def _moved_on(procedure: ProcedureProgress, event: StepEvent) -> ProcedureProgress:
    return procedure.model_copy(update={"steps": tuple(_steps_after(procedure, event))})


def _steps_after(procedure: ProcedureProgress, event: StepEvent) -> Iterator[StepProgress]:
    at = event.occurred_at
    for step in procedure.steps:
        if step.step.id == event.step:
            ended = {"ended_at": at, "ended_by": event.actor.id, "note": event.note}
            state = "completed" if isinstance(event, StepCompleted) else "skipped"
            yield step.model_copy(update={"state": state, **ended})
        elif step.step.id == event.next_step:
            yield step.model_copy(update={"state": "current", "started_at": at, "due_at": event.next_due_at})
        else:
            yield step


def _ticked(checklist: ChecklistProgress, event: ItemTicked | ItemUnticked) -> ChecklistProgress:
    done = isinstance(event, ItemTicked)
    change = {"done_by": event.actor.id if done else "", "done_at": event.occurred_at if done else None}
    items = tuple(line.model_copy(update=change) if line.item.id == event.item else line for line in checklist.items)
    return checklist.model_copy(update={"items": items})
