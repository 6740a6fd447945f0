"""What the portal's pages show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self

from functions.intake.tracking import TrackedEntry, TrackedTicket
from functions.shared.completing import OpenQuestions
from functions.shared.contracts.words import Channel, Language, Metric, Status
from functions.shared.domain.form import NOTHING, Form
from functions.shared.pages.clocks import Due, deadline
from functions.shared.pages.questions import Asking, Files, QuestionPart, labels_in, parts_of, shown_answer
from functions.shared.pages.timeline import Entry, File

TRACK: Final = "/track"


@dataclass(frozen=True)
class FormLink:
    """A way to one of the desk's forms."""

    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class ReportPage:
    """A form to report with, and the ways to the others; `submission` makes a form sent twice one report."""

    form: str
    title: str
    parts: Sequence[QuestionPart]
    submission: str
    others: Sequence[FormLink] = ()
    asks_proof: bool = False

    @classmethod
    def of(cls, form: Form, forms: Sequence[Form], language: Language, submission: str, files: Files = NOTHING) -> Self:
        """The page for `form`, one of `forms`."""
        links = [FormLink(one.name.in_language(language), f"/report?form={one.id}", one.id == form.id) for one in forms]
        return cls(
            form=form.id,
            title=form.name.in_language(language),
            parts=parts_of(Asking.all_of(form, Channel.FORM, language), files),
            submission=submission,
            others=links if len(links) > 1 else (),
            asks_proof=form.proof_of_work,
        )

    @property
    def labels(self) -> list[tuple[str, str]]:
        return labels_in(self.parts)


@dataclass(frozen=True)
class DetailsPage:
    """What a ticket still lacks, asked for on one page, beside what is known already."""

    reference: str
    title: str
    parts: Sequence[QuestionPart]
    known: Sequence[tuple[str, str]]
    post_to: str
    back: str
    submission: str

    @classmethod
    def of(
        cls,
        questions: OpenQuestions,
        reference: str,
        language: Language,
        url: str,
        submission: str,
        files: Files = NOTHING,
    ) -> Self:
        """The page below the ticket's own at `url`."""
        wanted = {field.id for field in questions.fields}
        form = questions.form
        asking = Asking(form, questions.ticket.channel, language, questions.known, wanted)
        return cls(
            reference=reference,
            title=questions.ticket.title,
            parts=parts_of(asking, files, without={field.id for field in form.fields} - wanted),
            known=[
                (field.label.in_language(language), shown_answer(field, questions.known[field.id], language))
                for field in form.fields
                if field.id in questions.known and field.id not in ("title", "description")
            ],
            post_to=f"{url}/details",
            back=url,
            submission=submission,
        )

    @property
    def labels(self) -> list[tuple[str, str]]:
        return labels_in(self.parts)


@dataclass(frozen=True)
class ThanksPage:
    """The page after a report was taken."""

    reference: str
    tracking_url: str
    answer_by: datetime | None
    """When the first answer is promised."""


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
    "merged": "route",
}


@dataclass(frozen=True)
class TrackingPage:
    """A ticket as its customer sees it."""

    reference: str
    title: str
    status: Status
    details_url: str
    opened_at: datetime
    promises: Sequence[Due]
    timeline: Sequence[Entry]
    answer_url: str
    submission: str
    files: Sequence[tuple[str, str]] = ()
    is_merged: bool = False
    continued_at: str = ""
    continued_in: str = ""

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
            details_url=f"{url}/details" if ticket.missing and ticket.status.is_active else "",
            opened_at=ticket.opened_at,
            promises=[deadline(metric, at, ticket.opened_at, now) for metric, at in promised.items() if at],
            timeline=[_entry(entry, at, say, url) for at, entry in enumerate(ticket.timeline)],
            answer_url=url,
            submission=submission,
            files=files,
            is_merged=ticket.is_merged,
            continued_at=f"{TRACK}/{ticket.continued_in}" if ticket.continued_in else "",
            continued_in=ticket.continued_in or "",
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
        return not self.status.is_active and not self.is_merged

    @property
    def next_step(self) -> str:
        """The name of what happens next."""
        if self.is_merged:
            return "merged"
        if self.status is Status.OPEN:
            return "answer" if any(due.metric is Metric.FIRST_RESPONSE for due in self.promises) else "work"
        return str(self.status)


def _entry(entry: TrackedEntry, number: int, say: Callable[[str], str], url: str) -> Entry:
    is_said = entry.kind in ("opened", "message", "details", "reply")
    return Entry(
        anchor=f"entry-{number}",
        at=entry.at,
        kind=("customer" if entry.by == "customer" else "agent") if is_said else "fact",
        who=(entry.name or say("actor.customer" if entry.by == "customer" else "actor.agent")) if is_said else "",
        what=say(f"tracking.event.{entry.kind}"),
        icon=_ICONS.get(entry.kind, "check"),
        text=entry.text,
        files=tuple(
            File(file.name, file.size, f"{url}/files/{file.number}", file.standing) for file in entry.attachments
        ),
    )
