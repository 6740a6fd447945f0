"""What a ticket lacks is asked for once, in one form that holds what is known, and filled in by who has its link."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from pydantic import BaseModel

from functions.shared.bodies import Bodies
from functions.shared.contracts.events import Actor, Attachment, Company, Contact, TicketEvent
from functions.shared.contracts.words import Channel, TicketId
from functions.shared.domain.conditions import leaves
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import provide_details
from functions.shared.domain.directory import Caller
from functions.shared.domain.errors import ConfigMissing, FieldError
from functions.shared.domain.form import Form
from functions.shared.domain.form_answers import REQUIRED
from functions.shared.domain.form_conditions import NEVER, asked
from functions.shared.domain.form_fields import FieldKind, FormField
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ticket_answers import OF_THE_CUSTOMER, answers_of, without_known
from functions.shared.domain.visible import clean_name
from functions.shared.reports import ATTACHMENTS, PATHS, language_in, names_of, natural_keys, refusal, with_module
from functions.shared.ticketing import Tickets

_KNOWN_ALREADY: Final = Saying.of("objection.known_already")

_ON_THE_EVENT: Final = ("happened_at", "module", "error_text", "steps_to_reproduce", "impact", "urgency")
_NAMES: Final = ("contact_name", "company")
_OF_THE_CONTACT: Final = {"contact_name": "name", "contact_email": "address", "contact_phone": "phone"}


class Timelines(Protocol):
    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


class Customers(Protocol):
    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]: ...


@dataclass(frozen=True)
class OpenQuestions:
    """What a ticket's form still asks: `fields` in order; `known` are the answers there are already."""

    ticket: Ticket
    form: Form
    known: Mapping[str, Any]
    fields: tuple[FormField, ...]


class _Details(BaseModel):
    """The answers that were given, for telling a repeat from something new."""

    answers: dict[str, Any]


class Completing:
    """What fills in what a report lacks."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        tickets: Tickets,
        timelines: Timelines,
        customers: Customers,
        bodies: Bodies,
        attachments: Callable[[Sequence[str], str, str, TicketId], tuple[Attachment, ...]],
        believe: Callable[[Company | None], Company | None] = lambda company: company,
    ) -> None:
        """`attachments` gives the files that were uploaded, by field, scope and ticket; `believe` makes of a company
        that somebody is said to belong to what this door makes of it.
        """
        self._config = config
        self._tickets = tickets
        self._timelines = timelines
        self._customers = customers
        self._bodies = bodies
        self._attachments = attachments
        self._believe = believe

    def provide(
        self,
        ticket: Ticket,
        answers: Mapping[str, Any],
        *,
        actor: Actor,
        channel: Channel,
        idempotency_key: str | None,
        now: datetime,
        paths: Mapping[str, str] = PATHS,
    ) -> Ticket:
        """Fill in what `answers` give, as `actor` says it; whatever is missing then stays missing.

        Raises:
            InvalidInput: naming every answer that is unacceptable, or all that is missing where none was given.
        """
        given = dict(answers)
        language_in(given)  # of no use here, but no answer either
        key = natural_keys("details", ticket.id, idempotency_key, _Details(answers=given), now)
        by_customer = actor.kind == "customer"
        questions = self.open_questions(ticket, for_customer=by_customer)
        new = self._accepted(questions, with_module(given, self._config()), paths)
        if not new:
            return ticket
        files = {
            field.id: self._attachments(new.pop(field.id), field.id, "", ticket.id)
            for field in questions.form.fields
            if field.kind is FieldKind.FILE and field.id in new
        }
        left = [
            name
            for name in questions.form.missing({**questions.known, **new, **names_of(files)}, ticket.channel)
            if name in ticket.missing or name not in OF_THE_CUSTOMER
        ]
        details = self._details(ticket, new, files, by_customer=by_customer)

        def command(current: Ticket) -> list[TicketEvent]:
            filled_meanwhile = set(ticket.missing) - set(current.missing)
            missing = tuple(name for name in left if name not in filled_meanwhile)
            return provide_details(current, channel=channel, actor=actor, now=now, missing=missing, **details)

        return self._tickets.handle(ticket.id, command, key)

    def open_questions(self, ticket: Ticket, *, for_customer: bool) -> OpenQuestions:
        """What `ticket` lacks, and what else has to be asked to know it.

        Whoever holds the ticket's link need not be whose address it names. So for the customer nothing is known of
        them but what was said on this ticket, and whether the desk knows more cannot be told from what is asked.
        """
        config = self._config()
        form = config.form(ticket.form) or config.form()
        if form is None:
            raise ConfigMissing(f"no form {config.desk.default_form}")
        every = answers_of(ticket, self._timelines.timeline(ticket.id))
        if for_customer:
            every = without_known(every, ticket.contact, ticket.company)
        known = {name: answer for name, answer in every.items() if form.field(name)}
        return OpenQuestions(ticket, form, known, tuple(_asked(form, known, ticket)))

    def _accepted(self, questions: OpenQuestions, given: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
        """Those of `given` that are new, checked together with what is known. Files may always be added."""
        form, known, channel = questions.form, questions.known, questions.ticket.channel
        accepted, objections = form.check({**known, **given}, channel=channel, complete=False)
        wrong = [one for one in objections if one.field in given or form.field(one.field) is None]
        files = {field.id for field in form.fields if field.kind is FieldKind.FILE}
        said = {name: accepted[name] for name in given if name in accepted}
        known_before = {name: answer for name, answer in known.items() if name in said and name not in files}
        wrong += [
            FieldError(name, "known_already", _KNOWN_ALREADY)
            for name, answer in known_before.items()
            if answer != said[name]
        ]
        new = {name: answer for name, answer in said.items() if name not in known_before}
        if not wrong and not said:
            wrong = [FieldError(name, "required", REQUIRED) for name in questions.ticket.missing]
        if wrong:
            raise refusal(wrong, paths)
        return new

    def _details(
        self,
        ticket: Ticket,
        new: Mapping[str, Any],
        files: Mapping[str, tuple[Attachment, ...]],
        *,
        by_customer: bool,
    ) -> dict[str, Any]:
        """The parts of the event that tell of `new` and `files`."""
        new = {**new, **{name: clean_name(new[name]) for name in _NAMES if name in new}}
        details: dict[str, Any] = {name: new[name] for name in _ON_THE_EVENT if name in new}
        contact = ticket.contact
        if about := {part: new[name] for name, part in _OF_THE_CONTACT.items() if name in new}:
            said = contact.said.model_copy(update=about) if by_customer else contact.said
            details["contact"] = contact.model_copy(update={**about, "said": said})
        if "company" in new and ticket.company:
            details["company"] = ticket.company.model_copy(update={"said": new["company"]})
        elif "company" in new:
            caller = Caller(name=contact.name, address=contact.address, phone=contact.phone, company=new["company"])
            details["company"] = self._believe(self._customers.recognise(caller)[1])
        attached = tuple(file for some in files.values() for file in some)
        if attached or "description" in new:
            details["message"] = self._bodies.message(
                new.get("description", ""), ticket=ticket.id, attachments=attached
            )
        standard = {*_ON_THE_EVENT, *_OF_THE_CONTACT, "company", "description", "title"}
        own = {name: answer for name, answer in new.items() if name not in standard}
        names = {field: list(some) for field, some in names_of(files).items() if field != ATTACHMENTS}
        return {**details, "fields": {**own, **names}}


def _asked(form: Form, known: Mapping[str, Any], ticket: Ticket) -> list[FormField]:
    """The fields without an answer that are required or may become so, with those that decide it."""
    unanswered = {field.id for field in form.fields if field.id not in known}
    wanted = {name for name in ticket.missing if name in unanswered}
    for field in form.fields:
        tests = form.tests(field, channel=ticket.channel, known=known, open_fields=unanswered)
        is_settled = field.id in OF_THE_CUSTOMER and field.id not in ticket.missing
        if field.id in unanswered and tests.required != NEVER and not is_settled:
            wanted.add(field.id)
    for field in form.fields:
        if field.id in wanted:
            conditions = (field.required_when, field.shown_when)
            wanted |= {asked(leaf) for one in conditions if one for leaf in leaves(one)} & unanswered
    return [field for field in form.fields if field.id in wanted]
