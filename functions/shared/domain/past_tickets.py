"""Tickets of the past: as rules see them, and what people made of them in the end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from functions.shared.contracts.events import TicketOpened
from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.calendar import Weekday
from functions.shared.domain.facts import WORKING_TIME, Facts
from functions.shared.domain.instants import Instant
from functions.shared.domain.rules import whole_text
from functions.shared.domain.ticket import Ticket

_WEEKDAYS: Final = tuple(Weekday)


class _Written(BaseModel):
    """Whatever else a line carries is passed over, and null is as good as nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, written: object) -> object:
        if not isinstance(written, dict):
            raise ValueError("is not an object")
        return {name: value for name, value in written.items() if value is not None}


class _Company(_Written):
    id: str | None = None
    name: str | None = None
    tier: str | None = None
    account_manager: str | None = None
    tags: list[str] = Field(default_factory=list)
    open_tickets: int | None = None


class _Contact(_Written):
    id: str | None = None
    name: str | None = None
    address: str | None = None
    phone: str | None = None
    language: str | None = None
    tags: list[str] = Field(default_factory=list)
    open_tickets: int | None = None


class _Escalation(_Written):
    level: int | None = None
    metric: str | None = None


class Outcome(_Written):
    """What people made of a ticket in the end; None where the file does not say."""

    team: str | None = None
    priority: str | None = None
    assignee: str | None = None


class PastTicket(_Written):
    """A ticket as a line of a file has it; words that the desk does not know are kept."""

    id: str | int | None = None
    title: str = ""
    description: str = ""
    first_message: str = ""
    channel: str | None = None
    language: str | None = None
    mailbox: str | None = None
    status: str | None = None
    priority: str | None = None
    module: str | None = None
    impact: str | None = None
    urgency: str | None = None
    team: str | None = None
    assignee: str | None = None
    error_text: str | None = None
    steps_to_reproduce: str | None = None
    opened_at: Instant | None = None
    reopened: int = 0
    company: _Company = _Company()
    contact: _Contact = _Contact()
    fields: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    message: str = ""
    is_machine: bool | None = None
    incident: str | None = None
    hour: int | None = None
    weekday: str | None = None
    age: float | None = None
    idle: float | None = None
    status_age: float | None = None
    working_time: dict[str, bool] = Field(default_factory=dict)
    escalation: _Escalation = _Escalation()
    previous: Self | None = None
    outcome: Outcome | None = None

    @classmethod
    def of(cls, opened: TicketOpened, ticket: Ticket, reference: str) -> Self:
        """What `opened` began, with what became of it by now; of a long description its beginning."""
        problem, company = opened.problem, opened.company
        as_json = problem.model_dump(mode="json", include={"module", "impact", "urgency", "fields"})
        return cls.model_validate(
            {
                **as_json,
                "id": reference,
                "title": problem.title,
                "description": problem.description.text,
                "error_text": problem.error_text,
                "steps_to_reproduce": problem.steps_to_reproduce,
                "channel": opened.channel.value,
                "language": opened.language.value,
                "mailbox": opened.mailbox,
                "opened_at": opened.occurred_at,
                "company": company.model_dump(mode="json", exclude={"is_claimed"}) if company else None,
                "contact": opened.contact.model_dump(mode="json"),
                "missing": list(opened.missing),
                "outcome": {
                    "team": ticket.team,
                    "priority": ticket.priority and ticket.priority.value,
                    "assignee": ticket.assignee,
                },
            }
        )

    @field_validator("opened_at", mode="before")
    @classmethod
    def _instant(cls, written: object) -> object:
        return datetime.fromisoformat(written) if isinstance(written, str) else written

    def facts(self) -> Facts:
        """The ticket as conditions see it."""
        return Facts(self.values(), previous=self.previous.values() if self.previous else None)

    def values(self) -> dict[str, object]:
        """The fields that conditions can ask for; hour and weekday are those of `opened_at` as it is written."""
        at = self.opened_at
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "message": self.message or self.description,
            "hour": at.hour if at and self.hour is None else self.hour,
            "weekday": _WEEKDAYS[at.weekday()] if at and self.weekday is None else self.weekday,
            **{f"{WORKING_TIME}{name}": value for name, value in self.working_time.items()},
            **{f"escalation.{name}": value for name, value in self.escalation},
            "text": whole_text(self.title, self.description, self.first_message),
            **{f"company.{name}": value for name, value in self.company},
            **{f"contact.{name}": value for name, value in self.contact},
            **{f"fields.{name}": value for name, value in self.fields.items()},
        }

    def verdict(self) -> Verdict:
        """What is decided about the ticket already."""
        return Verdict(
            priority=next((one for one in Priority if one == self.priority), None),
            team=self.team,
            person=self.assignee,
            module=self.module,
            tags=tuple(self.tags),
        )

    def ended(self) -> Outcome:
        """What people made of it: said by `outcome`, or by the ticket's own team, priority and person."""
        return self.outcome or Outcome(team=self.team, priority=self.priority, assignee=self.assignee)

    def as_reported(self) -> "PastTicket":
        """The ticket without what people made of it."""
        return self.model_copy(update={"team": None, "priority": None, "assignee": None, "outcome": None})


_GROUPS: Final = ("company", "contact", "escalation", "fields", "working_time")
_PLAIN: Final = tuple(
    name for name in PastTicket.model_fields if name not in {"id", "first_message", "outcome", "previous", *_GROUPS}
)


@dataclass(frozen=True)
class BadLine:
    """A line that is no ticket."""

    number: int
    reason: str
    id: object = None
