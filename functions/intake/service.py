"""The customer's door: a problem in any shape becomes a ticket; its customer follows it and says more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Protocol

from functions.intake.proofs import LIFE, proof_refused
from functions.intake.requests import FollowUp, UploadRequest
from functions.intake.tracking import TrackedLine, TrackedTicket, public_files, track
from functions.intake.uploads import Uploads
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import (
    Actor,
    Attachment,
    Company,
    Contact,
    Message,
    TicketEvent,
    TicketOpened,
)
from functions.shared.contracts.words import Channel, ContactId, Slug, TicketId
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import open_ticket, receive
from functions.shared.domain.directory import Caller, ContactRecord
from functions.shared.domain.errors import AttachmentNotFound, InvalidInput, KeyReused, TicketGone, TicketNotFound
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.limits import Quota
from functions.shared.domain.merging import survivor
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.blobs import UploadForm
from functions.shared.gateways.items import Along
from functions.shared.identity.principal import Principal
from functions.shared.reports import ATTACHMENTS, Report, fingerprint, names_of, natural_keys
from functions.shared.ticketing import NaturalKey, Tickets

_PROOF_KEPT: Final = LIFE + timedelta(days=1)
"""Longer than any proof holds, whatever the clocks of two machines say."""


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...

    def of_contact(self, contact_id: ContactId, limit: int = ...) -> list[TicketSummary]: ...


class Customers(Protocol):
    def recognise(self, caller: Caller, along: Sequence[Along] = ...) -> tuple[Contact, Company | None]: ...

    def contact_at(self, address_or_phone: str) -> ContactRecord | None: ...

    def same_person(self, contact_id: ContactId) -> Sequence[ContactId]: ...


class ReportGate(Protocol):
    """How much may be reported in somebody's name."""

    def report_quota(self, contact_id: ContactId, *, now: datetime) -> Quota: ...


class Proofs(Protocol):
    """The work that a form may ask for."""

    def check(self, solution: str) -> str: ...


class Files(Protocol):
    def link(self, key: str, *, file_name: str, content_type: str) -> str: ...

    def withheld(self, keys: Iterable[str]) -> dict[str, FileStanding]: ...


@dataclass(frozen=True)
class Receipt:
    """What the customer gets for a report."""

    ticket: Ticket
    reference: str
    is_new: bool


class Intake:
    """The customer's door of one desk."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        tickets: Tickets,
        reader: TicketReader,
        customers: Customers,
        bodies: Bodies,
        files: Files,
        uploads: Uploads,
        gate: ReportGate,
        proofs: Proofs,
        ahead: Callable[[Slug | None], Sequence[Along]],
    ) -> None:
        """`ahead` says what is best read with the customer, for the triage of a problem of a module."""
        self._config = config
        self._tickets = tickets
        self._reader = reader
        self._customers = customers
        self._bodies = bodies
        self._files = files
        self._uploads = uploads
        self._gate = gate
        self._proofs = proofs
        self._ahead = ahead

    def report(
        self, report: Report, *, channel: Channel, idempotency_key: str | None, now: datetime, proof: str = ""
    ) -> Receipt:
        """Open a ticket for `report`; the same key of the same customer yields the ticket it opened before.

        Where the form asks for a proof of work, one opens one ticket: it is taken together with that, so that a report
        that is refused leaves it as it was, and the same report again yields its ticket.

        Raises:
            InvalidInput: the proof does not hold, or an attachment was never uploaded; nothing is stored.
            KeyReused: the key came with another report before.
            TooManyRequests: enough was reported in the customer's name for now.
        """
        config, scope = self._config(), idempotency_key or ""
        try:
            proven = self._proven(report, config, proof, now)
        except InvalidInput:
            if earlier := self._opened_before(report, idempotency_key, now):
                return Receipt(earlier, reference(earlier.id, config.desk.prefix), is_new=False)
            raise
        files = {field: self.attachments(ids, field, scope) for field, ids in report.files.items()}
        contact, company = self._customers.recognise(
            Caller(
                name=report.contact_name,
                address=report.contact_email,
                phone=report.contact_phone,
                company=report.company,
                language=report.language,
            ),
            self._ahead(report.module),
        )
        keys = natural_keys("report", contact.id, idempotency_key, report, now) + proven
        description = self._bodies.message(
            report.description,
            scope=keys[0].value if keys else "",
            attachments=tuple(file for some in files.values() for file in some),
        )
        problem = report.problem(description, names_of(files))

        def begin(ticket_id: TicketId) -> TicketOpened:
            return open_ticket(
                ticket_id,
                desk=config.desk.id,
                channel=channel,
                language=report.language,
                contact=contact,
                company=company,
                problem=problem,
                actor=customer(contact),
                now=now,
                missing=report.missing,
                form=report.form,
            )

        try:
            ticket, is_new = self._tickets.open(begin, keys, self._gate.report_quota(contact.id, now=now))
        except KeyReused as reused:
            if reused.key in {key.value for key in proven}:
                raise proof_refused() from reused
            raise
        return Receipt(ticket, reference(ticket.id, config.desk.prefix), is_new)

    def _proven(self, report: Report, config: DeskConfig, proof: str, now: datetime) -> list[NaturalKey]:
        """What lets the proof open no second ticket, where the form asks for one; raises InvalidInput."""
        form = config.form(report.form)
        if form is None or not form.proof_of_work:
            return []
        return [NaturalKey(f"proof:{self._proofs.check(proof)}", fingerprint(report), now + _PROOF_KEPT)]

    def _opened_before(self, report: Report, idempotency_key: str | None, now: datetime) -> Ticket | None:
        """What this very request opened before; nobody is entered for it."""
        known = self._customers.contact_at(report.contact_email or report.contact_phone or "")
        keys = natural_keys("report", known.id, idempotency_key, report, now) if known else []
        return self._tickets.opened_by(keys)

    def track(self, principal: Principal, reference_text: str) -> TrackedTicket:
        """The ticket as its customer sees it.

        Raises:
            TicketNotFound: there is none, or it is not the caller's.
        """
        ticket = self.visible(principal, reference_text)
        name = reference(ticket.id, self._config().desk.prefix)
        timeline = self._reader.timeline(ticket.id)
        withheld = self._files.withheld(file.key for event in timeline for file in public_files(event))
        tracked = track(ticket, timeline, name, self._bodies.text, withheld)
        return tracked.model_copy(update={"continued_in": self._continued_in(principal, ticket)})

    def _continued_in(self, principal: Principal, ticket: Ticket) -> str | None:
        """The ticket that goes on for a merged one, if the caller may see it; a link to one ticket opens no other."""
        end = survivor(ticket, self._reader.get)
        if end.id == ticket.id or not self._may_see(principal, end):
            return None
        return reference(end.id, self._config().desk.prefix)

    def tickets_of(self, principal: Principal) -> list[TrackedLine]:
        """All tickets the caller may see: those of the contact, or the one of the link."""
        prefix = self._config().desk.prefix
        if principal.contact_id:
            found = [
                summary
                for contact_id in self._customers.same_person(principal.contact_id)
                for summary in self._reader.of_contact(contact_id)
            ]
            summaries = sorted(found, key=lambda summary: summary.opened_at, reverse=True)
        else:
            summaries = [TicketSummary.of(self._reader.get(principal.ticket_id))] if principal.ticket_id else []
        return [TrackedLine.of(summary, reference(summary.id, prefix)) for summary in summaries]

    def add_message(
        self,
        principal: Principal,
        reference_text: str,
        follow_up: FollowUp,
        *,
        channel: Channel,
        idempotency_key: str | None,
        now: datetime,
    ) -> TrackedTicket:
        """The customer says more: a solved ticket opens again, and of a merged one the ticket that goes on hears it."""
        ticket = self.visible(principal, reference_text)
        keys = natural_keys("message", ticket.id, idempotency_key, follow_up, now)
        scope = keys[0].value if keys else ""

        @cache
        def said(on: TicketId) -> Message:  # by the ticket that hears it, which may go on for another
            files = self.attachments(follow_up.attachments, scope=scope, ticket=on)
            return self._bodies.message(follow_up.text, scope=scope, ticket=on, attachments=files)

        self._tickets.hear(
            ticket.id,
            lambda current: receive(
                current, said(current.id), channel=channel, actor=customer(ticket.contact), now=now
            ),
            keys,
        )
        return self.track(principal, reference_text)

    def prepare_upload(self, request: UploadRequest, attachment_id: str) -> UploadForm:
        """Where to post the file that will be called `attachment_id`."""
        return self._uploads.prepare(request, attachment_id)

    def attachment_link(self, principal: Principal, reference_text: str, number: int) -> str:
        """A short-lived address of the ticket's attachment `number`, as the customer's view counts them.

        Raises:
            AttachmentNotFound: the ticket has no such attachment.
        """
        ticket = self.visible(principal, reference_text)
        files = [file for event in self._reader.timeline(ticket.id) for file in public_files(event)]
        if not 1 <= number <= len(files):
            raise AttachmentNotFound(str(number))
        file = files[number - 1]
        return self._files.link(file.key, file_name=file.name, content_type=file.content_type)

    def visible(self, principal: Principal, reference_text: str) -> Ticket:
        """The ticket, if the caller may see it.

        Raises:
            TicketNotFound: there is none, or it is not the caller's.
            TicketGone: it was deleted, and the caller holds a link to it.
        """
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        try:
            ticket = self._reader.get(ticket_id)
        except TicketGone:
            if principal.may_see_ticket(ticket_id, None):
                raise
            raise TicketNotFound(reference_text) from None
        if not self._may_see(principal, ticket):
            raise TicketNotFound(reference_text)
        return ticket

    def _may_see(self, principal: Principal, ticket: Ticket) -> bool:
        return principal.may_see_ticket(ticket.id, ticket.contact.id) or self._is_merged(principal, ticket)

    def _is_merged(self, principal: Principal, ticket: Ticket) -> bool:
        """Whether the caller's contact and the ticket's were merged into one."""
        if principal.contact_id is None:
            return False
        return ticket.contact.id in self._customers.same_person(principal.contact_id)

    def attachments(
        self, ids: Sequence[str], field: str = ATTACHMENTS, scope: str = "", ticket: TicketId = ""
    ) -> tuple[Attachment, ...]:
        """The uploaded files `ids`; see `Uploads.accept`."""
        return self._uploads.accept(ids, field, scope, ticket)


def customer(contact: Contact) -> Actor:
    """The customer as the one who acts, called what they called themselves: their own page shows it."""
    return Actor(kind="customer", id=contact.id, name=contact.said.called)
