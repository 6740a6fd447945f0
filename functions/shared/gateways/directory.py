"""Contacts and companies in the single table, found by address, phone, domain or name."""

import time
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

_READS = 5
_PAUSE_S = 0.05
"""What a busy table leaves unread is asked for again, each time a little later."""

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

        Anybody may say anything here. So nothing that is known is changed, a stranger is found again only by what
        they are answered at, and only the mail domain and what the desk knows of the contact tell the company; one
        that is merely named counts for no tier.

        Raises:
            ValueError: the caller has neither address nor phone.
        """
        contact_keys = _contact_keys(caller)
        domain, name = business_domain(caller.address), fold_name(caller.company or "")
        record, by_domain, by_name = self._known(contact_keys[0], domain, name)
        company = by_domain
        if company is None and record and record.company_id:
            company = self.company(record.company_id)
        if record is None:
            record = ContactRecord(
                id=contact_id(contact_keys[0]),
                name=caller.name,
                address=fold_address(caller.address) if caller.address else None,
                phone=caller.phone,
                language=caller.language,
                company_id=company.id if company else None,
            )
            self._store_contact(record, contact_keys[:1])
        contact = snapshot(record, caller, self._default_language)
        if company:
            return contact, company.as_company()
        if not caller.company or not name:
            return contact, None
        claimed = by_name or CompanyRecord(id=company_id(name), name=caller.company.strip())
        if by_name is None:
            self.save_company(claimed)
        return contact, claimed.as_claimed()

    def contact(self, contact_id: ContactId) -> ContactRecord:
        """Raises ContactNotFound."""
        doc = self._doc(keys.contact(self._desk, contact_id), _CONTACT)
        if doc is None:
            raise ContactNotFound(contact_id)
        return ContactRecord.model_validate_json(doc)

    def contact_at(self, address_or_phone: str) -> ContactRecord | None:
        """The contact known under an address or phone number."""
        fold = fold_address if "@" in address_or_phone else fold_phone
        return self._known(fold(address_or_phone))[0]

    def company(self, company_id: CompanyId) -> CompanyRecord:
        """Raises CompanyNotFound."""
        doc = self._doc(keys.company(self._desk, company_id), _COMPANY)
        if doc is None:
            raise CompanyNotFound(company_id)
        return CompanyRecord.model_validate_json(doc)

    def save_contact(self, record: ContactRecord) -> None:
        """Store the contact, and let its address and phone lead to it unless they lead elsewhere."""
        found_by = [fold_address(record.address)] if record.address else []
        found_by += [fold_phone(record.phone)] if record.phone else []
        self._store_contact(record, found_by)

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
        known = self._company_found_by([*domains, fold_name(name)])
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
        self, contact_key: str, domain: str | None = None, name: str = ""
    ) -> tuple[ContactRecord | None, CompanyRecord | None, CompanyRecord | None]:
        """The contact, and the companies of a mail domain and of a name; two reads in all."""
        contact_pk = keys.contact_key(self._desk, contact_key)
        domain_pk, name_pk = (keys.company_key(self._desk, key) if key else "" for key in (domain, name))
        found = self._items((pk, _KEY) for pk in (contact_pk, domain_pk, name_pk) if pk)
        contact = found[contact_pk]["contact_id"]["S"] if contact_pk in found else None
        of_domain, of_name = (found[pk]["company_id"]["S"] if pk in found else None for pk in (domain_pk, name_pk))
        wanted = [(keys.contact(self._desk, contact), _CONTACT)] if contact else []
        wanted += [(keys.company(self._desk, company), _COMPANY) for company in {of_domain, of_name} if company]
        docs = {pk: item["doc"]["S"] for pk, item in self._items(wanted).items()}
        by_domain, by_name = (
            CompanyRecord.model_validate_json(docs[keys.company(self._desk, company)]) if company else None
            for company in (of_domain, of_name)
        )
        if contact is None:
            return None, by_domain, by_name
        return ContactRecord.model_validate_json(docs[keys.contact(self._desk, contact)]), by_domain, by_name

    def _company_found_by(self, company_keys: Sequence[str]) -> CompanyRecord | None:
        """The company that the first known of its domains and names leads to."""
        places = [keys.company_key(self._desk, key) for key in company_keys]
        found = self._items((pk, _KEY) for pk in places)
        return next((self.company(found[pk]["company_id"]["S"]) for pk in places if pk in found), None)

    def _store_contact(self, record: ContactRecord, found_by: Sequence[str]) -> None:
        self._put(keys.contact(self._desk, record.id), _CONTACT, {"doc": record.model_dump_json(exclude_none=True)})
        for key in found_by:
            self._claim(keys.contact_key(self._desk, key), {"contact_id": record.id})

    def _doc(self, pk: str, sk: str) -> str | None:
        item = self._item(pk, sk)
        return item["doc"]["S"] if item else None

    def _items(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The items there are of `wanted` (pk, sk), by pk."""
        left: Any = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in wanted]
        found: dict[str, Any] = {}
        for attempt in range(_READS):
            if not left:
                return found
            time.sleep(_PAUSE_S * attempt)
            asked: Any = {self._table: {"Keys": left, "ConsistentRead": True}}
            answer: Any = self._client.batch_get_item(RequestItems=asked)
            found |= {item["pk"]["S"]: item for item in answer["Responses"][self._table]}
            left = answer["UnprocessedKeys"].get(self._table, {}).get("Keys")
        if left:
            raise TimeoutError(f"the table left {len(left)} keys unread")
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


def _contact_keys(caller: Caller) -> list[str]:
    found_by = [fold_address(caller.address)] if caller.address else []
    found_by += [fold_phone(caller.phone)] if caller.phone else []
    if not found_by or not all(found_by):
        raise ValueError("a caller has an address or a phone number")
    return found_by
