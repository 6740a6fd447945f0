"""The agents' API to customers: find, look, correct, merge."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from functions.desk.customers import CompanyView, ContactView, Found
from functions.desk.wiring import authenticate, customers
from functions.shared.contracts.words import CompanyId, ContactId, Language
from functions.shared.domain.customer_fields import Domains, Name, Phone, Tags, Word
from functions.shared.domain.directory import CompanyRecord, ContactRecord
from functions.shared.domain.document import EmailAddress

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=400)]

_CONTACTS = "/api/v1/desk/contacts"
_COMPANIES = "/api/v1/desk/companies"


def _nothing(value: object) -> object:
    return None if value == "" else value


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def given(self) -> dict[str, Any]:
        """What the request says, as against what it leaves out."""
        return self.model_dump(exclude_unset=True)


class ContactChanges(_Body):
    """What to change of a contact; null takes a value away, what is left out stays."""

    name: Name = ""
    address: Annotated[EmailAddress | None, BeforeValidator(_nothing)] = None
    phone: Annotated[Phone | None, BeforeValidator(_nothing)] = None
    said_phone: None = None
    language: Annotated[Language | None, BeforeValidator(_nothing)] = None
    company_id: Annotated[CompanyId | None, BeforeValidator(_nothing)] = None
    company: Annotated[Name | None, BeforeValidator(_nothing)] = None
    tags: Tags = ()


class CompanyChanges(_Body):
    """What to change of a company; null takes a value away, what is left out stays."""

    name: Annotated[Name, StringConstraints(min_length=1)] = ""
    tier: Word = "standard"
    domains: Domains = ()
    account_manager: Annotated[Word | None, BeforeValidator(_nothing)] = None
    language: Annotated[Language | None, BeforeValidator(_nothing)] = None
    tags: Tags = ()


class MergeInto(_Body):
    """Which customer it is: by id, or by what customers are found by."""

    into: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class ContactPage(BaseModel):
    """A part of the list of contacts; `after` asks for what follows."""

    contacts: tuple[ContactRecord, ...]
    after: str | None


class CompanyPage(BaseModel):
    """A part of the list of companies; `after` asks for what follows."""

    companies: tuple[CompanyRecord, ...]
    after: str | None


@router.get("/api/v1/desk/customers")
def find_customers(
    q: Annotated[str, Query(min_length=1, max_length=200)], limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> Found:
    """Contacts and companies whose name, address, phone number or domain begins with `q`."""
    return customers().find(authenticate(router.current_event), q, limit)


@router.get(_CONTACTS)
def list_contacts(limit: Limit = 50, after: Cursor = None) -> ContactPage:
    """All contacts by name."""
    page = customers().contacts(authenticate(router.current_event), limit=limit, after=after)
    return ContactPage(contacts=page.records, after=page.after)


@router.get(f"{_CONTACTS}/<contact_id>")
def read_contact(contact_id: ContactId) -> ContactView:
    """A contact with their tickets."""
    return customers().contact(authenticate(router.current_event), contact_id)


@router.patch(f"{_CONTACTS}/<contact_id>")
def change_contact(contact_id: ContactId, changes: ContactChanges) -> ContactView:
    """Correct what is known of a contact."""
    return customers().change_contact(authenticate(router.current_event), contact_id, changes.given())


@router.post(f"{_CONTACTS}/<contact_id>/merge")
def merge_contact(contact_id: ContactId, merge: MergeInto) -> ContactView:
    """Let the contact be another one, who is answered."""
    return customers().merge_contact(authenticate(router.current_event), contact_id, merge.into)


@router.post(f"{_CONTACTS}/<contact_id>/take-out")
def take_out_contact(contact_id: ContactId) -> ContactView:
    """Undo the contact's merge."""
    return customers().take_out_contact(authenticate(router.current_event), contact_id)


@router.get(_COMPANIES)
def list_companies(limit: Limit = 50, after: Cursor = None) -> CompanyPage:
    """All companies by name."""
    page = customers().companies(authenticate(router.current_event), limit=limit, after=after)
    return CompanyPage(companies=page.records, after=page.after)


@router.get(f"{_COMPANIES}/<company_id>")
def read_company(company_id: CompanyId) -> CompanyView:
    """A company with its contacts and tickets."""
    return customers().company(authenticate(router.current_event), company_id)


@router.patch(f"{_COMPANIES}/<company_id>")
def change_company(company_id: CompanyId, changes: CompanyChanges) -> CompanyView:
    """Correct what is known of a company."""
    return customers().change_company(authenticate(router.current_event), company_id, changes.given())


@router.post(f"{_COMPANIES}/<company_id>/merge")
def merge_company(company_id: CompanyId, merge: MergeInto) -> CompanyView:
    """Let the company be another one, which is answered."""
    return customers().merge_company(authenticate(router.current_event), company_id, merge.into)


@router.post(f"{_COMPANIES}/<company_id>/take-out")
def take_out_company(company_id: CompanyId) -> CompanyView:
    """Undo the company's merge."""
    return customers().take_out_company(authenticate(router.current_event), company_id)
