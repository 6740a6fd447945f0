"""What is known of a ticket, as answers to its form: whatever said so, a form, a mail, a call or a rule."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from functions.shared.contracts.events import (
    Attachment,
    Company,
    Contact,
    DetailsProvided,
    MessageReceived,
    Problem,
    TicketEvent,
    TicketOpened,
)
from functions.shared.domain.ticket import Ticket

_LOGO: Final = 10_000
"""Bytes; a smaller picture inside a mail is the logo of a signature, not a screenshot."""


OF_THE_CUSTOMER: Final = ("contact_name", "contact_email", "contact_phone", "company")
"""The answers about who asks."""


def said_answers(contact: Contact, company: Company | None) -> dict[str, Any]:
    """The answers about who asks that were given on the ticket itself, without what the desk knows besides."""
    said = contact.said
    return _given(
        {
            "contact_name": said.name,
            "contact_email": said.address,
            "contact_phone": said.phone,
            "company": company.said if company else None,
        }
    )


def without_known(answers: dict[str, Any], contact: Contact, company: Company | None) -> dict[str, Any]:
    """`answers` as the customer's side may know them: about who asks, only what was said."""
    others = {name: answer for name, answer in answers.items() if name not in OF_THE_CUSTOMER}
    return others | said_answers(contact, company)


def answers_in_problem(problem: Problem, contact: Contact, company: Company | None) -> dict[str, Any]:
    """The answers that a report gives, however it came in; a text that only repeats the title describes nothing."""
    text = problem.description.text
    return _given(
        {
            **problem.fields,
            "title": problem.title,
            "description": None if text == problem.title else text,
            "contact_name": contact.name,
            "contact_email": contact.address,
            "contact_phone": contact.phone,
            "company": company.name if company else None,
            "happened_at": problem.happened_at,
            "module": problem.module,
            "error_text": problem.error_text,
            "steps_to_reproduce": problem.steps_to_reproduce,
            "impact": problem.impact,
            "urgency": problem.urgency,
            "attachments": _shown(problem.description.attachments),
        }
    )


def answers_of(ticket: Ticket, timeline: Sequence[TicketEvent]) -> dict[str, Any]:
    """The answers that are known of `ticket`, whose history is `timeline`."""
    answers: dict[str, Any] = {}
    files: list[str] = []
    for event in timeline:
        match event:
            case TicketOpened():
                answers |= answers_in_problem(event.problem, event.contact, event.company)
                files += answers.pop("attachments", [])
            case DetailsProvided():
                told = ("happened_at", "error_text", "steps_to_reproduce")
                answers |= _given({name: getattr(event, name) for name in told})
                if event.message:
                    answers |= _given({"description": event.message.text})
                    files += _shown(event.message.attachments)
            case MessageReceived(is_machine=False):
                files += _shown(event.message.attachments)
            case _:
                continue
    now = {
        **ticket.fields,
        "module": ticket.module,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "contact_name": ticket.contact.name,
        "contact_email": ticket.contact.address,
        "contact_phone": ticket.contact.phone,
        "company": ticket.company.name if ticket.company else None,
        "attachments": files,
    }
    return answers | _given(now)


def provided_answers(event: DetailsProvided) -> dict[str, Any]:
    """The answers that `event` tells of, but for the files."""
    told = ("happened_at", "module", "error_text", "steps_to_reproduce", "impact", "urgency")
    contact = event.contact
    about = {
        "company": event.company.name if event.company else None,
        "contact_name": contact.name if contact else None,
        "contact_email": contact.address if contact else None,
        "contact_phone": contact.phone if contact else None,
    }
    return _given({**event.fields, **{name: getattr(event, name) for name in told}, **about})


def _given(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if answer not in (None, "", [])}


def _shown(files: Iterable[Attachment]) -> list[str]:
    """The names of the files that show something."""
    return [file.name for file in files if not file.is_inline or file.size >= _LOGO]
