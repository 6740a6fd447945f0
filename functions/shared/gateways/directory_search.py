"""Customers in lists: by name, and by what they are found by, each list one query of an index."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from functions.shared.contracts.words import CompanyId, DeskId
from functions.shared.domain.directory import (
    CompanyRecord,
    ContactRecord,
    fold_address,
    fold_name,
    fold_phone,
    is_phone,
)
from functions.shared.gateways import keys
from functions.shared.gateways.directory import Directory

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

R = TypeVar("R", ContactRecord, CompanyRecord)


@dataclass(frozen=True)
class Page(Generic[R]):
    """A part of a list; `after` asks for what follows, None at its end."""

    records: tuple[R, ...]
    after: str | None = None


class DirectorySearch:
    """Looks through the customers of one desk. What was changed just now may be found a moment later."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId, directory: Directory) -> None:
        self._client = client
        self._table = table
        self._desk = desk
        self._directory = directory

    def contacts(self, prefix: str = "", *, limit: int = 50, after: str | None = None) -> Page[ContactRecord]:
        """Contacts whose name begins with `prefix`, by name."""
        found, more = self._page("contact", keys.contacts(self._desk), fold_name(prefix), limit, after)
        return Page(tuple(ContactRecord.model_validate_json(doc) for doc in found), more)

    def companies(self, prefix: str = "", *, limit: int = 50, after: str | None = None) -> Page[CompanyRecord]:
        """Companies whose name begins with `prefix`, by name."""
        found, more = self._page("company", keys.companies(self._desk), fold_name(prefix), limit, after)
        return Page(tuple(CompanyRecord.model_validate_json(doc) for doc in found), more)

    def contacts_of(self, company_id: CompanyId, *, limit: int = 50, after: str | None = None) -> Page[ContactRecord]:
        """The company's contacts, by name."""
        found, more = self._page("company", keys.contacts_of(self._desk, company_id), "", limit, after)
        return Page(tuple(ContactRecord.model_validate_json(doc) for doc in found), more)

    def find_contacts(self, text: str, *, limit: int = 20) -> tuple[ContactRecord, ...]:
        """Contacts whose name, address or phone number begins with `text`, each once, as who they are by now."""
        if not fold_name(text):  # the whole list is not what was asked for
            return ()
        found = {record.id: record for record in self.contacts(text, limit=limit).records}
        for key in _beginnings(text):
            ids, _ = self._page("contact", keys.contact_keys(self._desk), key, limit, None)
            for id_ in dict.fromkeys(ids):
                if id_ not in found:
                    record = self._directory.current_contact(id_)
                    found.setdefault(record.id, record)
        return tuple(found.values())[:limit]

    def find_who_said(self, text: str, *, limit: int = 20) -> tuple[ContactRecord, ...]:
        """Contacts who wrote a number that begins with `text` beside their address: anybody may write anybody's."""
        found: dict[str, ContactRecord] = {}
        for number in _numbers(text):
            ids, _ = self._page("company", keys.said_phones(self._desk), number, limit, None)
            for id_ in dict.fromkeys(ids):
                record = self._directory.current_contact(id_)
                if fold_phone(record.said_phone or "").startswith(number):
                    found.setdefault(record.id, record)
        return tuple(found.values())[:limit]

    def find_companies(self, text: str, *, limit: int = 20) -> tuple[CompanyRecord, ...]:
        """Companies whose name or a domain begins with `text`, each once, as what they are by now."""
        key = fold_name(text).removeprefix("@")
        if not key:
            return ()
        found = {record.id: record for record in self.companies(text, limit=limit).records}
        ids, _ = self._page("company", keys.company_keys(self._desk), key, limit, None)
        for id_ in dict.fromkeys(ids):
            if id_ not in found:
                record = self._directory.current_company(id_)
                found.setdefault(record.id, record)
        return tuple(found.values())[:limit]

    def _page(
        self, index: Literal["contact", "company"], pk: str, prefix: str, limit: int, after: str | None
    ) -> tuple[list[str], str | None]:
        """The summaries of one index partition whose sort key begins with `prefix` and comes after `after`."""
        condition, values = f"{index}_pk = :pk", {":pk": {"S": pk}}
        if after and after >= prefix:
            condition += f" AND {index}_sk > :from"
            values[":from"] = {"S": after}
        elif prefix:
            condition += f" AND begins_with({index}_sk, :from)"
            values[":from"] = {"S": prefix}
        page = self._client.query(
            TableName=self._table,
            IndexName=f"by_{index}",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            Limit=limit,
        )
        items = [item for item in page["Items"] if item[f"{index}_sk"]["S"].startswith(prefix)]
        is_whole = len(items) < limit or "LastEvaluatedKey" not in page
        return [item["summary"]["S"] for item in items], None if is_whole else items[-1][f"{index}_sk"]["S"]


def _beginnings(text: str) -> list[str]:
    """How what contacts are found by begins when somebody types `text`."""
    return list(dict.fromkeys([fold_address(text), *_numbers(text)]))


def _numbers(text: str) -> list[str]:
    """How a phone number begins when somebody types `text`, if it may be one.

    Of a Chinese mobile number typed in part nobody knows yet that it is one: with and without the country's 86.
    """
    digits = fold_phone(text)
    if not is_phone(text) or any(sign.isalpha() or sign in "@._" for sign in text):
        return []
    return list(dict.fromkeys(filter(None, (digits, digits.removeprefix("86")))))
