"""What the portal's pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from functions.shared.contracts.words import Impact, Metric, Status, Urgency
from functions.shared.pages.clocks import Due
from functions.shared.pages.languages import Catalogue
from functions.shared.pages.timeline import Entry

FIELDS: Final = {
    "title": "report.title",
    "description": "report.description",
    "module": "report.module",
    "happened_at": "report.happened_at",
    "impact": "report.impact",
    "urgency": "report.urgency",
    "error_text": "report.error_text",
    "steps_to_reproduce": "report.steps",
    "attachments": "report.attachments",
    "name": "report.name",
    "company": "report.company",
    "address": "report.address",
    "phone": "report.phone",
}
"""The report form's fields in their order, with what their labels are called in the catalogue."""


@dataclass(frozen=True)
class ReportView:
    """The report form around what the customer filled in."""

    labels: Sequence[tuple[str, str]]
    modules: Sequence[tuple[str, str]]
    impacts: Sequence[tuple[str, str, str]]
    urgencies: Sequence[tuple[str, str, str]]
    submission: str
    files: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(
        cls, modules: Mapping[str, str], words: Catalogue, submission: str, files: Sequence[tuple[str, str]] = ()
    ) -> "ReportView":
        """The form offering `modules`; `submission` makes a form sent twice one report."""
        return cls(
            labels=[(name, words.text(key)) for name, key in FIELDS.items()],
            modules=list(modules.items()),
            impacts=[(it, words.text(f"impact.{it}"), words.text(f"report.impact_why.{it}")) for it in Impact],
            urgencies=[(it, words.text(f"urgency.{it}"), "") for it in Urgency],
            submission=submission,
            files=files,
        )  # fmt: skip


@dataclass(frozen=True)
class ThanksView:
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


@dataclass(frozen=True)
class TrackingView:
    """A ticket as its customer may see it."""

    reference: str
    title: str
    status: Status
    opened_at: datetime
    team: str
    clocks: Sequence[Due]
    timeline: Sequence[Entry]
    answer_url: str
    submission: str
    files: Sequence[tuple[str, str]] = ()

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
    def promises(self) -> list[Due]:
        """The target times still ahead of the desk."""
        return [due for due in self.clocks if due.state in ("running", "soon", "overdue")]

    @property
    def next_step(self) -> str:
        """The name of what happens next."""
        if self.status is Status.OPEN:
            awaits = any(due.metric is not Metric.RESOLUTION for due in self.promises)
            return "answer" if awaits else "work"
        return str(self.status)
