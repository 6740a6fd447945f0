"""A CSV file of customers, line by line: what is in each, or in plain words what is wrong with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from functions.shared.contracts.words import Language
from functions.shared.domain.customer_fields import MOST_DOMAINS, Domains, Name, Phone, Tags, Word
from functions.shared.domain.document import EmailAddress
from ops.csv_table import read_records, shortened

_BETWEEN: Final = re.compile(r"[;；,，、|\s]+")


def _split(text: object) -> object:
    return tuple(part for part in _BETWEEN.split(text) if part) if isinstance(text, str) else text


def _lowered(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CompanyRow(_Row):
    """One company. What a line leaves empty stays as it is."""

    name: Annotated[Name, StringConstraints(min_length=1)]
    tier: Word | None = None
    domains: Annotated[Domains, BeforeValidator(_split)] = ()
    account_manager: Word | None = None
    language: Annotated[Language, BeforeValidator(_lowered)] | None = None
    tags: Annotated[Tags, BeforeValidator(_split)] | None = None


class ContactRow(_Row):
    """One contact, known by address, phone, or both. What a line leaves empty stays as it is."""

    name: Name = ""
    address: EmailAddress | None = None
    phone: Phone | None = None
    company: Name | None = None
    language: Annotated[Language, BeforeValidator(_lowered)] | None = None
    tags: Annotated[Tags, BeforeValidator(_split)] | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "ContactRow":
        if not (self.address or self.phone):
            raise ValueError("an address or a phone number is needed")
        return self


_UNFIT: Final = {
    "name": "a name has 1 to 120 characters that can be seen",
    "address": '"{cell}" is no e-mail address',
    "phone": '"{cell}" is no phone number',
    "company": "a company's name has at most 120 characters",
    "domains": '"{cell}" is no domain such as acme.example',
    "language": f'"{{cell}}" is no language of the desk: {", ".join(Language)}',
    "tags": '"{cell}" is no tag: one word of at most 40 characters without #',
}
"""By column what is wrong with a cell that does not fit."""

_TOO_MANY: Final = {"domains": f"a company has at most {MOST_DOMAINS} domains", "tags": "there are at most 20 tags"}


@dataclass(frozen=True)
class Rejected:
    """A line that cannot be imported; `line` counts from 1, the heading included."""

    line: int
    column: str
    why: str


R = TypeVar("R", bound=_Row)


@dataclass(frozen=True)
class Line(Generic[R]):
    """One line of the file: what is in it, and how many bytes of the file are read with it."""

    number: int
    row: R
    read_bytes: int


@dataclass(frozen=True)
class BadLine:
    """One line of the file that is refused."""

    rejected: Rejected
    read_bytes: int


def read_rows(path: Path, kind: type[R], required: str = "") -> Iterator[Line[R] | BadLine]:
    """The lines of the file, one in memory at a time; blank ones are passed over.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    for record in read_records(path, tuple(kind.model_fields), required):
        if record.fault:
            yield BadLine(Rejected(record.line, "", record.fault), record.read_bytes)
            continue
        try:
            yield Line(record.line, kind.model_validate(record.cells), record.read_bytes)
        except ValidationError as error:
            finding = error.errors()[0]
            column = str(finding["loc"][0]) if finding["loc"] else ""
            yield BadLine(Rejected(record.line, column, _why(finding, column)), record.read_bytes)


def _why(finding: ErrorDetails, column: str) -> str:
    """What is wrong, for somebody who has a spreadsheet before them."""
    if finding["type"] == "missing":
        return f"the {column} is missing"
    if finding["type"] == "too_long" and column in _TOO_MANY:
        return _TOO_MANY[column]
    if finding["type"] in ("free_mail", "shared_domain") or column not in _UNFIT:
        return finding["msg"].removeprefix("Value error, ")
    return _UNFIT[column].format(cell=shortened(str(finding["input"])))
