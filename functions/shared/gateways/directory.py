"""Contacts and companies in the single table, found by address, phone, domain or name."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from functions.shared.contracts.events import Company, Contact
from functions.shared.contracts.words import CompanyId, ContactId, DeskId, Language
from functions.shared.domain.directory import (
    Caller,
    CompanyRecord,
    ContactRecord,
    business_domain,
    company_id,
    contact_id,
    fold_address,
    fold_name,
    fold_phone,
    snapshot,
)
from functions.shared.domain.errors import CompanyNotFound, ContactNotFound
from functions.shared.gateways import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONTACT, _COMPANY, _KEY = "CONTACT", "COMPANY", "KEY"


class Directory:
    """The customers of one desk."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId, default_language: Language) -> None:
        self._client = client
        self._table = table
        self._desk = desk
        self._default_language = default_language

    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]:
        """Who is asking, and for whom; somebody unknown is entered.

        The mail domain tells the company before the name that the caller gives.

        Raises:
            ValueError: the caller has neither address nor phone.
        """
        contact_keys = _contact_keys(caller)
        record, company = self._known(contact_keys, _company_keys(caller))
        if company is None:
            company = self._company_of(caller, record)
        wanted = ContactRecord(
            id=record.id if record else contact_id(contact_keys[0]),
            name=caller.name or (record.name if record else ""),
            address=(record.address if record else None) or (fold_address(caller.address) if caller.address else None),
            phone=(record.phone if record else None) or caller.phone,
            language=caller.language or (record.language if record else None),
            company_id=company.id if company else None,
        )
        if wanted != record:
            self.save_contact(wanted)
        return snapshot(wanted, caller, self._default_language), company.as_company() if company else None

    def contact(self, contact_id: ContactId) -> ContactRecord:
        """Raises ContactNotFound."""
        doc = self._doc(keys.contact(self._desk, contact_id), _CONTACT)
        if doc is None:
            raise ContactNotFound(contact_id)
        return ContactRecord.model_validate_json(doc)

    def contact_at(self, address_or_phone: str) -> ContactRecord | None:
        """The contact known under an address or phone number."""
        fold = fold_address if "@" in address_or_phone else fold_phone
        return self._known([fold(address_or_phone)], [])[0]

    def company(self, company_id: CompanyId) -> CompanyRecord:
        """Raises CompanyNotFound."""
        doc = self._doc(keys.company(self._desk, company_id), _COMPANY)
        if doc is None:
            raise CompanyNotFound(company_id)
        return CompanyRecord.model_validate_json(doc)

    def save_contact(self, record: ContactRecord) -> None:
        """Store the contact, and let its address and phone lead to it unless they lead elsewhere."""
        self._put(keys.contact(self._desk, record.id), _CONTACT, {"doc": record.model_dump_json(exclude_none=True)})
        found_by = [fold_address(record.address)] if record.address else []
        found_by += [fold_phone(record.phone)] if record.phone else []
        for key in found_by:
            self._claim(keys.contact_key(self._desk, key), {"contact_id": record.id})

    def enter_company(
        self,
        *,
        name: str,
        tier: str,
        domains: tuple[str, ...],
        account_manager: str | None,
        language: Language | None,
    ) -> CompanyRecord:
        """Enter a company, or update the one that its name or one of its domains leads to."""
        _, known = self._known([], [*domains, fold_name(name)])
        record = CompanyRecord(
            id=known.id if known else company_id(fold_name(name)),
            name=name,
            tier=tier,
            domains=domains,
            account_manager=account_manager,
            language=language,
        )
        if record != known:
            self.save_company(record)
        return record

    def save_company(self, record: CompanyRecord) -> None:
        """Store the company, and let its domains and name lead to it unless they lead elsewhere."""
        self._put(keys.company(self._desk, record.id), _COMPANY, {"doc": record.model_dump_json(exclude_none=True)})
        for key in (*record.domains, fold_name(record.name)):
            self._claim(keys.company_key(self._desk, key), {"company_id": record.id})

    def _known(
        self, contact_keys: Sequence[str], company_keys: Sequence[str]
    ) -> tuple[ContactRecord | None, CompanyRecord | None]:
        """The contact and the company that the first known of their keys lead to; two reads in all."""
        of_contact = [keys.contact_key(self._desk, key) for key in contact_keys]
        of_company = [keys.company_key(self._desk, key) for key in company_keys]
        found = self._items((pk, _KEY) for pk in (*of_contact, *of_company))
        contact = next((found[pk]["contact_id"]["S"] for pk in of_contact if pk in found), None)
        company = next((found[pk]["company_id"]["S"] for pk in of_company if pk in found), None)
        wanted = [(keys.contact(self._desk, contact), _CONTACT)] if contact else []
        wanted += [(keys.company(self._desk, company), _COMPANY)] if company else []
        docs = {pk: item["doc"]["S"] for pk, item in self._items(wanted).items()}
        return (
            ContactRecord.model_validate_json(docs[keys.contact(self._desk, contact)]) if contact else None,
            CompanyRecord.model_validate_json(docs[keys.company(self._desk, company)]) if company else None,
        )

    def _company_of(self, caller: Caller, record: ContactRecord | None) -> CompanyRecord | None:
        """The company of somebody whose address and words name none that is known."""
        if record and record.company_id:
            return self.company(record.company_id)
        name = fold_name(caller.company or "")
        if not caller.company or not name:
            return None
        entered = CompanyRecord(id=company_id(name), name=caller.company.strip())
        self.save_company(entered)
        return entered

    def _doc(self, pk: str, sk: str) -> str | None:
        item = self._item(pk, sk)
        return item["doc"]["S"] if item else None

    def _items(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The items there are of `wanted` (pk, sk), by pk."""
        left: Any = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in wanted]
        found: dict[str, Any] = {}
        while left:
            asked: Any = {self._table: {"Keys": left, "ConsistentRead": True}}
            answer: Any = self._client.batch_get_item(RequestItems=asked)
            found |= {item["pk"]["S"]: item for item in answer["Responses"][self._table]}
            left = answer["UnprocessedKeys"].get(self._table, {}).get("Keys")
        return found

    def _item(self, pk: str, sk: str) -> Any:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def _put(self, pk: str, sk: str, values: dict[str, str], **condition: str) -> None:
        item: dict[str, Any] = {name: {"S": value} for name, value in {"pk": pk, "sk": sk, **values}.items()}
        self._client.put_item(TableName=self._table, Item=item, **condition)  # type: ignore[arg-type]  # one condition

    def _claim(self, pk: str, values: dict[str, str]) -> None:
        try:
            self._put(pk, _KEY, values, ConditionExpression="attribute_not_exists(pk)")
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def _company_keys(caller: Caller) -> list[str]:
    """Where the company may be found, the mail domain before the name."""
    return [key for key in (business_domain(caller.address), fold_name(caller.company or "")) if key]


def _contact_keys(caller: Caller) -> list[str]:
    found_by = [fold_address(caller.address)] if caller.address else []
    found_by += [fold_phone(caller.phone)] if caller.phone else []
    if not found_by or not all(found_by):
        raise ValueError("a caller has an address or a phone number")
    return found_by
