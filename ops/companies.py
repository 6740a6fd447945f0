"""Customer companies from a CSV file: `name, tier, domains (;), account_manager, language`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from functions.shared.contracts.words import Language, Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.directory import Directory
from ops.failure import Failure

_COLUMNS: Final = ("name", "tier", "domains", "account_manager", "language")


def _blank(text: object) -> object:
    return None if text == "" else text


def _split(text: object) -> object:
    return tuple(part.strip().lower() for part in text.split(";") if part.strip()) if isinstance(text, str) else text


Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class CompanyRow(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    tier: Slug = "standard"
    domains: Annotated[tuple[Domain, ...], BeforeValidator(_split)] = Field(default=())
    account_manager: Annotated[Slug | None, BeforeValidator(_blank)] = None
    language: Annotated[Language | None, BeforeValidator(_blank)] = None


@dataclass(frozen=True)
class Rejected:
    """A line that cannot be imported; `line` counts from 1, the heading included."""

    line: int
    why: str


def read_companies(path: Path, config: DeskConfig) -> Iterator[CompanyRow | Rejected]:
    """The companies of the file, and the lines that are none.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}") from error
    reader = csv.DictReader(text.splitlines())
    columns = tuple(reader.fieldnames or ())
    if "name" not in columns or not set(columns) <= set(_COLUMNS):
        raise Failure(f"{path} needs the columns {', '.join(_COLUMNS)} (only name is required).")
    people = {person.id for person in config.people}
    for row in reader:
        try:
            company = CompanyRow.model_validate({name: value for name, value in row.items() if value})
        except ValidationError as error:
            first = error.errors()[0]
            yield Rejected(reader.line_num, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
            continue
        if company.account_manager and company.account_manager not in people:
            yield Rejected(reader.line_num, f"account_manager: nobody is called {company.account_manager}")
            continue
        yield company


def import_companies(path: Path, config: DeskConfig, directory: Directory) -> tuple[int, list[Rejected]]:
    """Enter the companies of the file, or update those known by name or domain; how many, and the lines refused."""
    entered, rejected = 0, []
    for row in read_companies(path, config):
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        directory.enter_company(**row.model_dump())
        entered += 1
    return entered, rejected
