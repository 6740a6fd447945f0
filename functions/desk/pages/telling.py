"""A ticket's events told to whoever works on it: in their language and zone, with names instead of ids."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeGuard
from zoneinfo import ZoneInfo

from functions.desk.pages.message_details import mail_details, opening_details
from functions.desk.pages.names import Names
from functions.shared.contracts.deletion_events import TicketDeleted
from functions.shared.contracts.events import (
    AttentionCalled,
    AutomaticReplySent,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    DetailsProvided,
    EscalationAcknowledged,
    MailBounced,
    Message,
    MessageReceived,
    NoteAdded,
    NoticeReleased,
    NotificationFailed,
    NotificationSent,
    PriorityChanged,
    Reason,
    ReplySent,
    RulesApplied,
    RulesHeldBack,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
    TicketResolved,
    TicketTriaged,
    TicketUpdated,
    TicketWaiting,
    TimePassed,
    WebhookFailed,
    WebhookSent,
)
from functions.shared.contracts.handling_events import (
    Words,
)
from functions.shared.contracts.incident_events import IncidentDeclared
from functions.shared.contracts.words import TicketId
from functions.shared.domain.deletion import quoted_by
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.ticket_answers import provided_answers
from functions.shared.pages import kept, times
from functions.shared.pages.languages import Catalogue
from functions.shared.pages.timeline import Entry, File, Kind

_PLAIN: Final = {
    "ProcedureStarted": ("route", "procedure_started"),
    "ChecklistAdded": ("check", "checklist_added"),
    "StepCompleted": ("check", "step_completed"),
    "StepSkipped": ("arrow-right", "step_skipped"),
    "ItemTicked": ("check", "item_ticked"),
    "ItemUnticked": ("turn", "item_unticked"),
    "IncidentEnded": ("check", "incident_ended"),
    "TicketLinked": ("route", "linked"),
    "TicketUnlinked": ("turn", "unlinked"),
    "TicketMerged": ("route", "merged"),
    "TicketTakenIn": ("route", "taken_in"),
    "TicketUnmerged": ("turn", "unmerged"),
    "TicketLetGo": ("turn", "let_go"),
    "TicketResumed": ("arrow-right", "resumed"),
    "TicketReopened": ("turn", "reopened"),
    "TicketClosed": ("check", "closed"),
}
"""Events of which a title and a note are all there is to tell: the icon of each, and the key of its sentence."""

_CLOCK_SET: Final = {"ClockStarted": "clock_started", "ClockRetargeted": "clock_moved", "ClockResumed": "clock_resumed"}


Link = Callable[[TicketEvent, str], str | None]


@dataclass(frozen=True)
class Teller:
    """Tells events to one reader; `link` says where they may fetch a part of an event, if at all."""

    words: Catalogue
    now: datetime
    zone: ZoneInfo
    names: Names = field(default_factory=Names)
    link: Link = lambda _event, _part: None
    lost: frozenset[str | None] = frozenset()
    """Mails that came back, and the events that they told of."""
    withheld: Mapping[str, FileStanding] = field(default_factory=dict)
    answers_to: str | None = None
    deleted: Collection[TicketId] = frozenset()
    """Other tickets of the timeline that are not there any more."""

    def timeline(self, events: Iterable[TicketEvent]) -> list[Entry]:
        """Everything worth telling, in order."""
        known = list(events)
        returned = frozenset(event.message_id for event in known if _is_lost(event))
        sent = [event for event in known if isinstance(event, NotificationSent) and event.message_id in returned]
        teller = replace(self, lost=returned | {event.cause for event in sent})
        return [entry for event in known if (entry := teller._entry(event))]

    def _entry(self, event: TicketEvent) -> Entry | None:
        if isinstance(event, ClockEvent):
            return self._clock_entry(event)
        if event.type in _PLAIN:
            return self._plain(event)
        match event:
            case TicketOpened():
                return self._opening(event)
            case MessageReceived():
                return self._said(event, "customer", event.message, self._say("received", channel=self._channel(event)))
            case DetailsProvided():
                told = self.names.answers(provided_answers(event))
                kind: Kind = "customer" if event.actor.kind == "customer" else "agent"
                return self._said(event, kind, event.message or Message(text=""), self._say("details_provided"), told)
            case ReplySent():
                said = "replied_in_vain" if event.event_id in self.lost else "replied"
                return self._said(event, "agent", event.message, self._say(said))
            case IncidentDeclared():
                words = self.words.text("list.comma").join((*event.keywords, self.names.module(event.module)))
                return self._fact(event, "flag", "incident_declared", text=words.strip("、, "))
            case TicketDeleted():
                return self._fact(event, "flag", "deleted", reason=self.words.text(f"deletion.{event.reason}"))
            case AutomaticReplySent():
                return self._automatic_reply(event)
            case NoteAdded():
                return self._said(event, "note", event.message, self._say("noted"))
            case TicketTriaged():
                return self._fact(event, "route", "triaged", priority=event.priority, to=self._owner(event))
            case TicketUpdated():
                return self._fact(event, "flag", "updated", changes=self._changes(event))
            case TimePassed():
                since = self.words.text(f"measure.{event.measure}")
                return self._fact(event, "hourglass", "time_passed", hours=f"{event.hours:g}", since=since)
            case RulesApplied(changes=0):
                return None
            case RulesApplied():
                acted = [reason.rule for reason in event.reasons if reason.rule] or event.matched_rules
                return self._fact(event, "route", "rules_applied", rules=self._rules(acted))
            case RulesHeldBack():
                held = self._rules(event.held_back)
                return self._fact(event, "pause", "rules_held_back", "warning", rules=held, runs=event.runs)
            case AttentionCalled():
                return self._fact(event, "mail", "attention_called", people=self._people(event.recipients))
            case PriorityChanged():
                return self._fact(event, "flag", "priority_changed", old=event.old, new=event.new)
            case TicketAssigned() if event.assignee and event.actor.id == event.assignee:
                return self._fact(event, "person", "taken")
            case TicketAssigned():
                return self._fact(event, "person", "assigned", to=self._owner(event))
            case TicketWaiting():
                return self._fact(event, "hourglass", event.status, text=event.note)
            case TicketResolved():
                cause = self.words.text(f"root_cause.{event.root_cause}")
                text = "\n".join(part for part in (event.cause, event.solution) if part)
                return self._fact(event, "check", "resolved", text=text, cause=cause)
            case MailBounced():
                key = "mail_came_back" if _is_lost(event) else "mail_is_late"
                return self._fact(
                    event, "mail", key, "warning", recipient=event.recipient or "?", status=event.status or "–"
                )
            case NotificationSent(message_id=message_id) if message_id in self.lost:
                return self._fact(event, "mail", "notified_in_vain", "warning", recipient=event.recipient)
            case NotificationSent():
                return self._fact(event, "mail", "notified", recipient=event.recipient)
            case NotificationFailed():
                return self._fact(
                    event,
                    "mail",
                    "notify_failed",
                    "warning",
                    kept.told(event.why, self.words),
                    recipient=event.recipient,
                )
            case WebhookSent():
                return self._fact(event, "bolt", "webhook_told", webhook=event.webhook)
            case WebhookFailed():
                return self._fact(event, "bolt", "webhook_failed", "warning", event.why, webhook=event.webhook)
            case _:
                return None

    def _clock_entry(self, event: ClockEvent) -> Entry | None:
        metric = self.words.text(f"metric.{event.metric}")
        match event:
            case ClockRetargeted(due_at=None, old_due_at=None):
                return None
            case ClockRetargeted(due_at=None):
                return self._fact(event, "alarm", "clock_dropped", metric=metric)
            case ClockRetargeted() if event.old_due_at and event.due_at:
                old, due = self._moment(event.old_due_at), self._moment(event.due_at)
                return self._fact(event, "alarm", "clock_moved_from", walk=event.walk, metric=metric, due=due, old=old)
            case ClockStarted() | ClockRetargeted() | ClockResumed():
                if event.due_at is None:
                    return None
                due = self._moment(event.due_at)
                return self._fact(event, "alarm", _CLOCK_SET[event.type], walk=event.walk, metric=metric, due=due)
            case ClockPaused():
                return self._fact(event, "pause", "clock_paused", metric=metric)
            case ClockStopped(result="met") if event.due_at:
                return self._fact(event, "check", "clock_met", metric=metric, elapsed=self._duration(event.elapsed))
            case ClockStopped(result="breached"):
                return self._fact(
                    event, "x", "clock_missed", "warning", metric=metric, elapsed=self._duration(event.elapsed)
                )
            case SlaWarned():
                return self._fact(
                    event, "alarm", "warned", "warning",
                    metric=metric, due=self._moment(event.due_at), people=self._people(event.recipients),
                )  # fmt: skip
            case SlaBreached():
                return self._fact(
                    event, "alarm", "breached", "alarm",
                    metric=metric, due=self._moment(event.due_at), people=self._people(event.recipients),
                )  # fmt: skip
            case TicketEscalated():
                return self._fact(
                    event, "bolt", "escalated", "alarm", level=event.level, people=self._people(event.recipients)
                )
            case NoticeReleased():
                return self._fact(event, "bolt", "notice_released", people=self._people(event.recipients))
            case EscalationAcknowledged():
                return self._fact(event, "check", "acknowledged", metric=metric)
            case _:
                return None

    def _opening(self, event: TicketOpened) -> Entry:
        what, who = self._say("opened", channel=self._channel(event)), ""
        if event.actor.kind == "agent":
            what = self._say("opened_for", channel=self._channel(event), agent=event.actor.name)
            who = event.contact.name or event.contact.phone or event.contact.address or ""
        return self._said(event, "customer", event.problem.description, what, opening_details(event, self.words), who)

    def _said(
        self,
        event: TicketEvent,
        kind: Kind,
        message: Message,
        what: str,
        details: tuple[tuple[str, str], ...] = (),
        who: str = "",
    ) -> Entry:
        files = tuple(
            File(file.name, file.size, self.link(event, f"attachments/{number}"), self.withheld.get(file.key))
            for number, file in enumerate(message.attachments, 1)
        )
        who = who or event.actor.name or self.words.text(f"actor.{event.actor.kind}")
        return Entry(
            anchor=event.event_id,
            at=event.occurred_at,
            kind=kind,
            who=who,
            what=what,
            text=message.text,
            whole_text_href=self.link(event, "text") if message.body_key else None,
            quoted=message.quoted,
            html_href=self.link(event, "html") if message.html_key else None,
            details=details or mail_details(message, self.words, self.answers_to),
            files=files,
        )

    def _fact(
        self,
        event: TicketEvent,
        icon: str,
        key: str,
        kind: Kind = "fact",
        text: str = "",
        walk: tuple[Reason, ...] = (),
        **values: object,
    ) -> Entry:
        who = event.actor.name or event.actor.id if event.actor.kind in ("agent", "customer") else ""
        reasons = tuple(self._reason(reason) for reason in (*event.reasons, *walk))
        return Entry(
            event.event_id, event.occurred_at, kind, who, self._say(key, **values), icon, text, reasons=reasons
        )

    def _say(self, key: str, **values: object) -> str:
        return self.words.text(f"event.{key}", **values)

    def _channel(self, event: TicketOpened | MessageReceived) -> str:
        return self.words.text(f"channel.{event.channel}")

    def _reason(self, reason: Reason) -> str:
        return reason.zh if self.words.language == "zh" else reason.en

    def _owner(self, event: TicketTriaged | TicketAssigned) -> str:
        return " / ".join(name for name in (self.names.team(event.team), self.names.person(event.assignee)) if name)

    def _people(self, recipients: tuple[str, ...]) -> str:
        told = [self.names.person(person) for person in recipients]
        return self.words.text("list.comma").join(told) or self.words.text("nobody")

    def _rules(self, rules: Iterable[str]) -> str:
        return self.words.text("list.comma").join(self.names.rules.get(rule, rule) for rule in rules)

    def _plain(self, event: TicketEvent) -> Entry:
        """What needs no words but those of the event itself."""
        icon, key = _PLAIN[event.type]
        if quoted_by(event) in self.deleted:
            return self._fact(event, icon, f"{key}_deleted")
        title = getattr(event, "title", "")
        told = self._title(title) if isinstance(title, Words) else title
        return self._fact(event, icon, key, text=getattr(event, "note", ""), title=told)

    def _title(self, title: Words) -> str:
        return title.zh if self.words.language == "zh" else title.en

    def _automatic_reply(self, event: AutomaticReplySent) -> Entry:
        text = f"{event.subject}\n\n{event.message.text}"
        return self._fact(event, "reply", "answered_automatically", text=text)

    def _changes(self, event: TicketUpdated) -> str:
        told = {name: getattr(event, name) for name in ("module", "impact", "urgency", "language", "tags", "policy")}
        values = {
            self.words.text(f"field.{name}"): self._value(name, it) for name, it in told.items() if it is not None
        }
        values |= {name: self._value(name, value) for name, value in event.fields.items()}
        return self.words.text("list.comma").join(f"{name} → {value or '–'}" for name, value in values.items())

    def _value(self, name: str, value: object) -> str:
        if isinstance(value, tuple | list):
            return "/".join(str(one) for one in value)
        if name == "module":
            return self.names.module(str(value))
        return self.words.text(f"{name}.{value}") if name in ("impact", "urgency", "language") else str(value)

    def _moment(self, at: datetime) -> str:
        return times.moment(at, self.now, self.zone, self.words)

    def _duration(self, length: timedelta) -> str:
        return times.duration(length, self.words)


def _is_lost(event: TicketEvent) -> TypeGuard[MailBounced]:
    return isinstance(event, MailBounced) and event.action != "delayed"
