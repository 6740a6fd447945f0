"""The ticket: its current state, and how each event changes it."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import (
    Actor,
    AutomaticReplySent,
    ClockEvent,
    Company,
    Contact,
    DetailsProvided,
    MessageReceived,
    NotificationSent,
    PriorityChanged,
    ReplySent,
    RulesApplied,
    TicketAssigned,
    TicketClosed,
    TicketEvent,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTriaged,
    TicketUpdated,
    TicketWaiting,
    TimePassed,
)
from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded, TicketLinked, TicketUnlinked
from functions.shared.contracts.merge_events import TicketMerged, TicketUnmerged
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import (
    Channel,
    DeletionReason,
    DeskId,
    Impact,
    Language,
    Measure,
    Metric,
    Priority,
    RootCause,
    Slug,
    Status,
    TicketId,
    Urgency,
)
from functions.shared.domain.clocks import Clock, Timer, fold
from functions.shared.domain.progress import ChecklistProgress, ProcedureProgress, handling_changes

E = TypeVar("E", bound=TicketEvent)

_REMEMBERED_MESSAGE_IDS = 20
_REMEMBERED_RULES = 50
_EXCERPT = 300
_STANDARD = ("module", "impact", "urgency", "language")


class Passed(BaseModel):
    """So many hours since an instant have been told of."""

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime
    hours: float


class Incident(BaseModel):
    """What says which new tickets report the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    declared_at: AwareDatetime
    keywords: tuple[str, ...] = ()
    module: Slug | None = None


class Deletion(BaseModel):
    """That the ticket was deleted. What is stored of it then is a tombstone (`functions.shared.domain.deletion`)."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    by: Actor
    reason: DeletionReason
    note: str = ""


class Ticket(BaseModel):
    """One customer problem as it stands now: the fold of its events.

    `version` counts commits and guards against lost updates; `sequence` counts events.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: TicketId
    desk: DeskId
    version: int = Field(ge=1)
    sequence: int = Field(ge=1)
    status: Status = Status.NEW
    priority: Priority | None = None
    channel: Channel
    language: Language
    title: str
    excerpt: str = ""
    module: Slug | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    contact: Contact
    company: Company | None = None
    team: Slug | None = None
    assignee: Slug | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = Field(default_factory=dict)
    declared: Incident | None = Field(default=None, description="The ticket is a running incident.")
    linked_to: TicketId | None = Field(default=None, description="The incident that the ticket reports.")
    merged_into: TicketId | None = Field(default=None, description="The ticket that goes on for this duplicate.")
    merged_as: Status | None = Field(default=None, description="The status that it had when it was merged.")
    procedure: ProcedureProgress | None = None
    checklists: dict[Slug, ChecklistProgress] = Field(default_factory=dict)
    answered_with: tuple[Slug, ...] = Field(default=(), description="The replies that were sent by rules.")
    policy: Slug | None = Field(default=None, description="The policy that a rule chose.")
    matched_rules: tuple[Slug, ...] | None = Field(
        default=None, description="The rules that ever matched; None where the ticket is older than this list."
    )
    missing: tuple[str, ...] = ()
    form: Slug | None = None
    mailbox: str | None = None
    answers_to: str | None = Field(default=None, description="Where answers are mailed, if not to the contact.")
    is_machine: bool = False
    related_to: TicketId | None = None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    first_replied_at: AwareDatetime | None = None
    last_reply_at: AwareDatetime | None = None
    last_customer_message_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    reopened: int = 0
    root_cause: RootCause | None = None
    cause: str = ""
    solution: str = ""
    message_ids: tuple[str, ...] = Field(default=(), description="The thread's newest Message-IDs, oldest first.")
    clocks: dict[Metric, Clock] = Field(default_factory=dict)
    status_since: AwareDatetime | None = Field(default=None, description="None where it changed before this was kept.")
    passed: dict[Measure, Passed] = Field(default_factory=dict, description="The last threshold reached of each.")
    timer: Timer | None = None
    timer_generation: int = 0
    suggestions: tuple[Suggestion, ...] = Field(default=(), description="What waits for somebody to accept it.")
    deletion: Deletion | None = None
    counted_for: Slug | None = Field(default=None, description="The person among whose open tickets it is counted.")

    @property
    def mailed_at(self) -> str | None:
        """The address that the customer is answered at."""
        return self.answers_to or self.contact.address

    @property
    def next_due_at(self) -> AwareDatetime | None:
        """The earliest deadline of a running clock."""
        return min((clock.due_at for clock in self.clocks.values() if clock.is_running and clock.due_at), default=None)

    def promised(self, metric: Metric) -> AwareDatetime | None:
        """By when it is promised, while its clock runs."""
        clock = self.clocks.get(metric)
        return clock.due_at if clock and clock.is_running else None

    def happening(self, kind: type[E], *, actor: Actor, now: AwareDatetime, **fields: Any) -> E:
        """The next event of this ticket; the ticket itself does not change (see `evolve`)."""
        sequence = self.sequence + 1
        return kind.model_validate(
            {
                "event_id": event_id(self.id, sequence),
                "desk": self.desk,
                "ticket_id": self.id,
                "sequence": sequence,
                "occurred_at": now,
                "actor": actor,
                **fields,
            }
        )

    def with_changes(self, **changes: object) -> Self:
        """A copy with `changes`."""
        return self.model_copy(update=changes)


def event_id(subject_id: str, sequence: int) -> str:
    """The event's identity: the same position in the same history is the same event."""
    return f"{subject_id}-{sequence:06d}"


def opened(event: TicketOpened) -> Ticket:
    """The ticket that `event` begins."""
    return Ticket(
        id=event.ticket_id,
        desk=event.desk,
        version=1,
        sequence=event.sequence,
        channel=event.channel,
        language=event.language,
        title=event.problem.title,
        excerpt=event.problem.description.text[:_EXCERPT],
        module=event.problem.module,
        impact=event.problem.impact,
        urgency=event.problem.urgency,
        contact=event.contact,
        company=event.company,
        fields=event.problem.fields,
        missing=event.missing,
        form=event.form,
        mailbox=event.mailbox,
        answers_to=event.answers_to,
        is_machine=event.is_machine,
        related_to=event.related_to,
        opened_at=event.occurred_at,
        updated_at=event.occurred_at,
        status_since=event.occurred_at,
        last_customer_message_at=event.occurred_at,
        message_ids=_remember((), event.problem.description.message_id),
    )


def evolve(ticket: Ticket, event: TicketEvent) -> Ticket:
    """The ticket after `event`; its `version` is the committer's business.

    Raises:
        ValueError: `event` does not follow the ticket's last event.
    """
    if event.ticket_id != ticket.id or event.sequence != ticket.sequence + 1:
        raise ValueError(f"{event.event_id} does not follow {event_id(ticket.id, ticket.sequence)}")
    changes = _clock_changes(ticket, event) if isinstance(event, ClockEvent) else _changes(ticket, event)
    if changes.get("status", ticket.status) is not ticket.status:
        changes["status_since"] = event.occurred_at
    return ticket.with_changes(sequence=event.sequence, updated_at=event.occurred_at, **changes)


def replay(events: list[TicketEvent]) -> Ticket:
    """The ticket whose whole history is `events`, as at version 1."""
    first, *rest = events
    if not isinstance(first, TicketOpened):
        raise ValueError("a ticket's first event is TicketOpened")
    ticket = opened(first)
    for event in rest:
        ticket = evolve(ticket, event)
    return ticket


def _clock_changes(ticket: Ticket, event: ClockEvent) -> dict[str, object]:
    return {"clocks": fold(ticket.clocks, event)}


def _changes(ticket: Ticket, event: TicketEvent) -> dict[str, object]:
    match event:
        case TicketTriaged():
            return {
                "status": Status.OPEN if ticket.status is Status.NEW else ticket.status,
                "priority": event.priority,
                "team": event.team,
                "assignee": event.assignee,
                "module": event.module or ticket.module,
                "impact": event.impact or ticket.impact,
                "urgency": event.urgency or ticket.urgency,
                "language": event.language or ticket.language,
                "tags": event.tags,
                "fields": {**ticket.fields, **event.fields},
                "policy": event.policy,
                "matched_rules": event.matched_rules[:_REMEMBERED_RULES],
                "suggestions": tuple(one for one in event.suggestions if not one.has_acted),
                "missing": _without(ticket.missing, _decided(event), event.fields),
            }
        case TicketUpdated():
            told = {name: getattr(event, name) for name in (*_STANDARD, "tags", "policy")}
            changed = {name: value for name, value in told.items() if value is not None}
            left = _unless("module", ticket) if event.module else ticket.suggestions
            return {
                **changed,
                "fields": {**ticket.fields, **event.fields},
                "missing": _without(ticket.missing, changed, event.fields),
                "suggestions": left,
            }
        case RulesApplied() if ticket.matched_rules is not None:
            matched = dict.fromkeys((*ticket.matched_rules, *event.matched_rules))
            return {"matched_rules": tuple(matched)[:_REMEMBERED_RULES]}
        case TimePassed():
            return {"passed": {**ticket.passed, event.measure: Passed(since=event.since, hours=event.hours)}}
        case PriorityChanged():
            return {"priority": event.new, "suggestions": _unless("priority", ticket)}
        case TicketAssigned():
            left = ticket.suggestions if event.team == ticket.team else _unless("team", ticket)
            return {"team": event.team, "assignee": event.assignee, "suggestions": left}
        case MessageReceived():
            remembered = _remember(ticket.message_ids, event.message.message_id)
            if event.is_machine:
                return {"message_ids": remembered}
            return {
                "message_ids": remembered,
                "last_customer_message_at": event.occurred_at,
                "missing": _without(ticket.missing, ("attachments",) if event.message.attachments else ()),
            }
        case DetailsProvided():
            replaced = ("module", "impact", "urgency", "contact", "company")
            return {
                **{name: value for name in replaced if (value := getattr(event, name)) is not None},
                "fields": {**ticket.fields, **event.fields},
                "missing": event.missing,
                **({"excerpt": event.message.text[:_EXCERPT]} if event.message and event.message.text else {}),
            }
        case ReplySent():
            return {
                "first_replied_at": ticket.first_replied_at or event.occurred_at,
                "last_reply_at": event.occurred_at,
            }
        case AutomaticReplySent():
            return {"answered_with": (*ticket.answered_with, event.template)}
        case NotificationSent():
            return {"message_ids": _remember(ticket.message_ids, event.message_id)}
        case IncidentDeclared():
            began = ticket.declared.declared_at if ticket.declared else event.occurred_at
            return {"declared": Incident(declared_at=began, keywords=event.keywords, module=event.module)}
        case IncidentEnded():
            return {"declared": None}
        case TicketLinked():
            return {"linked_to": event.incident}
        case TicketUnlinked():
            return {"linked_to": None}
        case TicketWaiting():
            return {"status": event.status}
        case TicketResumed():
            return {"status": Status.OPEN}
        case TicketResolved():
            return {
                "status": Status.RESOLVED,
                "resolved_at": event.occurred_at,
                "root_cause": event.root_cause,
                "cause": event.cause,
                "solution": event.solution,
            }
        case TicketReopened():
            return {
                "status": Status.OPEN,
                "resolved_at": None,
                "closed_at": None,
                "reopened": ticket.reopened + 1,
                "merged_into": None,
                "merged_as": None,
            }
        case TicketClosed():
            return {"status": Status.CLOSED, "closed_at": event.occurred_at}
        case TicketMerged():
            merged = {"merged_into": event.into, "merged_as": ticket.status}
            return {"status": Status.CLOSED, "closed_at": event.occurred_at, **merged}
        case TicketDeleted():
            deletion = Deletion(at=event.occurred_at, by=event.actor, reason=event.reason, note=event.note)
            return {"status": Status.CLOSED, "closed_at": event.occurred_at, "deletion": deletion}
        case TicketUnmerged():
            return {"status": event.status, "closed_at": None, "merged_into": None, "merged_as": None}
        case _:
            return handling_changes(ticket.procedure, ticket.checklists, event)


def _decided(event: TicketTriaged) -> tuple[str, ...]:
    """The standard fields that triage filled."""
    return tuple(name for name in _STANDARD if getattr(event, name) is not None)


def _without(missing: tuple[str, ...], *known: Iterable[str]) -> tuple[str, ...]:
    """What a ticket lacks once the fields in `known` are: rules and people decide them, a screenshot comes by mail."""
    found = {name for some in known for name in some}
    return tuple(name for name in missing if name not in found)


def _unless(field: str, ticket: Ticket) -> tuple[Suggestion, ...]:
    """What is still suggested after somebody decided on `field`."""
    return tuple(one for one in ticket.suggestions if one.field != field)


def _remember(message_ids: tuple[str, ...], message_id: str | None) -> tuple[str, ...]:
    if not message_id or message_id in message_ids:
        return message_ids
    return (*message_ids, message_id)[-_REMEMBERED_MESSAGE_IDS:]
