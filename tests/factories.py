"""Valid objects of the domain; a test names just the field it is about."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from functions.shared.contracts.events import Actor, Company, Contact, Message, Problem, TicketOpened
from functions.shared.contracts.words import Channel, Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import open_ticket
from functions.shared.domain.references import ticket_id
from functions.shared.domain.ticket import Ticket, opened
from ops.configuration import load_config

DESK = "after-sales"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""A Monday, noon in Shanghai."""

CUSTOMER = Actor(kind="customer", id="con_00000001", name="王芳")
AGENT = Actor(kind="agent", id="li-na", name="李娜")
SYSTEM = Actor(kind="system", id="router")


def make_contact(**changes: Any) -> Contact:
    return Contact.model_validate({"id": "con_00000001", "name": "王芳", "address": "wang@acme.example", **changes})


def make_company(**changes: Any) -> Company:
    return Company.model_validate({"id": "com_00000001", "name": "Acme", "tier": "standard", **changes})


def make_message(text: str = "报表打不开", **changes: Any) -> Message:
    return Message.model_validate({"text": text, **changes})


def make_problem(**changes: Any) -> Problem:
    return Problem.model_validate({"title": "报表打不开", "description": make_message(), **changes})


def make_opened(number: int = 1, **changes: Any) -> TicketOpened:
    return open_ticket(
        ticket_id(number),
        **{
            "desk": DESK,
            "channel": Channel.FORM,
            "language": Language.ZH,
            "contact": make_contact(),
            "company": make_company(),
            "problem": make_problem(),
            "actor": CUSTOMER,
            "now": NOON,
            **changes,
        },
    )


def make_ticket(number: int = 1, **changes: Any) -> Ticket:
    return opened(make_opened(number)).with_changes(**changes)


@cache
def default_config() -> DeskConfig:
    """The desk as `config/` describes it."""
    return load_config(Path(__file__).parents[1] / "config")
