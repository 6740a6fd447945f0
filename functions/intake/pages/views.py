"""What the portal's pages show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self

from functions.intake.tracking import TrackedEntry, TrackedTicket
from functions.shared.contracts.words import Language, Metric, Status
from functions.shared.domain.form import Form
from functions.shared.domain.form_fields import FieldKind, FormField
from functions.shared.pages.clocks import Due, deadline
from functions.shared.pages.timeline import Entry, File

PartName = Literal["problem", "diagnosis", "you"]

_PARTS: Final[dict[PartName, tuple[str, ...]]] = {
    "problem": ("title", "description", "module", "happened_at", "impact", "urgency"),
    "diagnosis": ("error_text", "steps_to_reproduce", "attachments"),
    "you": ("contact_name", "company", "contact_email", "contact_phone"),
}
"""Where the standard fields stand; a desk's own fields follow the problem."""

_INPUT_TYPES: Final = {
    FieldKind.ADDRESS: "email",
    FieldKind.PHONE: "tel",
    FieldKind.NUMBER: "number",
    FieldKind.DATE_TIME: "datetime-local",
}
_AUTOCOMPLETE: Final = {
    "contact_name": "name",
    "company": "organization",
    "contact_email": "email",
    "contact_phone": "tel",
}
_WIDE: Final = (FieldKind.LONG_TEXT, FieldKind.FILE, FieldKind.MULTI_CHOICE, FieldKind.YES_NO)
_FEW: Final = 4
"""Up to so many choices are shown at once, more as a list to open."""


@dataclass(frozen=True)
class Question:
    """One question of the desk's form. `required` is None where an alternative will do."""

    id: str
    kind: FieldKind
    label: str
    help: str
    required: bool | None
    max_length: int
    choices: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, field: FormField, form: Form, language: Language, files: Sequence[tuple[str, str]]) -> Self:
        """The question that `field` asks in `language`; `files` were uploaded before."""
        has_alternative = any(field.id in group for group in form.at_least_one)
        return cls(
            id=field.id,
            kind=field.kind,
            label=field.label.in_language(language),
            help=field.help.in_language(language) if field.help else "",
            required=None if has_alternative else field.required,
            max_length=field.longest or 200,
            choices=[(choice.value, choice.label.in_language(language)) for choice in field.choices],
            files=files if field.kind is FieldKind.FILE else (),
        )

    @property
    def is_wide(self) -> bool:
        """Takes the whole width of the form."""
        if self.kind is FieldKind.CHOICE:
            return len(self.choices) <= _FEW
        return self.kind in _WIDE or self.id == "title"

    @property
    def rows(self) -> int:
        return 6 if self.id == "description" else 3

    @property
    def input_type(self) -> str:
        return _INPUT_TYPES.get(self.kind, "text")

    @property
    def autocomplete(self) -> str:
        return _AUTOCOMPLETE.get(self.id, "off")


@dataclass(frozen=True)
class ReportPart:
    """Questions that belong together."""

    name: PartName
    questions: Sequence[Question]


@dataclass(frozen=True)
class ReportPage:
    """The report form; `submission` makes a form sent twice one report."""

    parts: Sequence[ReportPart]
    submission: str

    @classmethod
    def of(cls, form: Form, language: Language, submission: str, files: Sequence[tuple[str, str]] = ()) -> Self:
        """The page for the desk's `form`, every field of it in one of the parts."""
        placed = {name for names in _PARTS.values() for name in names}
        own = [field.id for field in form.fields if field.id not in placed]
        parts = []
        for part, names in _PARTS.items():
            wanted = [*names, *own] if part == "problem" else names
            fields = [field for name in wanted if (field := form.field(name))]
            parts.append(ReportPart(part, [Question.of(field, form, language, files) for field in fields]))
        return cls([part for part in parts if part.questions], submission)

    @property
    def labels(self) -> list[tuple[str, str]]:
        return [(question.id, question.label) for part in self.parts for question in part.questions]


@dataclass(frozen=True)
class ThanksPage:
    """The page after a report was taken."""

    reference: str
    tracking_url: str


@dataclass(frozen=True)
class Stage:
    """A stretch of the ticket's way."""

    name: Literal["received", "working", "solved", "closed"]
    state: Literal["done", "now", "ahead"]


_STAGES: Final[tuple[Literal["received", "working", "solved", "closed"], ...]] = (
    "received",
    "working",
    "solved",
    "closed",
)
_REACHED: Final = {Status.NEW: 0, Status.RESOLVED: 2, Status.CLOSED: 3}
_ICONS: Final = {
    "received": "route",
    "waiting": "hourglass",
    "resumed": "arrow-right",
    "resolved": "check",
    "reopened": "turn",
    "closed": "check",
}


@dataclass(frozen=True)
class TrackingPage:
    """A ticket as its customer sees it."""

    reference: str
    title: str
    status: Status
    opened_at: datetime
    promises: Sequence[Due]
    timeline: Sequence[Entry]
    answer_url: str
    submission: str
    files: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(
        cls,
        ticket: TrackedTicket,
        say: Callable[[str], str],
        url: str,
        submission: str,
        now: datetime,
        files: Sequence[tuple[str, str]] = (),
    ) -> Self:
        """The page at `url` that shows `ticket`; `say` gives a text by its key."""
        dues = {Metric.FIRST_RESPONSE: ticket.first_response_due_at, Metric.RESOLUTION: ticket.resolution_due_at}
        promised = dues if ticket.status.is_active else {}
        return cls(
            reference=ticket.reference,
            title=ticket.title,
            status=ticket.status,
            opened_at=ticket.opened_at,
            promises=[deadline(metric, at, ticket.opened_at, now) for metric, at in promised.items() if at],
            timeline=[_entry(entry, at, say, url) for at, entry in enumerate(ticket.timeline)],
            answer_url=url,
            submission=submission,
            files=files,
        )

    @property
    def stages(self) -> list[Stage]:
        """The way of every ticket, with how far this one is."""
        reached = _REACHED.get(self.status, 1)
        last = len(_STAGES) - 1
        return [
            Stage(name, "done" if at < reached or reached == last else "now" if at == reached else "ahead")
            for at, name in enumerate(_STAGES)
        ]

    @property
    def is_resolved(self) -> bool:
        return not self.status.is_active

    @property
    def next_step(self) -> str:
        """The name of what happens next."""
        if self.status is Status.OPEN:
            return "answer" if any(due.metric is Metric.FIRST_RESPONSE for due in self.promises) else "work"
        return str(self.status)


def _entry(entry: TrackedEntry, number: int, say: Callable[[str], str], url: str) -> Entry:
    is_said = entry.kind in ("opened", "message", "reply")
    return Entry(
        anchor=f"entry-{number}",
        at=entry.at,
        kind=("customer" if entry.by == "customer" else "agent") if is_said else "fact",
        who=(entry.name or say("actor.customer" if entry.by == "customer" else "actor.agent")) if is_said else "",
        what=say(f"tracking.event.{entry.kind}"),
        icon=_ICONS.get(entry.kind, "check"),
        text=entry.text,
        files=tuple(File(file.name, file.size, f"{url}/files/{file.number}") for file in entry.attachments),
    )
