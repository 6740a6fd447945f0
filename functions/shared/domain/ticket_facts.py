"""A ticket as conditions see it when something has just happened to it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from functions.shared.contracts.events import (
    Company,
    Contact,
    Message,
    MessageReceived,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
)
from functions.shared.domain.calendar import Weekday
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import FIELDS, WORKING_TIME
from functions.shared.domain.ticket import Ticket

READ_CHARACTERS: Final = 50_000
"""Conditions look no further into what was said; nobody writes so much by hand, and a log file is not searched."""

_HELD: Final = tuple(name for name in FIELDS if name in Ticket.model_fields and name != "is_machine")
_WEEKDAYS: Final = tuple(Weekday)

Values = Mapping[str, object]


def ticket_values(opened: TicketOpened, ticket: Ticket) -> dict[str, object]:
    """The fields of `ticket`, which `opened` began."""
    problem = opened.problem
    return {
        **{name: getattr(ticket, name) for name in _HELD},
        "text": f"{problem.title}\n{problem.description.text}",
        "description": problem.description.text,
        "error_text": problem.error_text,
        "steps_to_reproduce": problem.steps_to_reproduce,
        **_parts("company", ticket.company),
        **_parts("contact", ticket.contact),
        **{f"fields.{name}": value for name, value in ticket.fields.items()},
    }


def event_values(event: TicketEvent, config: DeskConfig, wanted: Collection[str]) -> dict[str, object]:
    """What has just happened, and when."""
    values = time_values(event.occurred_at, config, wanted)
    match event:
        case TicketOpened():
            values |= {"is_machine": event.is_machine, "message": event.problem.description.text}
        case MessageReceived():
            values |= {"is_machine": event.is_machine, "message": event.message.text}
        case TicketEscalated():
            values |= {"escalation.level": event.level, "escalation.metric": event.metric}
    return values


def time_values(at: datetime, config: DeskConfig, wanted: Collection[str]) -> dict[str, object]:
    """An instant on the desk's clock; of the calendars only those are asked that `wanted` names."""
    local = config.desk.local(at)
    values: dict[str, object] = {"hour": local.hour, "weekday": _WEEKDAYS[local.weekday()]}
    for field in wanted:
        if field.startswith(WORKING_TIME):
            calendar = config.sla.working_times.get(field.removeprefix(WORKING_TIME))
            values[field] = calendar.is_working(at) if calendar else None
    return values


def whole(message: Message, text: str) -> Message:
    """`message` with its whole `text`, as far as conditions read it."""
    return message.model_copy(update={"text": text[:READ_CHARACTERS]})


def _parts(prefix: str, part: Company | Contact | None) -> dict[str, object]:
    return {f"{prefix}.{name}": value for name, value in part} if part else {}
