"""What the ticket's page shows of its procedure and checklists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from functions.desk.pages.names import Names
from functions.desk.views import TicketView
from functions.shared.contracts.handling_events import Words
from functions.shared.contracts.words import Impact, Language, Urgency
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import OWN_FIELDS
from functions.shared.domain.progress import ChecklistProgress, StepProgress, StepState
from functions.shared.pages.languages import Catalogue, catalogue


@dataclass(frozen=True)
class Asked:
    """A field that must be filled before the step is completed."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class StepRow:
    """One step: who does it, until when, and what it still asks for."""

    id: str
    name: str
    state: StepState
    owner: str
    due_at: datetime | None
    is_late: bool
    ended_by: str
    ended_at: datetime | None
    note: str
    is_required: bool
    asks: Sequence[str]
    fields: Sequence[Asked]
    tell: str


@dataclass(frozen=True)
class ItemRow:
    id: str
    text: str
    is_required: bool
    done_by: str
    done_at: datetime | None


@dataclass(frozen=True)
class ChecklistPart:
    id: str
    name: str
    items: Sequence[ItemRow]
    kind: Literal["checklist"] = "checklist"

    @property
    def done(self) -> int:
        return sum(1 for item in self.items if item.done_at)


@dataclass(frozen=True)
class HandlingPart:
    """The part of a ticket's page that leads through its handling."""

    procedure: str
    steps: Sequence[StepRow]
    checklists: Sequence[ChecklistPart]
    procedure_choices: Sequence[tuple[str, str]]
    checklist_choices: Sequence[tuple[str, str]]
    is_active: bool

    @classmethod
    def of(cls, ticket: TicketView, config: DeskConfig, language: Language, now: datetime) -> Self:
        """What `ticket` is handled by, and what else it could be."""
        show = _Showing(ticket, config, language, now)
        procedure = ticket.procedure
        return cls(
            procedure=show.say(procedure.name) if procedure else "",
            steps=[show.step(step) for step in (procedure.steps if procedure else ())],
            checklists=[show.checklist(checklist) for checklist in ticket.checklists.values()],
            procedure_choices=[
                (it.id, it.name.in_language(language))
                for it in config.procedures
                if procedure is None or it.id != procedure.id
            ],
            checklist_choices=[
                (it.id, it.name.in_language(language)) for it in config.checklists if it.id not in ticket.checklists
            ],
            is_active=ticket.status.is_active,
        )

    @property
    def done(self) -> int:
        return sum(1 for step in self.steps if step.ended_at)


class _Showing:
    def __init__(self, ticket: TicketView, config: DeskConfig, language: Language, now: datetime) -> None:
        self._ticket = ticket
        self._config = config
        self._language = language
        self._now = now
        self._words: Catalogue = catalogue(language)
        self._names = Names.of(config, language)

    def say(self, text: Words) -> str:
        return in_language(text, self._language)

    def step(self, progress: StepProgress) -> StepRow:
        step, is_current = progress.step, progress.state == "current"
        is_late = is_current and self._ticket.status.is_active and bool(progress.due_at and progress.due_at < self._now)
        return StepRow(
            id=step.id,
            name=self.say(step.name),
            state=progress.state,
            owner=self._owner(step.owner),
            due_at=progress.due_at if is_current else None,
            is_late=is_late,
            ended_by=self._names.person(progress.ended_by),
            ended_at=progress.ended_at,
            note=progress.note,
            is_required=step.is_required,
            asks=list(self._asks(progress)) if is_current else [],
            fields=[self._asked(name) for name in step.fields if is_current and not self._is_filled(name)],
            tell=in_language(step.tell, self._ticket.language) if step.tell and is_current else "",
        )

    def checklist(self, progress: ChecklistProgress) -> ChecklistPart:
        items = [
            ItemRow(
                id=line.item.id,
                text=self.say(line.item.text),
                is_required=line.item.is_required,
                done_by=self._names.person(line.done_by),
                done_at=line.done_at,
            )
            for line in progress.items
        ]
        return ChecklistPart(progress.id, self.say(progress.name), items)

    def _owner(self, owner: str) -> str:
        """Names of people; a team by its own name, and the part itself where nobody has it."""
        kind, _, name = owner.partition(":")
        if kind == "team":
            return self._names.team(name or self._ticket.team)
        ticket = self._ticket
        people = self._config.recipients(
            [owner], team=ticket.team, assignee=ticket.assignee, company=ticket.company, at=self._now
        )
        names = self._words.text("list.comma").join(self._names.person(person) for person in people)
        return names or self._words.text(f"procedure.owner.{kind}")

    def _asks(self, progress: StepProgress) -> Sequence[str]:
        """What must be so before the step is completed, besides the fields, which are asked for by themselves."""
        step, checklists = progress.step, self._ticket.checklists
        waiting = [checklists[name] for name in step.checklists if name in checklists and checklists[name].open_items]
        asks = [self._words.text("procedure.asks.checklist", name=self.say(it.name)) for it in waiting]
        return [*asks, self._words.text("procedure.asks.customer_told")] if step.is_customer_told else asks

    def missing(self, kind: str, name: str) -> str:
        """One thing that a step asks for, by its name."""
        if kind == "field":
            return self._asked(name).label
        if kind == "checklist":
            return self.say(self._ticket.checklists[name].name)
        return self._words.text("procedure.customer_told")

    def _asked(self, name: str) -> Asked:
        if name == "module":
            return Asked(name, self._words.text("ticket.module"), list(self._names.modules.items()))
        if name in ("impact", "urgency"):
            words = Impact if name == "impact" else Urgency
            return Asked(
                name, self._words.text(f"ticket.{name}"), [(it, self._words.text(f"{name}.{it}")) for it in words]
            )
        own = name.removeprefix(OWN_FIELDS)
        field = next((found for form in self._config.forms if (found := form.field(own))), None)
        return Asked(name, field.label.in_language(self._language) if field else own, [])

    def _is_filled(self, name: str) -> bool:
        own = name.removeprefix(OWN_FIELDS)
        return bool(self._ticket.fields.get(own) if own != name else getattr(self._ticket, name))


def missing_sentence(
    missing: Sequence[tuple[str, str]], ticket: TicketView, config: DeskConfig, language: Language
) -> str:
    """What a step still asks for, in one sentence."""
    show = _Showing(ticket, config, language, ticket.updated_at)
    words = catalogue(language)
    named = words.text("list.comma").join(show.missing(kind, name) for kind, name in missing)
    return words.text("procedure.unfinished", missing=named)


def tell_of(ticket: TicketView, step_id: str | None) -> str:
    """What the customer is told in a step, in their language; empty where the step says nothing."""
    progress = ticket.procedure.step(step_id) if ticket.procedure and step_id else None
    return in_language(progress.step.tell, ticket.language) if progress and progress.step.tell else ""


def in_language(text: Words, language: Language) -> str:
    return text.zh if language is Language.ZH else text.en
