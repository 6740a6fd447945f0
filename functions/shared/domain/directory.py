"""Who the customers are: contacts and their companies, and how a stranger's words find them."""

import hashlib
import re
import unicodedata
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from functions.shared.contracts.events import Company, Contact, Said
from functions.shared.contracts.words import CompanyId, ContactId, Language
from functions.shared.domain.errors import CannotMerge
from functions.shared.domain.free_mail import FREE_MAIL
from functions.shared.domain.saying import Saying
from functions.shared.domain.visible import CleanName, clean_name

Tag = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s,;#]{1,40}$")]
"""A word that the desk sorts its customers by."""

_SORTED_BY: Final = 200
"""Characters of a name that a list is sorted by; mail brings names of any length."""

FEWEST_DIGITS: Final = 3
"""Digits that somebody is found by, at least."""

MOST_MERGED: Final = 20
"""Records that one may stand for: whose tickets are found together are looked up one by one."""


class ContactRecord(BaseModel):
    """A person who asks. One that was merged into another stays, and leads to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ContactId
    name: str = ""
    address: str | None = None
    phone: str | None = None
    said_phone: str | None = None
    """The number that they last wrote beside their address: it suggests them to people, and leads to nobody."""
    language: Language | None = None
    company_id: CompanyId | None = None
    tags: tuple[str, ...] = ()
    merged_into: ContactId | None = None
    merged: tuple[ContactId, ...] = ()
    """Those that were merged into this one, and have not been taken out again."""

    @property
    def found_by(self) -> tuple[str, ...]:
        """The folded address and phone."""
        keys = (fold_address(self.address or ""), fold_phone(self.phone or ""))
        return tuple(key for key in keys if key)

    def without(self, key: str) -> "ContactRecord":
        """The contact, no longer found by `key`."""
        values = {"address": fold_address(self.address or ""), "phone": fold_phone(self.phone or "")}
        return self.model_copy(update={name: None for name, value in values.items() if value == key})

    def settled(self) -> "ContactRecord":
        """The contact, with no number as merely said that is known to be theirs."""
        is_known = fold_phone(self.said_phone or "") == fold_phone(self.phone or "")
        return self.model_copy(update={"said_phone": None}) if self.said_phone and is_known else self

    @property
    def sort_key(self) -> str:
        """Where the contact stands in a list by name."""
        return fold_name(self.name)[:_SORTED_BY] or "".join(self.found_by[:1])


class CompanyRecord(BaseModel):
    """A customer company. One that was merged into another stays, and leads to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CompanyId
    name: str
    tier: str = "standard"
    domains: tuple[str, ...] = ()
    account_manager: str | None = None
    language: Language | None = None
    tags: tuple[str, ...] = ()
    merged_into: CompanyId | None = None
    merged: tuple[CompanyId, ...] = ()
    """Those that were merged into this one, and have not been taken out again."""

    @property
    def found_by(self) -> tuple[str, ...]:
        """The domains and the folded name."""
        return (*self.domains, fold_name(self.name))

    def without(self, key: str) -> "CompanyRecord":
        """The company, no longer found by the domain `key`; a company always has a name."""
        return self.model_copy(update={"domains": tuple(domain for domain in self.domains if domain != key)})

    @property
    def sort_key(self) -> str:
        """Where the company stands in a list by name."""
        return fold_name(self.name)[:_SORTED_BY]

    def as_company(self) -> Company:
        """The company as a ticket's event keeps it."""
        return Company(id=self.id, name=self.name, tier=self.tier, account_manager=self.account_manager, tags=self.tags)

    def as_claimed(self) -> Company:
        """The company of somebody who only says that they belong to it."""
        return Company(id=self.id, name=self.name, is_claimed=True)


Record = TypeVar("Record", ContactRecord, CompanyRecord)


def merge(source: Record, into: Record) -> tuple[Record, Record]:
    """Both as they are once `source` leads to `into`.

    Raises:
        CannotMerge: they are one already, one of them leads elsewhere, or `into` would stand for too many.
    """
    if source.id == into.id or source.id in into.merged or into.id in source.merged:
        raise CannotMerge(Saying.of("reason.one_already"))
    if source.merged_into or into.merged_into:
        raise CannotMerge(Saying.of("reason.merged_before"))
    stands_for = (*into.merged, source.id, *source.merged)
    if len(stands_for) > MOST_MERGED:
        raise CannotMerge(Saying.of("reason.too_many_as_one", most=MOST_MERGED))
    return (
        source.model_copy(update={"merged_into": into.id}),
        into.model_copy(update={"merged": stands_for, **_heard_of(source, into)}),
    )


def _heard_of(source: CompanyRecord | ContactRecord, into: CompanyRecord | ContactRecord) -> dict[str, str]:
    """The number that a contact only said, for whom they are now if that one said none."""
    if isinstance(source, CompanyRecord) or isinstance(into, CompanyRecord) or into.said_phone or not source.said_phone:
        return {}
    return {} if fold_phone(source.said_phone) in into.found_by else {"said_phone": source.said_phone}


def take_out(record: Record, above: list[Record]) -> list[Record]:
    """The records as they are once `record` stands for itself again; those that led on from it come along.

    Args:
        above: Whom it leads to, and whom that leads to in turn.

    Raises:
        CannotMerge: it was not merged into another.
    """
    if not record.merged_into:
        raise CannotMerge(Saying.of("reason.not_merged"))
    leaving = {record.id, *record.merged}
    after = [record.model_copy(update={"merged_into": None})]
    for one in above:
        after.append(one.model_copy(update={"merged": tuple(id_ for id_ in one.merged if id_ not in leaving)}))
    return after


class Caller(BaseModel):
    """What a channel knows of the one who asks; at least an address, a phone number or a handle."""

    model_config = ConfigDict(frozen=True)

    name: CleanName = ""
    address: str | None = None
    phone: str | None = None
    handle: str | None = None
    """What a channel calls them: `CHANNEL:ACCOUNT`. Somebody without address and phone is known by it."""
    company: CleanName | None = None
    language: Language | None = None


def fold_address(address: str) -> str:
    """The spelling under which an e-mail address is looked up."""
    return unicodedata.normalize("NFKC", address).strip().lower()


def fold_phone(phone: str) -> str:
    """Digits only, with the country's 86 dropped from Chinese mobile numbers."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone)).removeprefix("00")
    return digits[2:] if re.fullmatch(r"861\d{10}", digits) else digits


def is_phone(phone: str) -> bool:
    """Whether anybody can be found by `phone`."""
    return len(fold_phone(phone)) >= FEWEST_DIGITS


def fold_name(name: str) -> str:
    """A company's name without case, width, spacing and what nobody sees."""
    return clean_name(unicodedata.normalize("NFKC", name)).casefold()


def handle_key(handle: str) -> str:
    """What somebody is found by whom a channel calls `handle`; no address or phone number looks so."""
    return f"handle#{handle}"


def is_handle(key: str) -> bool:
    """Whether `key` is what a channel calls somebody."""
    return key.startswith(handle_key(""))


def contact_id(key: str) -> ContactId:
    """The id of the contact first met under the folded address or phone `key`; the same key gives the same id.

    Where somebody has that id who is found by `key` no longer, the next contact's is drawn.
    """
    return f"con_{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def company_id(key: str) -> CompanyId:
    """The id of the company first met under the folded name `key`; likewise."""
    return f"com_{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def business_domain(address: str | None) -> str | None:
    """The domain that tells the company, None for free mail."""
    if not address or "@" not in address:
        return None
    domain = fold_address(address).rpartition("@")[2]
    return None if domain in FREE_MAIL else domain


def snapshot(record: ContactRecord, caller: Caller, default: Language, *, phone_of: ContactId | None = None) -> Contact:
    """The contact as a ticket's event keeps it: what the caller says now, completed by what is known.

    Who holds the ticket's link may have given anybody's address, so what was said is kept apart.

    Args:
        phone_of: Whom the desk knows under the caller's phone number, where that is somebody else.
    """
    return Contact(
        id=record.id,
        name=caller.name or record.name,
        address=fold_address(caller.address) if caller.address else record.address,
        phone=caller.phone or record.phone,
        language=caller.language or record.language or default,
        tags=record.tags,
        phone_of=phone_of,
        said=said_by(caller),
    )


def said_by(caller: Caller) -> Said:
    """What the caller says of themselves."""
    address = fold_address(caller.address) if caller.address else None
    return Said(name=caller.name, address=address, phone=caller.phone)
