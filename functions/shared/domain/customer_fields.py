"""What may stand in the fields of a contact or a company that the desk writes: by form, API or file."""

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from functions.shared.domain.directory import Tag
from functions.shared.domain.free_mail import FREE_MAIL
from functions.shared.domain.visible import CleanName

MOST_DOMAINS: Final = 40
"""Domains of one company; all of them may change in one transaction of the table."""


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _not_free_mail(domain: str) -> str:
    if domain in FREE_MAIL:
        raise PydanticCustomError(
            "free_mail", "{domain} gives addresses to anybody, so it tells no company", {"domain": domain}
        )
    return domain


Name = Annotated[CleanName, StringConstraints(max_length=120)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9０-９()\-. /]{3,30}$")]
Domain = Annotated[
    str,
    BeforeValidator(_lowered),
    StringConstraints(max_length=253, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
    AfterValidator(_not_free_mail),
]
Domains = Annotated[tuple[Domain, ...], Field(max_length=MOST_DOMAINS)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
