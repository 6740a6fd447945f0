"""What agents see: lines of a queue, and a ticket with its clocks and its whole timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SerializeAsAny

from functions.shared.contracts.events import Company, Contact, Problem, TicketEvent, TicketOpened
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import Channel, Impact, Language, Metric, Priority, RootCause, Slug, Status
from functions.shared.domain.clocks import Clock, Timer
from functions.shared.domain.document import Bilingual
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.progress import ChecklistProgress, ProcedureProgress
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Incident, Ticket


class QueueLine(TicketSummary):
    """A ticket in a queue, under the name that people use."""

    reference: str

    @classmethod
    def under(cls, summary: TicketSummary, reference: str) -> "QueueLine":
        """The line that shows `summary`."""
        return cls.model_validate({**summary.model_dump(), "reference": reference})


class ClockView(BaseModel):
    """One clock. `remaining_seconds` is real time to the deadline, negative once it passed."""

    model_config = ConfigDict(frozen=True)

    metric: Metric
    cycle: int
    state: Literal["running", "paused", "met", "breached", "cancelled"]
    target: str | None
    started_at: AwareDatetime
    due_at: AwareDatetime | None
    remaining_seconds: int | None
    paused_by: Status | None
    is_breached: bool
    escalation_level: int = 0
    acknowledged_at: AwareDatetime | None = None
    acknowledged_by: str | None = None
    awaits_acknowledgement: bool = False
    stopped_at: AwareDatetime | None

    @classmethod
    def of(cls, clock: Clock, now: datetime) -> "ClockView":
        """`clock` as it stands at `now`."""
        running = clock.is_running and clock.due_at is not None
        remaining = (clock.due_at - now) // timedelta(seconds=1) if running and clock.due_at else None
        return cls(
            metric=clock.metric,
            cycle=clock.cycle,
            state=clock.result or ("breached" if clock.breached_at else _standing(clock)),
            target=clock.target,
            started_at=clock.started_at,
            due_at=clock.due_at,
            remaining_seconds=remaining,
            paused_by=clock.paused_status,
            is_breached=clock.breached_at is not None or clock.result == "breached",
            escalation_level=clock.escalation_level,
            acknowledged_at=clock.acknowledged_at,
            acknowledged_by=clock.acknowledged_by,
            awaits_acknowledgement=clock.awaits_acknowledgement,
            stopped_at=clock.stopped_at,
        )


def _standing(clock: Clock) -> Literal["running", "paused"]:
    return "paused" if clock.state == "paused" else "running"


class SavedReply(BaseModel):
    """A reply written beforehand, as it would read on one ticket."""

    model_config = ConfigDict(frozen=True)

    id: Slug
    name: Bilingual
    text: str


class TicketView(BaseModel):
    """A ticket with all that is known of it, oldest event first."""

    model_config = ConfigDict(frozen=True)

    id: str
    reference: str
    version: int
    title: str
    status: Status
    priority: Priority | None
    channel: Channel
    language: Language
    team: Slug | None
    assignee: Slug | None
    module: Slug | None
    impact: Impact | None
    urgency: str | None
    tags: tuple[str, ...]
    fields: dict[str, Any]
    missing: tuple[str, ...]
    contact: Contact
    company: Company | None
    problem: Problem
    related_to: str | None
    answers_to: str | None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    resolved_at: AwareDatetime | None
    root_cause: RootCause | None
    cause: str
    solution: str
    declared: Incident | None
    linked_to: str | None
    merged_into: str | None
    procedure: ProcedureProgress | None
    checklists: dict[Slug, ChecklistProgress]
    clocks: tuple[ClockView, ...]
    timer: Timer | None
    suggestions: tuple[Suggestion, ...]
    timeline: tuple[SerializeAsAny[TicketEvent], ...]
    withheld: dict[str, FileStanding] = Field(
        default_factory=dict, description="The keys of attachments that cannot be downloaded now, and why."
    )

    @classmethod
    def of(
        cls,
        ticket: Ticket,
        timeline: Sequence[TicketEvent],
        reference: str,
        now: datetime,
        withheld: Mapping[str, FileStanding] | None = None,
    ) -> "TicketView":
        """`ticket` as it stands at `now`."""
        opened = timeline[0]
        if not isinstance(opened, TicketOpened):
            raise ValueError(f"the history of {ticket.id} begins with {opened.type}")
        shown = {name: getattr(ticket, name) for name in cls.model_fields if name in Ticket.model_fields}
        return cls.model_validate(
            {
                **shown,
                "reference": reference,
                "problem": opened.problem,
                "clocks": tuple(ClockView.of(clock, now) for clock in ticket.clocks.values()),
                "timeline": tuple(timeline),
                "withheld": withheld or {},
            }
        )
