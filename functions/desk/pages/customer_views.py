"""What the console's pages about customers show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from urllib.parse import urlencode

from functions.desk.customers import CompanyView, ContactView, Found
from functions.desk.pages.names import Names
from functions.desk.pages.views import QueueRow
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.directory import CompanyRecord, ContactRecord
from functions.shared.gateways.directory_search import Page
from functions.shared.pages.languages import LANGUAGES, catalogue

CUSTOMERS: Final = "/desk/customers"
CONTACTS: Final = f"{CUSTOMERS}/contacts"
COMPANIES: Final = f"{CUSTOMERS}/companies"


@dataclass(frozen=True)
class CustomerRow:
    """One line of a list of customers."""

    href: str
    name: str
    facts: Sequence[str]
    tags: Sequence[str]
    tier: str | None = None

    @classmethod
    def of(cls, record: ContactRecord | CompanyRecord, said: str | None = None) -> Self:
        """The line that shows `record`, and the number that they `said`."""
        if isinstance(record, CompanyRecord):
            return cls(f"{COMPANIES}/{record.id}", record.name, record.domains, record.tags, record.tier)
        facts = [fact for fact in (record.address, record.phone, said) if fact]
        return cls(f"{CONTACTS}/{record.id}", record.name or (facts or [record.id])[0], facts, record.tags)


@dataclass(frozen=True)
class CustomersPage:
    """Customers found, or listed."""

    query: str
    contacts: Sequence[CustomerRow] = ()
    companies: Sequence[CustomerRow] = ()
    said: Sequence[CustomerRow] = ()
    current: str = ""
    more: str = ""

    @classmethod
    def found(cls, query: str, found: Found) -> Self:
        return cls(
            query,
            [CustomerRow.of(one) for one in found.contacts],
            [CustomerRow.of(one) for one in found.companies],
            [CustomerRow.of(one, one.said_phone) for one in found.said],
        )

    @classmethod
    def of_contacts(cls, page: Page[ContactRecord]) -> Self:
        more = f"{CUSTOMERS}?{urlencode({'list': 'contacts', 'after': page.after})}" if page.after else ""
        return cls("", contacts=[CustomerRow.of(one) for one in page.records], current="contacts", more=more)

    @classmethod
    def of_companies(cls, page: Page[CompanyRecord]) -> Self:
        more = f"{CUSTOMERS}?{urlencode({'after': page.after})}" if page.after else ""
        return cls("", companies=[CustomerRow.of(one) for one in page.records], current="companies", more=more)


@dataclass(frozen=True)
class ContactPage:
    """A contact, the company, the tickets, and what may be changed."""

    url: str
    name: str
    record: ContactRecord
    company: CustomerRow | None
    merged_into: str
    merged: Sequence[CustomerRow]
    tickets: Sequence[QueueRow]
    languages: Sequence[tuple[str, str]]
    may_merge: bool

    @classmethod
    def of(cls, view: ContactView, config: DeskConfig, language: Language, now: datetime, *, may_merge: bool) -> Self:
        """The page that shows `view`."""
        record, names = view.contact, Names.of(config, language)
        return cls(
            url=f"{CONTACTS}/{record.id}",
            name=record.name or record.address or record.phone or record.id,
            record=record,
            company=CustomerRow.of(view.company) if view.company else None,
            merged_into=f"{CONTACTS}/{record.merged_into}" if record.merged_into else "",
            merged=[CustomerRow.of(one) for one in view.merged],
            tickets=[QueueRow.of(line, names, now) for line in view.tickets],
            languages=_languages(language),
            may_merge=may_merge,
        )


@dataclass(frozen=True)
class CompanyPage:
    """A company, its people and tickets, and what may be changed."""

    url: str
    record: CompanyRecord
    account_manager: str
    merged_into: str
    merged: Sequence[CustomerRow]
    contacts: Sequence[CustomerRow]
    tickets: Sequence[QueueRow]
    tiers: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    may_change: bool

    @classmethod
    def of(cls, view: CompanyView, config: DeskConfig, language: Language, now: datetime, *, may_change: bool) -> Self:
        """The page that shows `view`."""
        record, names = view.company, Names.of(config, language)
        return cls(
            url=f"{COMPANIES}/{record.id}",
            record=record,
            account_manager=names.person(record.account_manager),
            merged_into=f"{COMPANIES}/{record.merged_into}" if record.merged_into else "",
            merged=[CustomerRow.of(one) for one in view.merged],
            contacts=[CustomerRow.of(one) for one in view.contacts],
            tickets=[QueueRow.of(line, names, now) for line in view.tickets],
            tiers=_tiers((*config.matrix.known_tiers, record.tier), language),
            people=[(person.id, person.name) for person in config.people],
            languages=_languages(language),
            may_change=may_change,
        )


def _tiers(tiers: Sequence[str], language: Language) -> list[tuple[str, str]]:
    words = catalogue(language)
    named = {tier: f"tier.{tier}" for tier in tiers}
    return [(tier, words.text(key) if key in words else tier) for tier, key in named.items()]


def _languages(language: Language) -> list[tuple[str, str]]:
    words = catalogue(language)
    return [(code, words.text(f"language.{code}")) for code in LANGUAGES]
