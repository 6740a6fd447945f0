"""The desk's customers: found while typing, looked at with their tickets, corrected, merged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from functions.desk.views import QueueLine
from functions.shared.contracts.words import CompanyId, ContactId, Role
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.directory import CompanyRecord, ContactRecord, fold_name, fold_phone
from functions.shared.domain.errors import CompanyNotFound, FieldError, InvalidInput
from functions.shared.domain.findings import objection
from functions.shared.domain.references import reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.summary import TicketSummary
from functions.shared.gateways.directory_search import Page
from functions.shared.identity.principal import Principal

_WORDED: Final = frozenset({"name", "address", "phone", "domains", "tags"})
"""Fields of which the catalogues say how they are written."""

MOST_TICKETS: Final = 50

R = TypeVar("R", ContactRecord, CompanyRecord)


class CustomerRecords(Protocol):
    """Where customers are kept."""

    def contact(self, contact_id: ContactId) -> ContactRecord: ...

    def contact_at(self, address_or_phone: str) -> ContactRecord | None: ...

    def contacts_at(self, found_by: Sequence[str]) -> Mapping[str, ContactRecord]: ...

    def company(self, company_id: CompanyId) -> CompanyRecord: ...

    def companies_at(self, found_by: Sequence[str]) -> Mapping[str, CompanyRecord]: ...

    def current_company(self, company_id: CompanyId) -> CompanyRecord: ...

    def change_contact(self, before: ContactRecord, after: ContactRecord) -> None: ...

    def change_company(self, before: CompanyRecord, after: CompanyRecord) -> None: ...

    def merge_contacts(self, source: ContactId, into: ContactId) -> ContactRecord: ...

    def take_out_contact(self, contact_id: ContactId) -> ContactRecord: ...

    def merge_companies(self, source: CompanyId, into: CompanyId) -> CompanyRecord: ...

    def take_out_company(self, company_id: CompanyId) -> CompanyRecord: ...


class CustomerLists(Protocol):
    """How customers are found."""

    def contacts(self, prefix: str = ..., *, limit: int = ..., after: str | None = ...) -> Page[ContactRecord]: ...

    def companies(self, prefix: str = ..., *, limit: int = ..., after: str | None = ...) -> Page[CompanyRecord]: ...

    def contacts_of(
        self, company_id: CompanyId, *, limit: int = ..., after: str | None = ...
    ) -> Page[ContactRecord]: ...

    def find_contacts(self, text: str, *, limit: int = ...) -> Sequence[ContactRecord]: ...

    def find_who_said(self, text: str, *, limit: int = ...) -> Sequence[ContactRecord]: ...

    def find_companies(self, text: str, *, limit: int = ...) -> Sequence[CompanyRecord]: ...


class TicketLists(Protocol):
    def of_contact(self, contact_id: ContactId, limit: int = ...) -> list[TicketSummary]: ...

    def of_company(self, company_id: CompanyId, limit: int = ...) -> list[TicketSummary]: ...


class Found(BaseModel):
    """The customers that a beginning of a name, address, phone number or domain finds."""

    model_config = ConfigDict(frozen=True)

    contacts: tuple[ContactRecord, ...]
    companies: tuple[CompanyRecord, ...]
    said: tuple[ContactRecord, ...] = Field(
        default=(), description="Who only wrote such a number beside their address: a hint, since anybody may."
    )


class ContactView(BaseModel):
    """A contact with the company and the newest tickets: those of everybody merged into them too."""

    model_config = ConfigDict(frozen=True)

    contact: ContactRecord
    company: CompanyRecord | None
    merged: tuple[ContactRecord, ...]
    tickets: tuple[QueueLine, ...]


class CompanyView(BaseModel):
    """A company with its contacts and newest tickets: those of every company merged into it too."""

    model_config = ConfigDict(frozen=True)

    company: CompanyRecord
    merged: tuple[CompanyRecord, ...]
    contacts: tuple[ContactRecord, ...]
    tickets: tuple[QueueLine, ...]


class Customers:
    """The customers of one desk. Everybody who works there sees them; leads change companies and merge."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        records: CustomerRecords,
        lists: CustomerLists,
        tickets: TicketLists,
    ) -> None:
        self._config = config
        self._records = records
        self._lists = lists
        self._tickets = tickets

    def find(self, principal: Principal, text: str, limit: int = 20) -> Found:
        """Contacts and companies by the beginning of name, address, phone number or domain."""
        principal.require(Role.AGENT)
        return self._found(text, limit, tuple(self._lists.find_companies(text, limit=limit)))

    def callers(self, principal: Principal, text: str, limit: int) -> Found:
        """Contacts who may be calling: known by what was typed, or having said a number that is nobody else's."""
        principal.require(Role.AGENT)
        found = self._found(text, limit, ())
        taken = self._records.contacts_at([fold_phone(record.said_phone or "") for record in found.said])
        free = tuple(record for record in found.said if fold_phone(record.said_phone or "") not in taken)
        return found.model_copy(update={"said": free})

    def contacts(self, principal: Principal, *, limit: int = 50, after: str | None = None) -> Page[ContactRecord]:
        """All contacts by name."""
        principal.require(Role.AGENT)
        return self._lists.contacts(limit=limit, after=after)

    def companies(self, principal: Principal, *, limit: int = 50, after: str | None = None) -> Page[CompanyRecord]:
        """All companies by name."""
        principal.require(Role.AGENT)
        return self._lists.companies(limit=limit, after=after)

    def contact(self, principal: Principal, contact_id: ContactId) -> ContactView:
        """Raises ContactNotFound."""
        principal.require(Role.AGENT)
        record = self._records.contact(contact_id)
        everybody = (record.id, *record.merged)
        return ContactView(
            contact=record,
            company=self._records.current_company(record.company_id) if record.company_id else None,
            merged=tuple(self._records.contact(id_) for id_ in record.merged),
            tickets=self._newest(ticket for id_ in everybody for ticket in self._tickets.of_contact(id_)),
        )

    def company(self, principal: Principal, company_id: CompanyId) -> CompanyView:
        """Raises CompanyNotFound."""
        principal.require(Role.AGENT)
        record = self._records.company(company_id)
        every = (record.id, *record.merged)
        contacts = (contact for id_ in every for contact in self._lists.contacts_of(id_).records)
        return CompanyView(
            company=record,
            merged=tuple(self._records.company(id_) for id_ in record.merged),
            contacts=tuple(sorted(contacts, key=lambda contact: contact.sort_key)),
            tickets=self._newest(ticket for id_ in every for ticket in self._tickets.of_company(id_)),
        )

    def change_contact(self, principal: Principal, contact_id: ContactId, changes: dict[str, Any]) -> ContactView:
        """Correct what is known of a contact; `company` names theirs by id, domain or whole name.

        Raises:
            InvalidInput: they could not be found any more, or there is no such company.
            BelongsToAnother: the address or phone number is somebody else's.
        """
        principal.require(Role.AGENT)
        before = self._records.contact(contact_id)
        if "company" in changes:
            named = changes["company"]
            changes = {**changes, "company_id": self._company_called(named, "company") if named else None}
        after = _changed(before, changes).settled()
        if before.found_by and not (after.found_by or after.merged_into):
            raise InvalidInput.of("address", "required", Saying.of("objection.needs_key"))
        if after.company_id and after.company_id != before.company_id:
            try:
                self._records.company(after.company_id)
            except CompanyNotFound as error:
                raise InvalidInput.of("company_id", "unknown", Saying.of("objection.no_customer")) from error
        self._records.change_contact(before, after)
        return self.contact(principal, contact_id)

    def change_company(self, principal: Principal, company_id: CompanyId, changes: dict[str, Any]) -> CompanyView:
        """Correct what is known of a company; its tier and account manager decide about tickets, so leads do.

        Raises:
            InvalidInput: nobody is called so.
            BelongsToAnother: the name or a domain is another company's.
        """
        principal.require(Role.LEAD)
        before = self._records.company(company_id)
        after = _changed(before, changes)
        tiers = self._config().matrix.known_tiers
        if after.tier not in (before.tier, *tiers):
            raise InvalidInput.of("tier", "unknown_tier", Saying.of("objection.one_of", bound=tiers))
        manager = after.account_manager
        if manager and manager != before.account_manager and self._config().person(manager) is None:
            raise InvalidInput.of("account_manager", "unknown", Saying.of("objection.no_person", person=manager))
        if after != before:
            self._records.change_company(before, after)
        return self.company(principal, company_id)

    def merge_contact(self, principal: Principal, contact_id: ContactId, into: str) -> ContactView:
        """Let the contact lead to another one, named by id, address or phone number.

        Raises:
            InvalidInput: nobody is known so.
            CannotMerge: they are one already, or the contact leads elsewhere.
        """
        principal.require(Role.LEAD)
        other = into if into.startswith("con_") else None
        if other is None and (known := self._records.contact_at(into)):
            other = known.id
        if other is None:
            raise InvalidInput.of("into", "unknown", Saying.of("objection.no_customer"))
        return self.contact(principal, self._records.merge_contacts(contact_id, other).id)

    def take_out_contact(self, principal: Principal, contact_id: ContactId) -> ContactView:
        """Undo the contact's merge; raises CannotMerge where there was none."""
        principal.require(Role.LEAD)
        return self.contact(principal, self._records.take_out_contact(contact_id).id)

    def merge_company(self, principal: Principal, company_id: CompanyId, into: str) -> CompanyView:
        """Let the company lead to another one, named by id, domain or name; raises as `merge_contact` does."""
        principal.require(Role.LEAD)
        other = self._company_called(into, "into")
        return self.company(principal, self._records.merge_companies(company_id, other).id)

    def take_out_company(self, principal: Principal, company_id: CompanyId) -> CompanyView:
        """Undo the company's merge; raises CannotMerge where there was none."""
        principal.require(Role.LEAD)
        return self.company(principal, self._records.take_out_company(company_id).id)

    def _found(self, text: str, limit: int, companies: tuple[CompanyRecord, ...]) -> Found:
        contacts = tuple(self._lists.find_contacts(text, limit=limit))
        known = {record.id for record in contacts}
        said = tuple(one for one in self._lists.find_who_said(text, limit=limit) if one.id not in known)
        return Found(contacts=contacts, companies=companies, said=said)

    def _company_called(self, named: str, field: str) -> CompanyId:
        if named.startswith("com_"):
            return named
        found = self._records.companies_at([fold_name(named).removeprefix("@")])
        if not found:
            raise InvalidInput.of(field, "unknown", Saying.of("objection.no_customer"))
        return next(iter(found.values())).id

    def _newest(self, summaries: Iterable[TicketSummary]) -> tuple[QueueLine, ...]:
        prefix = self._config().desk.prefix
        newest = sorted(summaries, key=lambda ticket: ticket.opened_at, reverse=True)[:MOST_TICKETS]
        return tuple(QueueLine.under(ticket, reference(ticket.id, prefix)) for ticket in newest)


def unfit(error: ValidationError) -> InvalidInput:
    """What is wrong with what should become a contact or a company, field by field."""
    return InvalidInput([_unfit(finding) for finding in error.errors()])


def _unfit(finding: ErrorDetails) -> FieldError:
    field, kind = str(finding["loc"][0]), finding["type"]
    is_plain = field in _WORDED and kind not in ("free_mail", "shared_domain")
    return FieldError(field, kind, Saying.of(f"customers.unfit.{field}") if is_plain else objection(finding))


def _changed(record: R, changes: dict[str, Any]) -> R:
    try:
        return type(record).model_validate({**record.model_dump(), **changes})
    except ValidationError as error:
        raise unfit(error) from error
