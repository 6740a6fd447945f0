"""What the console's pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.shared.contracts.events import Company, Contact
from functions.shared.contracts.words import Channel, Impact, Priority, RootCause, Status, Urgency
from functions.shared.domain.decisions import WAITING
from functions.shared.pages.clocks import Due
from functions.shared.pages.timeline import Entry


@dataclass(frozen=True)
class Link:
    """A way to another part of the queue."""

    name: str
    href: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    href: str
    reference: str
    title: str
    status: Status
    priority: Priority | None
    contact: str
    company: str | None
    tier: str | None
    module: str
    team: str
    assignee: str
    opened_at: datetime
    due: Due | None
    is_incomplete: bool = False


@dataclass(frozen=True)
class QueueView:
    """A list of tickets by due time, and the ways to the other lists."""

    heading: str
    whose: Literal["team", "mine"]
    rows: Sequence[QueueRow]
    teams: Sequence[Link]
    tabs: Sequence[Link]
    newer: str | None = None
    older: str | None = None

    @property
    def overdue(self) -> int:
        return sum(1 for row in self.rows if row.due and row.due.state == "overdue")

    @property
    def emptiness(self) -> Literal["team", "mine"]:
        """Which sentence says that there is nothing here."""
        return self.whose


@dataclass(frozen=True)
class TicketView:
    """A ticket with its timeline, its customer, and what the agent may do with it."""

    url: str
    back_url: str
    reference: str
    title: str
    status: Status
    priority: Priority | None
    team: str
    assignee: str
    is_mine: bool
    clocks: Sequence[Due]
    timeline: Sequence[Entry]
    contact: Contact
    company: Company | None
    channel: Channel
    module: str
    impact: Impact | None
    urgency: Urgency | None
    opened_at: datetime
    reopened: int
    tags: Sequence[str]
    root_cause: RootCause | None
    fields: Sequence[tuple[str, str]]
    missing: str
    team_choices: Sequence[tuple[str, str]]
    people_choices: Sequence[tuple[str, str]]
    root_causes: Sequence[tuple[str, str]]
    submission: str
    article_url: str | None = None
    suggests_article: bool = False
    chosen_tab: Literal["reply", "note", "resolve"] = "reply"

    @property
    def is_active(self) -> bool:
        return self.status.is_active

    @property
    def may_take(self) -> bool:
        return self.is_active and not self.is_mine

    @property
    def may_assign(self) -> bool:
        return self.status is not Status.CLOSED

    @property
    def may_reply(self) -> bool:
        return self.status is not Status.CLOSED

    @property
    def may_wait(self) -> bool:
        return self.is_active and self.status not in WAITING

    @property
    def may_resume(self) -> bool:
        return self.status in WAITING

    @property
    def may_resolve(self) -> bool:
        return self.is_active

    @property
    def may_reopen(self) -> bool:
        return not self.is_active

    @property
    def open_tab(self) -> Literal["reply", "note", "resolve"]:
        """The form that shows first: the one last sent where something was wrong with it."""
        allowed = {"reply": self.may_reply, "note": True, "resolve": self.may_resolve}
        return self.chosen_tab if allowed[self.chosen_tab] else "note"
