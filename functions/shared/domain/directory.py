"""Who the customers are: contacts and their companies, and how a stranger's words find them."""

import hashlib
import re
import unicodedata
from typing import Final

from pydantic import BaseModel, ConfigDict

from functions.shared.contracts.events import Company, Contact
from functions.shared.contracts.words import CompanyId, ContactId, Language

FREE_MAIL: Final = frozenset(
    {
        "126.com", "139.com", "163.com", "189.cn", "aliyun.com", "foxmail.com", "gmail.com", "gmx.com", "gmx.de",
        "hotmail.com", "icloud.com", "live.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me",
        "protonmail.com", "qq.com", "sina.com", "sohu.com", "vip.163.com", "vip.qq.com", "web.de", "yahoo.com",
        "yandex.ru", "yeah.net",
    }
)  # fmt: skip
"""Domains where anybody may have an address: they tell nothing about the company."""


class ContactRecord(BaseModel):
    """A person who asks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ContactId
    name: str = ""
    address: str | None = None
    phone: str | None = None
    language: Language | None = None
    company_id: CompanyId | None = None


class CompanyRecord(BaseModel):
    """A customer company."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CompanyId
    name: str
    tier: str = "standard"
    domains: tuple[str, ...] = ()
    account_manager: str | None = None
    language: Language | None = None

    def as_company(self) -> Company:
        """The company as a ticket's event keeps it."""
        return Company(id=self.id, name=self.name, tier=self.tier, account_manager=self.account_manager)

    def as_claimed(self) -> Company:
        """The company of somebody who only says that they belong to it."""
        return Company(id=self.id, name=self.name, is_claimed=True)


class Caller(BaseModel):
    """What a channel knows of the one who asks; at least an address or a phone number."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    address: str | None = None
    phone: str | None = None
    company: str | None = None
    language: Language | None = None


def fold_address(address: str) -> str:
    """The spelling under which an e-mail address is looked up."""
    return unicodedata.normalize("NFKC", address).strip().lower()


def fold_phone(phone: str) -> str:
    """Digits only, with the country's 86 dropped from Chinese mobile numbers."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone)).removeprefix("00")
    return digits[2:] if re.fullmatch(r"861\d{10}", digits) else digits


def fold_name(name: str) -> str:
    """A company's name without case, width and spacing."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def contact_id(key: str) -> ContactId:
    """The id of the contact first met under the folded address or phone `key`; the same key gives the same id."""
    return f"con_{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def company_id(key: str) -> CompanyId:
    """The id of the company first met under the folded name `key`."""
    return f"com_{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def business_domain(address: str | None) -> str | None:
    """The domain that tells the company, None for free mail."""
    if not address or "@" not in address:
        return None
    domain = fold_address(address).rpartition("@")[2]
    return None if domain in FREE_MAIL else domain


def snapshot(record: ContactRecord, caller: Caller, default: Language) -> Contact:
    """The contact as a ticket's event keeps it: what the caller says now, completed by what is known."""
    return Contact(
        id=record.id,
        name=caller.name or record.name,
        address=fold_address(caller.address) if caller.address else record.address,
        phone=caller.phone or record.phone,
        language=caller.language or record.language or default,
    )
