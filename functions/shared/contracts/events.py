"""The ticket's events: stored as its timeline and published on the bus.

A published field is never removed or retyped. A breaking change is a new class with the next
`schema_version`, published next to the old one until its last consumer is gone.

To add an event: write the class here, with a sample in `events/bus/`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from functions.shared.contracts.base import Actor as Actor
from functions.shared.contracts.base import Event as Event
from functions.shared.contracts.base import Reason as Reason
from functions.shared.contracts.base import TicketEvent as TicketEvent
from functions.shared.contracts.base import Value as Value
from functions.shared.contracts.clock_events import ClockEvent as ClockEvent
from functions.shared.contracts.clock_events import ClockPaused as ClockPaused
from functions.shared.contracts.clock_events import ClockResumed as ClockResumed
from functions.shared.contracts.clock_events import ClockRetargeted as ClockRetargeted
from functions.shared.contracts.clock_events import ClockStarted as ClockStarted
from functions.shared.contracts.clock_events import ClockStopped as ClockStopped
from functions.shared.contracts.clock_events import EscalationAcknowledged as EscalationAcknowledged
from functions.shared.contracts.clock_events import HeldNotice as HeldNotice
from functions.shared.contracts.clock_events import NoticeReleased as NoticeReleased
from functions.shared.contracts.clock_events import SlaBreached as SlaBreached
from functions.shared.contracts.clock_events import SlaWarned as SlaWarned
from functions.shared.contracts.clock_events import TicketEscalated as TicketEscalated
from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.handling_events import (
    ChecklistAdded,
    ItemTicked,
    ItemUnticked,
    ProcedureStarted,
    StepCompleted,
    StepSkipped,
)
from functions.shared.contracts.incident_events import (
    IncidentDeclared,
    IncidentEnded,
    TicketLinked,
    TicketUnlinked,
)
from functions.shared.contracts.mail_events import MailBounced as MailBounced
from functions.shared.contracts.merge_events import TicketLetGo, TicketMerged, TicketTakenIn, TicketUnmerged
from functions.shared.contracts.rule_events import RulesApplied as RulesApplied
from functions.shared.contracts.rule_events import RulesHeldBack as RulesHeldBack
from functions.shared.contracts.rule_events import TimePassed as TimePassed
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import (
    Channel,
    CompanyId,
    ContactId,
    Impact,
    Language,
    Priority,
    RootCause,
    Slug,
    Status,
    TicketId,
    Urgency,
)

SOURCE = "aftercare"


class Said(Value):
    """What somebody said of themselves on this ticket: all of it that its customer's side may show or compare."""

    name: str = ""
    address: str | None = None
    phone: str | None = None

    @property
    def called(self) -> str:
        """What to call them."""
        return self.name or self.address or self.phone or ""


class Contact(Value):
    """Who asked, as known when the event happened: completed by what the desk knows, which is for the desk only."""

    id: ContactId
    name: str = ""
    address: str | None = None
    phone: str | None = None
    language: Language = Language.ZH
    tags: tuple[str, ...] = ()
    phone_of: ContactId | None = Field(
        default=None, description="Whom the desk knows under the phone number, where that is somebody else."
    )
    said: Said = Field(default=Said(), description="Which of it was said on this ticket; empty on old tickets.")


class Company(Value):
    """For whom they asked, as known when the event happened."""

    id: CompanyId
    name: str
    tier: str = "standard"
    account_manager: str | None = Field(default=None, description="The person of ours who looks after the company.")
    is_claimed: bool = Field(default=False, description="Only the customer's own word says so: it counts for no tier.")
    tags: tuple[str, ...] = ()
    said: str | None = Field(default=None, description="What the customer called it on this ticket, if they did.")


class Attachment(Value):
    """A file that belongs to a message; its bytes live under `key` in the blobs bucket."""

    key: str
    name: str
    content_type: str = "application/octet-stream"
    size: int = Field(ge=0, description="Bytes.")
    is_inline: bool = False
    content_id: str | None = Field(default=None, description="How the mail's HTML names it.")


class Message(Value):
    """Something said. `text` is whole up to a few kB, beyond that its beginning, the rest is in `body_key`."""

    text: str
    body_key: str | None = Field(default=None, description="Blob with the whole text, where `text` is only its start.")
    html_key: str | None = Field(default=None, description="Blob with the sanitised HTML, where there was one.")
    raw_key: str | None = Field(default=None, description="Blob with the mail as it arrived.")
    message_id: str | None = Field(default=None, description="Message-ID of the mail, with angle brackets.")
    attachments: tuple[Attachment, ...] = ()
    quoted: str | None = Field(default=None, description="What the sender quoted, folded away.")
    receipt: dict[str, str] | None = Field(
        default=None, description="What the mail's reception found: spf, dkim, dmarc, spam, virus by name."
    )
    reply_to: str | None = Field(
        default=None, description="Where its sender asks for answers, where that is another address than theirs."
    )
    relayed_by: str | None = Field(
        default=None, description="The sender of the mail that somebody's words came in, as a website's form does."
    )


class Problem(Value):
    """What the customer reports, in the desk's standard form."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: Message
    happened_at: str | None = Field(default=None, description="When it happened, in the customer's own words or ISO.")
    module: Slug | None = None
    error_text: str | None = None
    steps_to_reproduce: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    fields: dict[str, Any] = Field(default_factory=dict, description="The desk's own further fields.")


class TicketOpened(TicketEvent):
    """A customer's problem became a ticket."""

    type: Literal["TicketOpened"] = "TicketOpened"
    channel: Channel
    language: Language
    contact: Contact
    company: Company | None = None
    problem: Problem
    missing: tuple[str, ...] = Field(default=(), description="Required fields the channel could not supply.")
    is_machine: bool = Field(default=False, description="Sent by a machine: kept, and never answered.")
    mailbox: str | None = Field(default=None, description="The address it was mailed to.")
    answers_to: str | None = Field(
        default=None, description="Where answers are mailed, where that is not the contact's own address."
    )
    related_to: TicketId | None = Field(default=None, description="The closed ticket that this one follows up.")
    form: Slug | None = Field(default=None, description="The form it was checked against; the desk's default without.")
    is_triaged: bool = Field(default=False, description="TicketTriaged came with it, and nobody need triage it.")


class TicketTriaged(TicketEvent):
    """Priority, team and person were decided; `reasons` says why, `matched_rules` by which rules."""

    type: Literal["TicketTriaged"] = "TicketTriaged"
    priority: Priority
    team: Slug
    assignee: Slug | None = None
    module: Slug | None = None
    impact: Impact | None = Field(default=None, description="Where a rule set it, not the customer.")
    urgency: Urgency | None = Field(default=None, description="Where a rule set it, not the customer.")
    language: Language | None = Field(default=None, description="Where a rule set it, not the customer.")
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = Field(default_factory=dict)
    notify: tuple[str, ...] = Field(default=(), description="People who must be told at once.")
    matched_rules: tuple[str, ...] = ()
    incident: str | None = Field(default=None, description="Reference of the running incident that it reports.")
    policy: Slug | None = Field(
        default=None, description="The policy that a rule chose, in place of the first to hold."
    )
    counts: dict[str, int] | None = Field(default=None, description="What was counted for the rules, by field.")
    suggestions: tuple[Suggestion, ...] = ()


class TicketUpdated(TicketEvent):
    """What is known of the problem has changed; what is None, or not among `fields`, stays as it is."""

    type: Literal["TicketUpdated"] = "TicketUpdated"
    module: Slug | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    language: Language | None = None
    tags: tuple[str, ...] | None = Field(default=None, description="All tags the ticket has from now on.")
    policy: Slug | None = None
    fields: dict[str, Any] = Field(default_factory=dict, description="The desk's own fields that have other values.")
    old: dict[str, Any] = Field(
        default_factory=dict, description="What was before, by the names that conditions use: `module`, `fields.NAME`."
    )


class AttentionCalled(TicketEvent):
    """People who must be told at once of what happened to the ticket after its triage."""

    type: Literal["AttentionCalled"] = "AttentionCalled"
    recipients: tuple[str, ...] = Field(description="Ids of people, or mail addresses.")


class PriorityChanged(TicketEvent):
    type: Literal["PriorityChanged"] = "PriorityChanged"
    old: Priority
    new: Priority


class TicketAssigned(TicketEvent):
    """The ticket went to a team, and perhaps to a person."""

    type: Literal["TicketAssigned"] = "TicketAssigned"
    team: Slug
    assignee: Slug | None = None
    old_team: Slug | None = None
    old_assignee: Slug | None = None


class MessageReceived(TicketEvent):
    """The customer, or a machine of theirs, said something more."""

    type: Literal["MessageReceived"] = "MessageReceived"
    channel: Channel
    message: Message
    is_machine: bool = False


class DetailsProvided(TicketEvent):
    """What the ticket lacked was filled in later; what was not provided is empty. `missing` is what it lacks still."""

    type: Literal["DetailsProvided"] = "DetailsProvided"
    channel: Channel
    message: Message | None = Field(default=None, description="The description, where it was lacking, and files.")
    contact: Contact | None = None
    company: Company | None = None
    happened_at: str | None = None
    module: Slug | None = None
    error_text: str | None = None
    steps_to_reproduce: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()


class ReplySent(TicketEvent):
    """An agent answered the customer."""

    type: Literal["ReplySent"] = "ReplySent"
    message: Message


class AutomaticReplySent(TicketEvent):
    """The desk answered the customer by itself, as a rule asked; nobody's first response."""

    type: Literal["AutomaticReplySent"] = "AutomaticReplySent"
    template: Slug
    subject: str
    message: Message


class NoteAdded(TicketEvent):
    """Something said among ourselves; customers never see it."""

    type: Literal["NoteAdded"] = "NoteAdded"
    message: Message


class TicketWaiting(TicketEvent):
    """Work rests until somebody else acts."""

    type: Literal["TicketWaiting"] = "TicketWaiting"
    status: Literal[Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY]
    note: str = ""


class TicketResumed(TicketEvent):
    """Work goes on."""

    type: Literal["TicketResumed"] = "TicketResumed"


class TicketResolved(TicketEvent):
    type: Literal["TicketResolved"] = "TicketResolved"
    root_cause: RootCause
    cause: str = ""
    solution: str


class TicketReopened(TicketEvent):
    type: Literal["TicketReopened"] = "TicketReopened"
    note: str = ""


class TicketClosed(TicketEvent):
    type: Literal["TicketClosed"] = "TicketClosed"


class NotificationSent(TicketEvent):
    """A mail left; `cause` is the event it tells of, `message_id` what the mail is called on the wire."""

    type: Literal["NotificationSent"] = "NotificationSent"
    cause: str
    template: str
    recipient: str
    message_id: str


class NotificationFailed(TicketEvent):
    type: Literal["NotificationFailed"] = "NotificationFailed"
    cause: str
    template: str
    recipient: str
    why: str


class WebhookSent(TicketEvent):
    """A webhook was told of the event `cause`."""

    type: Literal["WebhookSent"] = "WebhookSent"
    cause: str
    webhook: Slug


class WebhookFailed(TicketEvent):
    type: Literal["WebhookFailed"] = "WebhookFailed"
    cause: str
    webhook: Slug
    why: str


AnyTicketEvent = Annotated[
    TicketOpened
    | TicketTriaged
    | RulesApplied
    | RulesHeldBack
    | TimePassed
    | TicketUpdated
    | AttentionCalled
    | PriorityChanged
    | TicketAssigned
    | MessageReceived
    | DetailsProvided
    | ReplySent
    | AutomaticReplySent
    | NoteAdded
    | TicketWaiting
    | TicketResumed
    | TicketResolved
    | TicketReopened
    | TicketClosed
    | TicketDeleted
    | ProcedureStarted
    | StepCompleted
    | StepSkipped
    | ChecklistAdded
    | ItemTicked
    | ItemUnticked
    | IncidentDeclared
    | IncidentEnded
    | TicketLinked
    | TicketUnlinked
    | TicketMerged
    | TicketTakenIn
    | TicketUnmerged
    | TicketLetGo
    | ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockRetargeted
    | ClockStopped
    | SlaWarned
    | SlaBreached
    | TicketEscalated
    | NoticeReleased
    | EscalationAcknowledged
    | NotificationSent
    | NotificationFailed
    | MailBounced
    | WebhookSent
    | WebhookFailed,
    Field(discriminator="type"),
]
