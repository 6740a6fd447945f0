"""The console's pages about customers: the same use cases as the agents' API."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import ValidationError

from functions.desk.customers import CompanyView, ContactView, unfit
from functions.desk.customers_api import CompanyChanges, ContactChanges
from functions.desk.pages.customer_views import (
    COMPANIES,
    CONTACTS,
    CUSTOMERS,
    CompanyPage,
    ContactPage,
    CustomersPage,
)
from functions.desk.pages.visit import SIGNED_IN, Visit
from functions.desk.wiring import customers, desk_config
from functions.shared.contracts.words import Role
from functions.shared.domain.directory import fold_phone
from functions.shared.domain.errors import AftercareError, BelongsToAnother, CannotMerge, InvalidInput, StaleCustomer
from functions.shared.pages.forms import Form
from functions.shared.pages.requests import PageRequest, go

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_LINES: Final = 50
_DONE: Final = frozenset({"saved", "merged", "taken_out"})
_SEPARATORS: Final = re.compile(r"[,;，；、\s]+")


@router.get(CUSTOMERS, middlewares=SIGNED_IN)
def show_customers() -> Response[Any]:
    """What a beginning finds; without one all companies, or all contacts, by name."""
    visit = Visit(router)
    text, after = visit.request.query.get("q", "").strip(), visit.request.query.get("after")
    if text:
        found = customers().find(visit.principal, text)
        page = CustomersPage.found(text, found)
    elif visit.request.query.get("list") == "contacts":
        page = CustomersPage.of_contacts(customers().contacts(visit.principal, limit=_LINES, after=after))
    else:
        page = CustomersPage.of_companies(customers().companies(visit.principal, limit=_LINES, after=after))
    return visit.show("desk/pages/customers.html", view=page)


@router.get(f"{CONTACTS}/<contact>", middlewares=SIGNED_IN)
def show_contact(contact: str) -> Response[Any]:
    """A contact with their tickets."""
    visit = Visit(router)
    return _show_contact(visit, customers().contact(visit.principal, contact))


@router.post(f"{CONTACTS}/<contact>", middlewares=SIGNED_IN)
def change_contact(contact: str) -> Response[Any]:
    """Correct what is known of a contact."""
    visit = Visit(router)
    posted = visit.request.form
    known = customers().contact(visit.principal, contact).company
    is_moved = "company" in posted.values and posted.text("company") != (known.name if known else "")
    try:
        changes = ContactChanges.model_validate(
            {
                **{name: posted.text(name) for name in ("name", "address", "phone", "language")},
                **({"company": posted.text("company")} if is_moved else {}),
                "tags": _words(posted.text("tags")),
            }
        )
        customers().change_contact(visit.principal, contact, changes.given())
    except (ValidationError, InvalidInput, BelongsToAnother, StaleCustomer) as error:
        view = customers().contact(visit.principal, contact)
        fields = {fold_phone(posted.text("phone")): "phone"}
        return _show_contact(visit, view, posted.with_errors(_wrong(error, visit.request, "address", fields)))
    return go(f"{CONTACTS}/{contact}?done=saved")


@router.post(f"{CONTACTS}/<contact>/said-phone", middlewares=SIGNED_IN)
def judge_said_phone(contact: str) -> Response[Any]:
    """Take the number that the contact said for theirs, or forget it."""
    visit = Visit(router)
    view = customers().contact(visit.principal, contact)
    is_theirs = visit.request.form.text("is_theirs") == "yes"
    try:
        changes = {"phone": view.contact.said_phone} if is_theirs else {"said_phone": None}
        if view.contact.said_phone:
            customers().change_contact(visit.principal, contact, changes)
    except (BelongsToAnother, StaleCustomer) as error:
        form = Form(_contact_form(view).values, _wrong(error, visit.request, "phone"))
        return _show_contact(visit, view, form)
    return go(f"{CONTACTS}/{contact}?done=saved")


@router.post(f"{CONTACTS}/<contact>/merge", middlewares=SIGNED_IN)
def merge_contact(contact: str) -> Response[Any]:
    """Let the contact be another one, and go there."""
    visit = Visit(router)
    posted = visit.request.form
    try:
        merged = customers().merge_contact(visit.principal, contact, posted.text("into"))
    except (InvalidInput, CannotMerge, StaleCustomer) as error:
        view = customers().contact(visit.principal, contact)
        form = _contact_form(view)
        values = {**form.values, "into": [posted.text("into")]}
        return _show_contact(visit, view, Form(values, _wrong(error, visit.request, "into")))
    return go(f"{CONTACTS}/{merged.contact.id}?done=merged")


@router.post(f"{CONTACTS}/<contact>/take-out", middlewares=SIGNED_IN)
def take_out_contact(contact: str) -> Response[Any]:
    """Undo the contact's merge."""
    customers().take_out_contact(Visit(router).principal, contact)
    return go(f"{CONTACTS}/{contact}?done=taken_out")


@router.get(f"{COMPANIES}/<company>", middlewares=SIGNED_IN)
def show_company(company: str) -> Response[Any]:
    """A company with its contacts and tickets."""
    visit = Visit(router)
    return _show_company(visit, customers().company(visit.principal, company))


@router.post(f"{COMPANIES}/<company>", middlewares=SIGNED_IN)
def change_company(company: str) -> Response[Any]:
    """Correct what is known of a company."""
    visit = Visit(router)
    posted = visit.request.form
    try:
        changes = CompanyChanges.model_validate(
            {
                **{name: posted.text(name) for name in ("name", "tier", "account_manager", "language")},
                "domains": _words(posted.text("domains").lower()),
                "tags": _words(posted.text("tags")),
            }
        )
        customers().change_company(visit.principal, company, changes.given())
    except (ValidationError, InvalidInput, BelongsToAnother, StaleCustomer) as error:
        view = customers().company(visit.principal, company)
        fields = dict.fromkeys(_words(posted.text("domains").lower()), "domains")
        return _show_company(visit, view, posted.with_errors(_wrong(error, visit.request, "name", fields)))
    return go(f"{COMPANIES}/{company}?done=saved")


@router.post(f"{COMPANIES}/<company>/merge", middlewares=SIGNED_IN)
def merge_company(company: str) -> Response[Any]:
    """Let the company be another one, and go there."""
    visit = Visit(router)
    posted = visit.request.form
    try:
        merged = customers().merge_company(visit.principal, company, posted.text("into"))
    except (InvalidInput, CannotMerge, StaleCustomer) as error:
        view = customers().company(visit.principal, company)
        values = {**_company_form(view).values, "into": [posted.text("into")]}
        return _show_company(visit, view, Form(values, _wrong(error, visit.request, "into")))
    return go(f"{COMPANIES}/{merged.company.id}?done=merged")


@router.post(f"{COMPANIES}/<company>/take-out", middlewares=SIGNED_IN)
def take_out_company(company: str) -> Response[Any]:
    """Undo the company's merge."""
    customers().take_out_company(Visit(router).principal, company)
    return go(f"{COMPANIES}/{company}?done=taken_out")


def _show_contact(visit: Visit, view: ContactView, form: Form | None = None) -> Response[Any]:
    page = ContactPage.of(
        view, desk_config(), visit.request.language, visit.now, may_merge=visit.principal.has(Role.LEAD)
    )
    return _show(visit, "desk/pages/contact.html", page, form, _contact_form(view))


def _show_company(visit: Visit, view: CompanyView, form: Form | None = None) -> Response[Any]:
    page = CompanyPage.of(
        view, desk_config(), visit.request.language, visit.now, may_change=visit.principal.has(Role.LEAD)
    )
    return _show(visit, "desk/pages/company.html", page, form, _company_form(view))


def _show(visit: Visit, template: str, page: object, refused: Form | None, known: Form) -> Response[Any]:
    done = visit.request.query.get("done", "")
    notice = visit.request.text(f"customers.done.{done}") if done in _DONE else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return visit.show(template, status=status, view=page, form=refused or known, notice=notice)


def _contact_form(view: ContactView) -> Form:
    record = view.contact
    return Form.of(
        name=record.name,
        address=record.address or "",
        phone=record.phone or "",
        company=view.company.name if view.company else "",
        language=record.language or "",
        tags=" ".join(record.tags),
    )


def _company_form(view: CompanyView) -> Form:
    record = view.company
    return Form.of(
        name=record.name,
        tier=record.tier,
        domains=" ".join(record.domains),
        account_manager=record.account_manager or "",
        language=record.language or "",
        tags=" ".join(record.tags),
    )


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(text) if word]


def _wrong(
    error: ValidationError | AftercareError,
    request: PageRequest,
    otherwise: str,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """By field the sentence that says what is wrong with it; what is wrong with none in particular at `otherwise`.

    Args:
        fields: Where each of what customers are found by was posted.
    """
    if isinstance(error, ValidationError):
        error = unfit(error)
    if isinstance(error, InvalidInput):
        return request.told(error.errors)
    if isinstance(error, BelongsToAnother):
        otherwise = fields.get(str(error), otherwise)
    return {otherwise: request.explain(error)}
