"""What a mail says: text and HTML of one notice, in its reader's language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import urlize
from markupsafe import Markup, escape

from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.events import (
    AutomaticReplySent,
    ClockEvent,
    DetailsProvided,
    NoticeReleased,
    ReplySent,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketEvent,
    TicketOpened,
    TicketResolved,
)
from functions.shared.contracts.words import Language, Metric
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.mail_wording import environment as wordings
from functions.shared.domain.mail_wording import quoted
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket_answers import provided_answers
from functions.shared.pages import times
from functions.shared.pages.languages import catalogue
from functions.shared.pages.questions import fields_by_name, shown_answer

TEMPLATES: Final = Path(__file__).with_name("templates")
LONGEST_TITLE: Final = 120

_ACCENTS: Final = {Kind.WARNING: "#87500a", Kind.BREACH: "#b3261e", Kind.ESCALATION: "#b3261e"}
_ACCENT: Final = "#0f6b57"
_WORDING_FAULTS: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template out of the configuration can raise."""


@dataclass(frozen=True)
class Letter:
    """A mail's content."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Paragraph:
    """A block of the HTML body."""

    html: Markup
    is_quote: bool


@dataclass(frozen=True)
class Action:
    """Something to click."""

    label: str
    url: str


def write(
    notice: Notice,
    event: TicketEvent,
    ticket: Ticket,
    config: DeskConfig,
    *,
    link: str,
    text: str,
    files: list[str],
    details_link: str = "",
) -> Letter:
    """The letter for one reader.

    Args:
        link: where the reader sees the ticket.
        text: what was said, for the kinds that repeat it.
        files: names of attachments that do not fit into the mail.
        details_link: where the customer fills in what is missing.
    """
    labels = _labels()[notice.language]
    values = values_of(notice, event, ticket, config, text)
    subject, body = _worded(notice, config, values)
    if files:
        body += "\n\n" + labels["files"].format(names=", ".join(files))
    footer = labels["customer_footer" if notice.kind.is_for_customer else "staff_footer"]
    view = {
        "language": notice.language,
        "subject": subject,
        "desk": values["desk"],
        "reference": values["reference"],
        "body": body,
        "paragraphs": list(_paragraphs(body, is_linked=notice.kind.is_written_by_hand)),
        "facts": list(_facts(notice, ticket, config, values)),
        "actions": _actions(notice, labels, link, details_link if values["missing"] else ""),
        "footer": footer.format(reference=values["reference"]),
        "accent": _ACCENTS.get(notice.kind, _ACCENT),
    }
    return Letter(
        subject=subject,
        text=_plain().get_template("layout.txt").render(view),
        html=_html().get_template("layout.html").render(view),
    )


def _actions(notice: Notice, labels: Mapping[str, str], link: str, details_link: str) -> list[Action]:
    """What there is to click, the most wanted first."""
    if not notice.kind.is_for_customer:
        return [Action(labels["open"], link)]
    wanted = [Action(labels["details"], details_link)] if details_link else []
    return [*wanted, Action(labels["track"], link)]


def _worded(notice: Notice, config: DeskConfig, values: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body: the desk's own wording where it has one that renders, else the built-in one."""
    own = config.templates.get(notice.kind)
    if own:
        try:
            subject, body = (
                wordings().from_string(part.in_language(notice.language)).render(values)
                for part in (own.subject, own.body)
            )
            return _one_line(subject), body.strip()
        except _WORDING_FAULTS:
            pass  # mail must leave; the built-in wording says the same
    built_in = _plain().get_template(f"{notice.kind}.{notice.language}.txt").render(values)
    subject, _, body = built_in.partition("\n")
    return _one_line(subject), re.sub(r"\n{3,}", "\n\n", body).strip()


def values_of(notice: Notice, event: TicketEvent, ticket: Ticket, config: DeskConfig, text: str) -> dict[str, Any]:
    """What a wording may name: the names of `mail_wording.VALUES`."""
    language = notice.language
    person, team = config.person(ticket.assignee), config.team(ticket.team)
    return {
        "reference": reference(ticket.id, config.desk.prefix),
        "title": _one_line(ticket.title)[:LONGEST_TITLE],
        "name": _one_line(notice.name),
        "desk": config.desk.name.in_language(language),
        "priority": str(ticket.priority or ""),
        "team": team.name.in_language(language) if team else "",
        "assignee": person.name if person else "",
        "company": ticket.company.name if ticket.company else "",
        "is_vip": bool(ticket.company and ticket.company.tier == "vip"),
        "excerpt": ticket.excerpt,
        "hours": config.text("hours", language),
        "missing": _missing(event, config, language),
        "agent": event.actor.name if isinstance(event, ReplySent) else "",
        "subject": event.subject if isinstance(event, AutomaticReplySent) else "",
        "author": event.actor.name,
        "message": text,
        "solution": event.solution if isinstance(event, TicketResolved) else "",
        "metric": _labels()[language][event.metric] if isinstance(event, ClockEvent) else "",
        "due": _due(event, ticket, config, language),
        "level": event.level if isinstance(event, TicketEscalated | NoticeReleased) else 0,
    }


def provided(event: DetailsProvided, config: DeskConfig, language: Language) -> str:
    """What was filled in, a line for each answer, and what the files are called."""
    fields = fields_by_name(config)
    lines = [
        f"{fields[name].label.in_language(language)}: {shown_answer(fields[name], answer, language)}"
        for name, answer in provided_answers(event).items()
        if name in fields
    ]
    files = [file.name for file in event.message.attachments] if event.message else []
    text = [event.message.text] if event.message and event.message.text else []
    return "\n".join([*text, *lines, *files])


def _missing(event: TicketEvent, config: DeskConfig, language: Language) -> list[str]:
    if not isinstance(event, TicketOpened) or event.is_machine:
        return []
    form = config.form(event.form) or config.form()
    if form is None:
        return []
    fields = [form.field(name) for name in event.missing]
    return [field.label.in_language(language) for field in fields if field]


def _due(event: TicketEvent, ticket: Ticket, config: DeskConfig, language: Language) -> str:
    """When what the mail is about is or was due: the first answer, in a receipt."""
    zone, words = config.desk.zone, catalogue(language)
    if isinstance(event, SlaWarned | SlaBreached | TicketEscalated | NoticeReleased):
        return times.full(event.due_at, zone, words)
    clock = ticket.clocks.get(Metric.FIRST_RESPONSE) if isinstance(event, TicketOpened) else None
    is_ahead = clock and clock.is_running and not clock.breached_at  # a receipt may be late
    return times.full(clock.due_at, zone, words, "%H:%M") if clock and clock.due_at and is_ahead else ""


def _facts(notice: Notice, ticket: Ticket, config: DeskConfig, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    labels = _labels()[notice.language]
    if notice.kind in (Kind.REPLY, Kind.RESOLVED):
        return
    yield labels["reference"], values["reference"]
    yield labels["title"], values["title"]
    if notice.kind.is_for_customer:
        return
    about = ", ".join(filter(None, (values["company"], ticket.company.tier if ticket.company else "")))
    who = ticket.contact.name or ticket.contact.address or ticket.contact.phone or ""
    yield labels["customer"], f"{who} ({about})" if about else who
    for name in ("priority", "team", "assignee"):
        if values[name]:
            yield labels[name], values[name]
    for clock in ticket.clocks.values():
        if clock.is_running and clock.due_at:
            due = times.full(clock.due_at, config.desk.zone, catalogue(notice.language))
            yield labels["due"].format(metric=labels[clock.metric]), due


def _paragraphs(body: str, *, is_linked: bool) -> Iterator[Paragraph]:
    for block in re.split(r"\n\s*\n", body):
        lines = block.strip("\n").split("\n")
        is_quote = all(line.startswith(">") for line in lines)
        if is_quote:
            lines = [line[1:].removeprefix(" ") for line in lines]
        shown = (Markup(urlize(line, rel="noopener")) if is_linked and not is_quote else escape(line) for line in lines)
        yield Paragraph(Markup("<br>\n").join(shown), is_quote)


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())


@cache
def _labels() -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = json.loads((TEMPLATES / "labels.json").read_text(encoding="utf-8"))
    return labels


@cache
def _plain() -> SandboxedEnvironment:
    """For our own texts."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["quoted"] = quoted
    return environment


@cache
def _html() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
