"""A problem that somebody of the desk takes down: on the phone, or for a customer they look after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from functions.shared.bodies import Bodies
from functions.shared.contracts.events import Company, Contact, Said, TicketOpened
from functions.shared.contracts.words import Channel, CompanyId, ContactId, Role, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import open_ticket
from functions.shared.domain.directory import (
    Caller,
    CompanyRecord,
    ContactRecord,
    fold_address,
    said_by,
    snapshot,
)
from functions.shared.domain.errors import BelongsToAnother, FieldError, InvalidInput, StaleCustomer
from functions.shared.domain.references import reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.principal import Principal
from functions.shared.reports import PATHS, Report, natural_keys, read_report
from functions.shared.ticketing import Tickets

TAKEN_DOWN: Final = (Channel.PHONE, Channel.MANAGER, Channel.CHAT)
"""Channels that people of the desk write down themselves."""


class CustomerRecords(Protocol):
    """Where customers are kept."""

    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]: ...

    def change_contact(self, before: ContactRecord, after: ContactRecord) -> None: ...

    def current_contact(self, contact_id: ContactId) -> ContactRecord: ...

    def current_company(self, company_id: CompanyId) -> CompanyRecord: ...


@dataclass(frozen=True)
class Opened:
    """The ticket that was opened; not new where the same form had opened it before."""

    ticket: Ticket
    reference: str
    is_new: bool


class Opening:
    """How people of the desk open tickets. What the form requires and they could not learn is marked as missing."""

    def __init__(
        self, *, config: Callable[[], DeskConfig], tickets: Tickets, customers: CustomerRecords, bodies: Bodies
    ) -> None:
        self._config = config
        self._tickets = tickets
        self._customers = customers
        self._bodies = bodies

    def open(
        self,
        principal: Principal,
        answers: Mapping[str, Any],
        *,
        channel: Channel,
        contact_id: ContactId | None = None,
        idempotency_key: str | None,
        now: datetime,
        paths: Mapping[str, str] = PATHS,
    ) -> Opened:
        """Open a ticket for the contact `contact_id`, or for who the answers say.

        Raises:
            InvalidInput: an answer is unacceptable, or there is no title, or nobody to answer to.
            ContactNotFound: there is no such contact.
            KeyReused: the key came with another report before.
        """
        principal.require(Role.AGENT)
        config = self._config()
        if channel not in TAKEN_DOWN:
            raise InvalidInput.of("channel", "unknown_choice", Saying.of("objection.one_of", bound=TAKEN_DOWN))
        known = self._customers.current_contact(contact_id) if contact_id else None
        company = self._customers.current_company(known.company_id) if known and known.company_id else None
        report = read_report(_completed(answers, known, company), config, channel=channel, paths=paths, complete=False)
        contact, customer = self._customer(report, answers, known, company, config, paths)
        description = self._bodies.message(report.description)

        def begin(ticket_id: TicketId) -> TicketOpened:
            return open_ticket(
                ticket_id,
                desk=config.desk.id,
                channel=channel,
                language=report.language,
                contact=contact,
                company=customer,
                problem=report.problem(description, {}),
                actor=principal.actor(),
                now=now,
                missing=report.missing,
                form=report.form,
            )

        ticket, is_new = self._tickets.open(
            begin, natural_keys("taken-down", principal.id, idempotency_key, report, now)
        )
        return Opened(ticket, reference(ticket.id, config.desk.prefix), is_new)

    def _customer(
        self,
        report: Report,
        answers: Mapping[str, Any],
        known: ContactRecord | None,
        known_company: CompanyRecord | None,
        config: DeskConfig,
        paths: Mapping[str, str],
    ) -> tuple[Contact, Company | None]:
        caller = Caller(
            name=report.contact_name,
            address=report.contact_email,
            phone=report.contact_phone,
            company=report.company,
            language=report.language,
        )
        if known:
            contact = snapshot(known, caller, config.desk.default_language)
            contact = contact.model_copy(update={"said": _said(caller, answers)})
            self._learn(known, caller, None)
            return contact, known_company.as_company() if known_company else self._named(caller, known)
        if not (caller.address or caller.phone):
            path = paths.get("contact_phone", "contact_phone")
            raise InvalidInput([FieldError(path, "required", Saying.of("objection.required"))])
        contact, claimed = self._customers.recognise(caller)
        company = self.vouched_for(claimed)
        self._learn(self._customers.current_contact(contact.id), caller, company)
        return contact, company

    def _learn(self, record: ContactRecord, caller: Caller, company: Company | None) -> None:
        """Keep what is new about a contact: next time they call, the desk knows them by their number too."""
        said = {
            "name": caller.name,
            "address": fold_address(caller.address) if caller.address else None,
            "phone": caller.phone,
            "company_id": company.id if company else None,
        }
        new = {name: value for name, value in said.items() if value and not getattr(record, name)}
        for left in (new, {name: value for name, value in new.items() if name not in ("address", "phone")}):
            try:
                self._customers.change_contact(record, record.model_copy(update=left).settled())
            except BelongsToAnother:  # whose that is, an agent sees on the customers' pages
                continue
            except StaleCustomer:  # somebody is writing down more than this
                return
            return

    def _named(self, caller: Caller, known: ContactRecord) -> Company | None:
        """The company that somebody known is said to belong to, where the desk did not know it."""
        reachable = caller.model_copy(
            update={"address": caller.address or known.address, "phone": caller.phone or known.phone}
        )
        return self.vouched_for(self._customers.recognise(reachable)[1]) if caller.company else None

    def vouched_for(self, company: Company | None) -> Company | None:
        """The company as the desk knows it: who says that the customer belongs to it works here."""
        if company is None or not company.is_claimed:
            return company
        known = self._customers.current_company(company.id).as_company()
        return known.model_copy(update={"said": company.said})


def _said(caller: Caller, answers: Mapping[str, Any]) -> Said:
    """What the caller said, as against what the desk knew of them before."""
    said = said_by(caller)
    return Said(
        name=said.name if answers.get("contact_name") else "",
        address=said.address if answers.get("contact_email") else None,
        phone=said.phone if answers.get("contact_phone") else None,
    )


def _completed(
    answers: Mapping[str, Any], known: ContactRecord | None, company: CompanyRecord | None
) -> dict[str, Any]:
    """`answers`, where they are silent about the contact with what is known of them."""
    if known is None:
        return dict(answers)
    found = {
        "contact_name": known.name,
        "contact_email": known.address,
        "contact_phone": known.phone,
        "company": company.name if company else None,
    }
    given = {name: answer for name, answer in answers.items() if answer not in (None, "")}
    return {**answers, **{name: answer for name, answer in found.items() if answer}, **given}
