"""What may stand in the fields of a contact or a company that the desk writes: by form, API or file."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

from functions.shared.domain.directory import Tag, is_phone
from functions.shared.domain.free_mail import FREE_MAIL
from functions.shared.domain.visible import CleanName

MOST_DOMAINS: Final = 40
"""Domains of one company; all of them may change in one transaction of the table."""


_LABEL: Final = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = rf"^({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]$"
_SHARED: Final = re.compile(r"(?:ac|co|com|edu|go|gob|gouv|gov|gv|ltd|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}")
"""Where a country's companies register their domains."""


def _findable(phone: str) -> str:
    if not is_phone(phone):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": "three digits or more"})
    return phone


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _of_a_company(domain: str) -> str:
    if _SHARED.fullmatch(domain):
        raise PydanticCustomError(
            "shared_domain", "{domain} is where everybody registers domains, so it tells no company", {"domain": domain}
        )
    if domain in FREE_MAIL:
        raise PydanticCustomError(
            "free_mail", "{domain} gives addresses to anybody, so it tells no company", {"domain": domain}
        )
    return domain


def _each_once(domains: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domains))


Name = Annotated[CleanName, StringConstraints(max_length=120)]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9０-９()\-. /]{3,30}$"), AfterValidator(_findable)
]
SaidPhone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_findable)]
"""A number as a program passes it on, with whatever stands around it."""
Word = Annotated[str, BeforeValidator(_lowered), StringConstraints(max_length=60)]
"""What the desk calls a tier or one of its people, in whatever case it is written."""
Domain = Annotated[
    str,
    BeforeValidator(_lowered),
    StringConstraints(max_length=253, pattern=_DOMAIN),
    AfterValidator(_of_a_company),
]
Domains = Annotated[tuple[Domain, ...], Field(max_length=MOST_DOMAINS), AfterValidator(_each_once)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
