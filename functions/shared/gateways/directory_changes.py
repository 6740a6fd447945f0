"""Customers' records change together with what finds them: one transaction, so that neither goes without the other."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Generic

from functions.shared.contracts.words import DeskId
from functions.shared.domain.directory import (
    CompanyRecord,
    ContactRecord,
    Record,
    company_id,
    contact_id,
    is_handle,
)
from functions.shared.domain.errors import BelongsToAnother, StaleCustomer
from functions.shared.gateways import keys
from functions.shared.gateways.directory_items import (
    COMPANY,
    CONTACT,
    KEY,
    company_item,
    company_key_item,
    contact_item,
    contact_key_item,
    free_key_item,
)
from functions.shared.gateways.items import Item, Items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 5
_PAUSE_S: Final = 0.05
"""Who meets another's transaction tries again, each time a little later."""


@dataclass(frozen=True)
class Kind(Generic[Record]):
    """What contacts and companies differ in."""

    record: type[Record]
    owner: str
    """The attribute of what finds somebody that says whom."""
    sk: str
    pk: Callable[[DeskId, str], str]
    key_pk: Callable[[DeskId, str], str]
    item: Callable[[DeskId, Record], Item]
    key_item: Callable[[DeskId, str, Record], Item]
    id_of: Callable[[str], str]


CONTACTS: Final = Kind(
    record=ContactRecord,
    owner="contact_id",
    sk=CONTACT,
    pk=keys.contact,
    key_pk=keys.contact_key,
    item=contact_item,
    key_item=contact_key_item,
    id_of=contact_id,
)
COMPANIES: Final = Kind(
    record=CompanyRecord,
    owner="company_id",
    sk=COMPANY,
    pk=keys.company,
    key_pk=keys.company_key,
    item=company_item,
    key_item=company_key_item,
    id_of=company_id,
)


class Changes(Generic[Record]):
    """Writes the contacts, or the companies, of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId, kind: Kind[Record]) -> None:
        self._client = client
        self._table = table
        self._desk = desk
        self._kind: Kind[Record] = kind
        self._items = Items(client, table)

    def read(self, id_: str) -> Record | None:
        """The record of this id."""
        doc = self._items.doc(self._kind.pk(self._desk, id_), self._kind.sk)
        return self._kind.record.model_validate_json(doc) if doc else None

    def owners(self, found_by: Iterable[str]) -> Mapping[str, str]:
        """The id that each of these leads to."""
        places = {key: self._kind.key_pk(self._desk, key) for key in found_by}
        found = self._items.many((pk, KEY) for pk in places.values())
        return {key: owner for key, pk in places.items() if (owner := owner_of(found.get(pk), self._kind.owner))}

    def enter(self, record: Record, found_by: Sequence[str]) -> Record:
        """Store somebody new, found by `found_by`, the first of which gave the id; who they are.

        Whoever was entered by another call meanwhile is who they are. Where the id is taken by somebody who was found
        by the same once and is no longer, they get one that is drawn.

        Raises:
            BelongsToAnother: one of `found_by` leads to somebody.
            ValueError: `found_by` is empty, or something in it is.
        """
        if not found_by or not all(found_by):
            raise ValueError(f"nothing would lead to {record.id}")
        for _ in range(_ATTEMPTS):
            wanted: list[str] = list(dict.fromkeys(found_by))
            writes = [self._put(record, "attribute_not_exists(pk)"), *(self._claim(key, record) for key in wanted)]
            refused = self._transact(writes)
            if not any(refused):
                return record
            if not refused[0]:
                raise BelongsToAnother(wanted[refused.index(True) - 1])
            there = self.read(record.id)
            if there and (found_by[0] in there.found_by or is_handle(found_by[0])):
                self._transact([self._claim(found_by[0], there)])
                return there
            record = record.model_copy(update={"id": self._kind.id_of(token_hex())})
        raise StaleCustomer

    def change(self, before: Record, after: Record) -> None:
        """Store `after` in place of `before`: found by what stands in it now, and no longer by what was taken out.

        What leads to somebody merged into them is theirs too: it comes over, or goes, and out of the other's record.

        Raises:
            BelongsToAnother: something that was put in leads to another.
            StaleCustomer: it was changed meanwhile.
        """
        owners = self.owners({*before.found_by, *after.found_by})
        theirs = (after.id, *after.merged)
        writes = [self._replace(before, after)]
        others = {owner: self.read(owner) for owner in set(owners.values()) & set(after.merged)}
        left = dict(others)
        for key in dict.fromkeys((*after.found_by, *before.found_by)):
            owner, stays = owners.get(key), key in after.found_by
            if owner and owner not in theirs:
                if stays and key not in before.found_by:
                    raise BelongsToAnother(key)
                continue  # It stood there without leading here, and still does not.
            if stays and not (owner == after.id and self._leads_alike(key, before, after)):
                writes.append(self._claim(key, after, owner))
            elif owner and not stays:
                writes.append(self._free(key, owner))
            if owner and (other := left.get(owner)):
                left[owner] = other.without(key)
        for id_, other in others.items():
            if other and (now := left[id_]) and now != other:
                writes.append(self._replace(other, now))
        if any(self._transact(writes)):
            raise StaleCustomer

    def replace(self, before: Sequence[Record], after: Sequence[Record], *more: Any) -> None:
        """Store each of `after` in place of its own `before`, and write `more`; raises StaleCustomer."""
        if any(self._transact([*map(self._replace, before, after), *more])):
            raise StaleCustomer

    def _leads_alike(self, key: str, before: Record, after: Record) -> bool:
        return self._kind.key_item(self._desk, key, before) == self._kind.key_item(self._desk, key, after)

    def _put(self, record: Record, condition: str, **values: Any) -> Any:
        return self._conditional(self._kind.item(self._desk, record), condition, values)

    def _replace(self, before: Record, after: Record) -> Any:
        return self._put(after, "doc = :before", **{":before": self._kind.item(self._desk, before)["doc"]})

    def _claim(self, key: str, record: Record, owner: str | None = None) -> Any:
        """Let `key` lead to `record`, as long as it still leads to `owner`, or to nobody."""
        return self._key(self._kind.key_item(self._desk, key, record), owner)

    def _free(self, key: str, owner: str) -> Any:
        return self._key(free_key_item(self._kind.key_pk(self._desk, key)), owner)

    def _key(self, item: Item, owner: str | None) -> Any:
        if owner is None:
            return self._conditional(item, f"attribute_not_exists({self._kind.owner})", {})
        return self._conditional(item, f"{self._kind.owner} = :owner", {":owner": {"S": owner}})

    def _conditional(self, item: Item, condition: str, values: Mapping[str, Any]) -> Any:
        put: dict[str, Any] = {"TableName": self._table, "Item": item, "ConditionExpression": condition}
        return {"Put": put | ({"ExpressionAttributeValues": {**values}} if values else {})}

    def _transact(self, writes: Sequence[Any]) -> list[bool]:
        """Write all or nothing; of each whether its condition refused."""
        for attempt in range(_ATTEMPTS):
            time.sleep(_PAUSE_S * attempt)
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                response: dict[str, Any] = {**cancelled.response}
                reasons = [reason.get("Code") for reason in response["CancellationReasons"]]
                if "ConditionalCheckFailed" not in reasons:
                    continue
                return [reason == "ConditionalCheckFailed" for reason in reasons]
            return [False] * len(writes)
        raise StaleCustomer


def owner_of(item: Mapping[str, Any] | None, owner: str) -> str | None:
    """The id that an item leads to; None where it is free."""
    return item[owner]["S"] if item and owner in item else None
