"""What the console's pages show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from functions.desk.pages.names import Names
from functions.desk.pages.telling import Teller
from functions.desk.pages.why_views import acted
from functions.desk.views import ClockView, QueueLine, SavedReply, TicketView
from functions.shared.contracts.events import Company, Contact
from functions.shared.contracts.words import (
    Channel,
    Impact,
    Language,
    Metric,
    Priority,
    RootCause,
    Status,
    TicketId,
    Urgency,
)
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import WAITING
from functions.shared.pages.clocks import Due, deadline
from functions.shared.pages.languages import Catalogue, catalogue
from functions.shared.pages.timeline import Entry

QUEUE: Final = "/desk"
TICKETS: Final = "/desk/tickets"

TabName = Literal["active", "waiting", "resolved", "closed"]
FormName = Literal["reply", "note", "resolve"]

STATUSES: Final[dict[TabName, tuple[Status, ...]]] = {
    "active": (Status.NEW, Status.OPEN),
    "waiting": WAITING,
    "resolved": (Status.RESOLVED,),
    "closed": (Status.CLOSED,),
}
"""The tabs of the queue, and which statuses each shows."""


@dataclass(frozen=True)
class Link:
    """A way to another part of the queue."""

    name: str
    href: str
    is_current: bool = False


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    href: str
    reference: str
    title: str
    status: Status
    priority: Priority | None
    customer: str
    tier: str | None
    module: str
    team: str
    assignee: str
    opened_at: datetime
    due: Due | None
    is_incomplete: bool

    @classmethod
    def of(cls, line: QueueLine, names: Names, now: datetime) -> Self:
        """The row that shows `line`."""
        return cls(
            href=f"{TICKETS}/{line.reference}",
            reference=line.reference,
            title=line.title,
            status=line.status,
            priority=line.priority,
            customer=line.company or line.contact,
            tier=line.tier,
            module=names.module(line.module),
            team=names.team(line.team),
            assignee=names.person(line.assignee),
            opened_at=line.opened_at,
            due=_next_due(line, now),
            is_incomplete=line.is_incomplete,
        )


@dataclass(frozen=True)
class QueuePage:
    """A list of tickets by due time, and the ways to the other lists."""

    url: str
    heading: str
    is_mine: bool
    rows: Sequence[QueueRow]
    teams: Sequence[Link]
    tabs: Sequence[Link]
    more: str | None

    @classmethod
    def of(
        cls,
        lines: Sequence[QueueLine],
        config: DeskConfig,
        language: Language,
        now: datetime,
        *,
        team: str = "",
        tab: TabName = "active",
        is_mine: bool = False,
        after: str = "",
        more: str = "",
    ) -> Self:
        """The page that shows `lines`: the caller's own, or those of `team` (of all, where it is empty) under `tab`.

        Args:
            after: The cursor that the page begins after.
            more: The cursor that the next page begins after; empty at the end of the list.
        """
        words, names = catalogue(language), Names.of(config, language)
        tabs = [Link(words.text(f"queue.tab.{it}"), queue_url(team, it), it == tab) for it in STATUSES]
        heading = words.text("nav.mine" if is_mine else "queue.all")
        url = f"{QUEUE}?view=mine" if is_mine else queue_url(team, tab)
        return cls(
            url=_page_url(url, after),
            heading=heading if is_mine or not team else names.team(team),
            is_mine=is_mine,
            rows=[QueueRow.of(line, names, now) for line in lines],
            teams=[Link(name, queue_url(id_, tab), id_ == team and not is_mine) for id_, name in names.teams.items()],
            tabs=[] if is_mine else tabs,
            more=_page_url(url, more) if more else None,
        )

    @property
    def overdue(self) -> int:
        return sum(1 for row in self.rows if row.due and row.due.state == "overdue")


@dataclass(frozen=True)
class Hint:
    """What the desk's past suggests for one field, and because of which words."""

    field: str
    label: str
    value: str
    probability: str
    because: str


@dataclass(frozen=True)
class TicketPage:
    """A ticket with its timeline, its customer, and what the agent may do with it."""

    url: str
    reference: str
    title: str
    status: Status
    priority: Priority | None
    team: str
    assignee: str
    team_id: str
    assignee_id: str
    is_mine: bool
    clocks: Sequence[Due]
    may_acknowledge: bool
    timeline: Sequence[Entry]
    contact: Contact
    answers_to: str | None
    company: Company | None
    channel: Channel
    module: str
    impact: Impact | None
    urgency: Urgency | None
    opened_at: datetime
    tags: Sequence[str]
    root_cause: RootCause | None
    fields: Sequence[tuple[str, str]]
    missing: str
    suggestions: Sequence[Hint]
    team_choices: Sequence[tuple[str, str]]
    people_choices: Sequence[tuple[str, str]]
    root_causes: Sequence[tuple[str, str]]
    priorities: Sequence[tuple[str, str]]
    saved_replies: Sequence[Link]
    submission: str
    acting_rules: Sequence[Link] = ()
    chosen_form: FormName = "reply"

    @classmethod
    def of(
        cls,
        ticket: TicketView,
        config: DeskConfig,
        language: Language,
        *,
        reader: str,
        saved_replies: Sequence[SavedReply] = (),
        submission: str,
        now: datetime,
        chosen_form: FormName = "reply",
        deleted: Collection[TicketId] = (),
    ) -> Self:
        """The page of `ticket` for the person `reader`; tickets that it had to do with were `deleted` since."""
        words, names = catalogue(language), Names.of(config, language)
        url = f"{TICKETS}/{ticket.reference}"
        teller = Teller(
            words,
            now,
            ZoneInfo(config.desk.timezone),
            names,
            lambda event, part: f"{url}/messages/{event.sequence}/{part}",
            withheld=ticket.withheld,
            answers_to=ticket.answers_to,
            deleted=deleted,
        )
        return cls(
            url=url,
            reference=ticket.reference,
            title=ticket.title,
            status=ticket.status,
            priority=ticket.priority,
            team=names.team(ticket.team),
            assignee=names.person(ticket.assignee),
            team_id=ticket.team or "",
            assignee_id=ticket.assignee or "",
            is_mine=ticket.assignee == reader,
            clocks=[shown for clock in ticket.clocks if (shown := due_of(clock, now))],
            may_acknowledge=any(clock.awaits_acknowledgement for clock in ticket.clocks),
            timeline=teller.timeline(ticket.timeline),
            contact=ticket.contact,
            answers_to=ticket.answers_to,
            company=ticket.company,
            channel=ticket.channel,
            module=names.module(ticket.module),
            impact=ticket.impact,
            urgency=Urgency(ticket.urgency) if ticket.urgency else None,
            opened_at=ticket.opened_at,
            tags=ticket.tags,
            root_cause=ticket.root_cause,
            fields=names.answers(ticket.fields),
            missing=words.text("list.comma").join(names.question(name) for name in ticket.missing),
            suggestions=_hints(ticket, names, words),
            team_choices=list(names.teams.items()),
            people_choices=_by_team(config, ticket.team),
            root_causes=[(cause, words.text(f"root_cause.{cause}")) for cause in RootCause],
            priorities=[(priority, words.text(f"priority.{priority}")) for priority in Priority],
            saved_replies=[
                Link(reply.name.in_language(language), f"{url}?begin={reply.id}#composer") for reply in saved_replies
            ],
            submission=submission,
            acting_rules=[
                Link(names.rules.get(rule, rule), f"{url}/rules?event={event}#rule-{rule}")
                for rule, event in acted(ticket.timeline)
            ],
            chosen_form=chosen_form,
        )

    @property
    def is_active(self) -> bool:
        return self.status.is_active

    @property
    def may_take(self) -> bool:
        return self.is_active and not self.is_mine

    @property
    def may_reply(self) -> bool:
        return self.status is not Status.CLOSED

    @property
    def may_assign(self) -> bool:
        return self.status is not Status.CLOSED

    @property
    def may_change_priority(self) -> bool:
        return self.is_active and self.priority is not None

    @property
    def may_wait(self) -> bool:
        return self.is_active and self.status not in WAITING

    @property
    def may_resume(self) -> bool:
        return self.status in WAITING

    @property
    def open_form(self) -> FormName:
        """The form that shows first: the one just sent where something was wrong with it."""
        allowed = {"reply": self.may_reply, "note": True, "resolve": self.is_active}
        return self.chosen_form if allowed[self.chosen_form] else "note"


def queue_url(team: str = "", tab: TabName = "active") -> str:
    """The address of a part of the queue."""
    query = {name: value for name, value in (("team", team), ("tab", tab if tab != "active" else "")) if value}
    return f"{QUEUE}?{urlencode(query)}" if query else QUEUE


def _page_url(url: str, after: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}after={after}" if after else url


def due_of(clock: ClockView, now: datetime) -> Due | None:
    """The clock as pages show it; None for one without a target."""
    if clock.target is None:
        return None
    if clock.state == "paused":
        return Due(clock.metric, "paused")
    if clock.stopped_at is not None:
        state: dict[str, Literal["met", "missed"]] = {"met": "met", "breached": "missed"}
        return Due(clock.metric, state[clock.state]) if clock.state in state else None
    return deadline(clock.metric, clock.due_at, clock.started_at, now) if clock.due_at else None


def _next_due(line: QueueLine, now: datetime) -> Due | None:
    if line.due_at:
        return deadline(Metric.RESOLUTION, line.due_at, line.opened_at, now)
    return Due(Metric.RESOLUTION, "paused") if line.status in WAITING else None


def _hints(ticket: TicketView, names: Names, words: Catalogue) -> list[Hint]:
    named = {"team": names.team, "module": names.module}
    return [
        Hint(
            field=one.field,
            label=words.text(f"suggestion.{one.field}"),
            value=named[one.field](one.value) if one.field in named else one.value,
            probability=f"{one.probability:.2f}",
            because=words.text("list.comma").join(one.evidence),
        )
        for one in ticket.suggestions
        if ticket.status.is_active
    ]


def _by_team(config: DeskConfig, team: str | None) -> list[tuple[str, str]]:
    """Everybody who may be given a ticket, the members of `team` first."""
    members = [person for person in config.people if team in person.teams]
    others = [person for person in config.people if person.teams and team not in person.teams]
    return [(person.id, person.name) for person in (*members, *others)]
