"""A ticket's events as the timeline that people read: all of it for the desk, what concerns them for customers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from functions.shared.contracts.events import (
    Attachment,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    Event,
    Message,
    MessageReceived,
    NoteAdded,
    NotificationFailed,
    NotificationSent,
    PriorityChanged,
    Reason,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketClosed,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketTriaged,
    TicketWaiting,
)
from functions.shared.pages import times
from functions.shared.pages.languages import Catalogue

_CLOCK_SET: Final = {"ClockStarted": "clock_started", "ClockRetargeted": "clock_moved", "ClockResumed": "clock_resumed"}

Kind = Literal["customer", "agent", "note", "fact", "warning", "alarm"]


@dataclass(frozen=True)
class File:
    """An attachment; `href` is where the reader may fetch it, if at all."""

    name: str
    size: int
    href: str | None = None


@dataclass(frozen=True)
class Entry:
    """One thing that happened: something said (customer, agent, note), or a fact about the ticket."""

    anchor: str
    at: datetime
    kind: Kind
    who: str
    what: str
    icon: str = "check"
    text: str = ""
    quoted: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_message(self) -> bool:
        return self.kind in ("customer", "agent", "note")


@dataclass(frozen=True)
class Names:
    """What the desk's configuration calls its people, teams and modules, in the reader's language."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)

    def person(self, person_id: str | None) -> str:
        return self.people.get(person_id, person_id) if person_id else ""

    def team(self, team: str | None) -> str:
        return self.teams.get(team, team) if team else ""

    def module(self, module: str | None) -> str:
        return self.modules.get(module, module) if module else ""


FileLink = Callable[[TicketEvent, Attachment], str | None]


@dataclass(frozen=True)
class Teller:
    """Tells events to one reader, in their language, zone and names."""

    words: Catalogue
    now: datetime
    zone: ZoneInfo
    names: Names = Names()
    link: FileLink = lambda _event, _attachment: None

    def staff_timeline(self, events: Iterable[TicketEvent]) -> list[Entry]:
        """Everything, in order."""
        return [entry for event in events if (entry := self._entry(event))]

    def public_timeline(self, events: Iterable[TicketEvent]) -> list[Entry]:
        """What a customer may know: what was said to each other, and how far it is; no notes, no reasons."""
        return [entry for event in events if (entry := self._public_entry(event))]

    def _entry(self, event: TicketEvent) -> Entry | None:
        if isinstance(event, ClockEvent):
            return self._clock_entry(event)
        match event:
            case TicketOpened():
                return self._opening(event)
            case MessageReceived():
                return self._said(event, "customer", event.message, self._say("received", channel=self._channel(event)))
            case ReplySent():
                return self._said(event, "agent", event.message, self._say("replied"))
            case NoteAdded():
                return self._said(event, "note", event.message, self._say("noted"))
            case TicketTriaged():
                return self._fact(event, "route", "triaged", priority=event.priority, to=self._owner(event))
            case PriorityChanged():
                return self._fact(event, "flag", "priority_changed", old=event.old, new=event.new)
            case TicketAssigned() if event.assignee and event.actor.id == event.assignee:
                return self._fact(event, "person", "taken")
            case TicketAssigned():
                return self._fact(event, "person", "assigned", to=self._owner(event))
            case TicketWaiting():
                return self._fact(event, "hourglass", event.status, text=event.note)
            case TicketResumed():
                return self._fact(event, "arrow-right", "resumed")
            case TicketResolved():
                cause = self.words.text(f"root_cause.{event.root_cause}")
                text = "\n".join(part for part in (event.cause, event.solution) if part)
                return self._fact(event, "check", "resolved", text=text, cause=cause)
            case TicketReopened():
                return self._fact(event, "turn", "reopened", text=event.note)
            case TicketClosed():
                return self._fact(event, "check", "closed")
            case NotificationSent():
                return self._fact(event, "mail", "notified", recipient=event.recipient)
            case NotificationFailed():
                return self._fact(event, "mail", "notify_failed", "warning", event.why, recipient=event.recipient)
            case _:
                return None

    def _clock_entry(self, event: ClockEvent) -> Entry | None:
        metric = self.words.text(f"metric.{event.metric}")
        match event:
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
                return self._fact(event, "alarm", "breached", "alarm", metric=metric, due=self._moment(event.due_at))
            case TicketEscalated():
                return self._fact(
                    event, "bolt", "escalated", "alarm", level=event.level, people=self._people(event.recipients)
                )
            case _:
                return None

    def _public_entry(self, event: TicketEvent) -> Entry | None:
        match event:
            case TicketOpened():
                return replace(self._opening(event), what=self._say("public.opened"))
            case MessageReceived():
                return self._said(event, "customer", event.message, self._say("public.received"))
            case ReplySent():
                return self._said(event, "agent", event.message, self._say("public.replied"))
            case TicketTriaged():
                return self._public_fact(event, "route", "triaged", team=self.names.team(event.team))
            case TicketWaiting():
                return self._public_fact(event, "hourglass", event.status)
            case TicketResolved():
                return self._public_fact(event, "check", "resolved", event.solution)
            case TicketReopened():
                return self._public_fact(event, "turn", "reopened")
            case TicketClosed():
                return self._public_fact(event, "check", "closed")
            case _:
                return None

    def _opening(self, event: TicketOpened) -> Entry:
        problem = event.problem
        details = {
            "happened_at": problem.happened_at,
            "error_text": problem.error_text,
            "steps_to_reproduce": problem.steps_to_reproduce,
        }
        told = tuple((self.words.text(f"problem.{name}"), text) for name, text in details.items() if text)
        return self._said(
            event, "customer", problem.description, self._say("opened", channel=self._channel(event)), told
        )

    def _said(
        self, event: TicketEvent, kind: Kind, message: Message, what: str, details: tuple[tuple[str, str], ...] = ()
    ) -> Entry:
        files = tuple(File(file.name, file.size, self.link(event, file)) for file in message.attachments)
        who = event.actor.name or self.words.text(f"actor.{event.actor.kind}")
        return Entry(
            event.event_id, event.occurred_at, kind, who, what,
            text=message.text, quoted=message.quoted, details=details, files=files,
        )  # fmt: skip

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

    def _public_fact(self, event: Event, icon: str, key: str, text: str = "", **values: object) -> Entry:
        what = self.words.text(f"event.public.{key}", **values)
        return Entry(event.event_id, event.occurred_at, "fact", "", what, icon, text)

    def _say(self, key: str, **values: object) -> str:
        return self.words.text(f"event.{key}", **values)

    def _channel(self, event: TicketOpened | MessageReceived) -> str:
        return self.words.text(f"channel.{event.channel}")

    def _reason(self, reason: Reason) -> str:
        return reason.zh if self.words.language == "zh" else reason.en

    def _owner(self, event: TicketTriaged | TicketAssigned) -> str:
        return " / ".join(name for name in (self.names.team(event.team), self.names.person(event.assignee)) if name)

    def _people(self, recipients: tuple[str, ...]) -> str:
        return self.words.text("list.comma").join(self.names.person(person) for person in recipients)

    def _moment(self, at: datetime) -> str:
        return times.moment(at, self.now, self.zone, self.words)

    def _duration(self, length: timedelta) -> str:
        return times.duration(length, self.words)
