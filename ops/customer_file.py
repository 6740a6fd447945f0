"""A CSV file of customers, read line by line however long it is: what is in each line, or what is wrong with it."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator

from functions.shared.contracts.words import Language, Slug
from functions.shared.domain.customer_fields import Domains, Name, Phone, Tags
from functions.shared.domain.document import EmailAddress
from ops.failure import Failure

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
"""What spreadsheets write: UTF-8, and on a Chinese Windows its own."""

_CHUNK: Final = 1 << 20


def _split(text: object) -> object:
    return tuple(part.strip() for part in text.split(";") if part.strip()) if isinstance(text, str) else text


Several = Annotated[Tags, BeforeValidator(_split)]
SeveralDomains = Annotated[Domains, BeforeValidator(_split)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CompanyRow(_Row):
    """One company. What a line leaves empty stays as it is."""

    name: Annotated[Name, StringConstraints(min_length=1)]
    tier: Slug | None = None
    domains: SeveralDomains = ()
    account_manager: Slug | None = None
    language: Language | None = None
    tags: Several | None = None


class ContactRow(_Row):
    """One contact, known by address, phone, or both. What a line leaves empty stays as it is."""

    name: Name = ""
    address: EmailAddress | None = None
    phone: Phone | None = None
    company: Name | None = None
    language: Language | None = None
    tags: Several | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "ContactRow":
        if not (self.address or self.phone):
            raise ValueError("needs an address or a phone number")
        return self


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
    """The lines of the file, one in memory at a time.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    columns = tuple(kind.model_fields)
    try:
        with path.open("rb") as file:
            text = io.TextIOWrapper(file, encoding=_encoding(path), newline="")
            reader = csv.DictReader(text, strict=True)
            named = [name.strip() for name in reader.fieldnames or ()]
            if not named or not set(named) <= set(columns) or (required and required not in named):
                only = f" (only {required} is required)" if required else ""
                raise Failure(f"{path} needs the columns {', '.join(columns)}{only}.")
            reader.fieldnames = named
            for cells in reader:
                yield _line(cells, reader.line_num, kind, file.tell())
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}") from error
    except csv.Error as error:
        raise Failure(f"{path}:{reader.line_num}: {error}") from error


def _line(cells: dict[str | Any, str | Any], number: int, kind: type[R], read_bytes: int) -> Line[R] | BadLine:
    if None in cells:
        return BadLine(Rejected(number, "", "more cells than columns"), read_bytes)
    filled = {name: value.strip() for name, value in cells.items() if value and value.strip()}
    try:
        return Line(number, kind.model_validate(filled), read_bytes)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0]) if first["loc"] else ""
        return BadLine(Rejected(number, column, first["msg"].removeprefix("Value error, ")), read_bytes)


def _encoding(path: Path) -> str:
    """The first of our encodings that the whole file can be read in, tried piece by piece."""
    for encoding in _ENCODINGS[:-1]:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return _ENCODINGS[-1]
