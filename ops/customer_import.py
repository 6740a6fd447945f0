"""Customers from a file entered at the desk: line by line, each as often as one likes."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.directory import (
    CompanyRecord,
    ContactRecord,
    company_id,
    contact_id,
    fold_address,
    fold_name,
    fold_phone,
)
from functions.shared.domain.errors import BelongsToAnother, StaleCustomer
from functions.shared.gateways.directory import Directory
from ops.customer_file import BadLine, CompanyRow, ContactRow, Line, Rejected, read_rows
from ops.failure import refusal


class Fate(StrEnum):
    """What became of a line."""

    ENTERED = "entered"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass
class Imported:
    """What became of a file's lines so far."""

    fates: Counter[Fate] = field(default_factory=Counter)
    read_bytes: int = 0


class _Refused(Exception):
    """A line that does not fit to what the desk knows."""

    def __init__(self, column: str, why: str) -> None:
        self.column = column
        self.why = why
        super().__init__(why)


Reject = Callable[[Rejected], object]
"""What is told of each line that is refused."""


def _silently(line: Rejected) -> None:
    del line


Row = TypeVar("Row", CompanyRow, ContactRow)


def import_companies(
    path: Path, config: DeskConfig, directory: Directory, reject: Reject = _silently
) -> Iterator[Imported]:
    """Enter the companies of the file, or update those known by name or domain; the figures after every line.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    people, tiers = {person.id for person in config.people}, config.matrix.known_tiers

    def enter(row: CompanyRow) -> Fate:
        if row.tier and row.tier not in tiers:
            raise _Refused("tier", f"{row.tier} is none of the desk's tiers: {', '.join(tiers)}")
        if row.account_manager and row.account_manager not in people:
            raise _Refused("account_manager", f"nobody is called {row.account_manager}")
        return _enter_company(row, directory)

    yield from _entered(read_rows(path, CompanyRow, required="name"), enter, reject)


def import_contacts(path: Path, directory: Directory, reject: Reject = _silently) -> Iterator[Imported]:
    """Enter the contacts of the file, or update those known by address or phone; the figures after every line.

    Raises:
        Failure: the file cannot be read, or has not the right columns.
    """
    yield from _entered(read_rows(path, ContactRow), lambda row: _enter_contact(row, directory), reject)


def finish(steps: Iterable[Imported]) -> Imported:
    """The figures at the end of an import."""
    last = deque(steps, maxlen=1)
    return last[0] if last else Imported()


def _entered(lines: Iterator[Line[Row] | BadLine], enter: Callable[[Row], Fate], reject: Reject) -> Iterator[Imported]:
    done = Imported()
    for line in lines:
        fate = _fate(line, enter, reject)
        done.fates[fate] += 1
        done.read_bytes = line.read_bytes
        yield done


def _fate(line: Line[Row] | BadLine, enter: Callable[[Row], Fate], reject: Reject) -> Fate:
    if isinstance(line, BadLine):
        reject(line.rejected)
        return Fate.REJECTED
    try:
        return enter(line.row)
    except _Refused as error:
        reject(Rejected(line.number, error.column, error.why))
    except BelongsToAnother as error:
        reject(Rejected(line.number, "", f"{error} belongs to another customer"))
    except StaleCustomer as error:
        reject(Rejected(line.number, "", refusal(error)))
    return Fate.REJECTED


def _enter_company(row: CompanyRow, directory: Directory) -> Fate:
    name = fold_name(row.name)
    known = directory.companies_at([*row.domains, name])
    first = next(iter(known.values()), None)
    for key, other in known.items():
        if first and other.id != first.id:
            where = "name" if key == name else "domains"
            raise _Refused(where, f"{key} is {other.name} ({other.id}), not {first.name} ({first.id}): merge them")
    before = first or CompanyRecord(id=company_id(name), name=row.name)
    after = before.model_copy(
        update={
            **row.model_dump(exclude_none=True, exclude={"domains"}),
            "domains": tuple(dict.fromkeys((*before.domains, *row.domains))),
        }
    )
    if first is None:
        directory.enter_company(after)
        return Fate.ENTERED
    if after == before:
        return Fate.UNCHANGED
    directory.change_company(before, after)
    return Fate.CHANGED


def _enter_contact(row: ContactRow, directory: Directory) -> Fate:
    found_by = {}
    if row.address:
        found_by["address"] = fold_address(row.address)
    if row.phone:
        found_by["phone"] = fold_phone(row.phone)
    known = directory.contacts_at(list(found_by.values()))
    first = next((known[key] for key in found_by.values() if key in known), None)
    _must_agree(first, found_by, known, row)
    given = row.model_dump(exclude_none=True, exclude={"company"}, exclude_defaults=True)
    given |= {"address": found_by["address"]} if row.address else {}
    if row.company:
        named = directory.companies_at([key for key in (row.company.lower(), fold_name(row.company)) if key])
        company = next(iter(named.values()), None)
        if company is None:
            raise _Refused("company", f"no company is called {row.company}: import the companies first")
        given["company_id"] = company.id
    if first is None:
        directory.enter_contact(ContactRecord(id=contact_id(next(iter(found_by.values()))), **given))
        return Fate.ENTERED
    after = first.model_copy(update=given).settled()
    if after == first:
        return Fate.UNCHANGED
    directory.change_contact(first, after)
    return Fate.CHANGED


def _must_agree(
    first: ContactRecord | None, found_by: Mapping[str, str], known: Mapping[str, ContactRecord], row: ContactRow
) -> None:
    """Raise _Refused where address and phone are not the same person's."""
    if first is None or "address" not in found_by:
        return
    other = known.get(found_by.get("phone", ""))
    if other and other.id != first.id:
        raise _Refused("phone", f"{row.phone} is {other.id}, the address is {first.id}: merge them")
    if found_by["address"] not in known and first.address:
        raise _Refused("phone", f"{row.phone} is {first.id}, who has the address {first.address}: merge them")
