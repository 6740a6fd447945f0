"""Procedures and checklists as the configuration writes them down, and what they become on a ticket."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from functions.shared.contracts.handling_events import ChecklistItem, Limit, Step, Words
from functions.shared.contracts.words import Priority, Slug
from functions.shared.domain.document import Bilingual, Part
from functions.shared.domain.policies import Promise, TargetText

Owner = Annotated[
    str,
    StringConstraints(
        pattern=r"^(account_manager|assignee|lead|manager|on_call|team|(person|team):[a-z0-9][a-z0-9_-]{0,62})$"
    ),
]
"""Who does a step: by the part they have in the ticket, or `person:ID`, `team:ID`."""

FieldName = Annotated[str, StringConstraints(pattern=r"^(module|impact|urgency|fields\.[a-z][a-z0-9_]{0,62})$")]

Within = TargetText | Promise


class ExitCriteria(Part):
    """What must be so before a step is completed; a skipped step asks for nothing but a note."""

    fields: tuple[FieldName, ...] = Field(default=(), description="These must be filled.")
    checklists: tuple[Slug, ...] = Field(default=(), description="These must be done, where the ticket has them.")
    customer_told: bool = Field(default=False, description="Somebody has answered the customer since the step began.")


class ProcedureStep(Part):
    """Who does what, in what time, until what is so."""

    id: Slug
    name: Bilingual
    owner: Owner = "assignee"
    within: Within | dict[Priority, Within] | None = Field(
        default=None,
        description="The time it may take, from the end of the step before; for all priorities, or by each.",
    )
    exit: ExitCriteria = ExitCriteria()
    tell: Bilingual | None = Field(default=None, description="What the customer is told in this step.")
    required: bool = Field(default=False, description="The ticket cannot be resolved before this step has ended.")


class Procedure(Part):
    """The steps by which a ticket is handled, one after the other."""

    id: Slug
    name: Bilingual
    calendar: Slug = Field(description="Working time in which the steps' limits count.")
    steps: tuple[ProcedureStep, ...] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _names_each_step_once(self) -> Self:
        _require_distinct([step.id for step in self.steps], "step")
        return self

    @property
    def planned(self) -> tuple[Step, ...]:
        """The steps as a ticket remembers them."""
        return tuple(
            Step(
                id=step.id,
                name=words(step.name),
                owner=step.owner,
                limits={priority: self._limit(within) for priority, within in _by_priority(step)},
                fields=step.exit.fields,
                checklists=step.exit.checklists,
                is_customer_told=step.exit.customer_told,
                tell=words(step.tell) if step.tell else None,
                is_required=step.required,
            )
            for step in self.steps
        )

    def _limit(self, within: Within) -> Limit:
        if isinstance(within, Promise):
            return Limit(target=within.target, calendar=within.calendar)
        return Limit(target=within, calendar=self.calendar)


class ListedItem(Part):
    """Something to be done."""

    id: Slug
    text: Bilingual
    required: bool = Field(default=True, description="The ticket cannot be resolved before it is ticked.")


class Checklist(Part):
    """Things to be done about a ticket, in any order."""

    id: Slug
    name: Bilingual
    items: tuple[ListedItem, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _names_each_item_once(self) -> Self:
        _require_distinct([item.id for item in self.items], "item")
        return self

    @property
    def listed(self) -> tuple[ChecklistItem, ...]:
        """The items as a ticket remembers them."""
        return tuple(ChecklistItem(id=item.id, text=words(item.text), is_required=item.required) for item in self.items)


def words(text: Bilingual) -> Words:
    """`text` as events carry it."""
    return Words(zh=text.zh, en=text.en)


def _by_priority(step: ProcedureStep) -> Iterator[tuple[Priority, Within]]:
    if isinstance(step.within, Mapping):
        yield from step.within.items()
    elif step.within is not None:
        yield from ((priority, step.within) for priority in Priority)


def _require_distinct(ids: list[str], what: str) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise ValueError(f'two {what}s are called "{name}"')
