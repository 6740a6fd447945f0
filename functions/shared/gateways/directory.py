"""Contacts and companies in the single table, found by address, phone, domain or name."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
    handle_key,
    merge,
    snapshot,
    take_out,
)
from functions.shared.domain.errors import BelongsToAnother, CompanyNotFound, ContactNotFound, StaleCustomer
from functions.shared.gateways import keys
from functions.shared.gateways.directory_changes import COMPANIES, CONTACTS, Changes, owner_of
from functions.shared.gateways.directory_items import COMPANY, CONTACT, KEY
from functions.shared.gateways.items import Along, Items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_STEPS = 10
"""How far a merged record may lead; merging keeps the way shorter."""


class Directory:
    """The customers of one desk."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        desk: DeskId,
        default_language: Language,
        along: Sequence[Along] = (),
    ) -> None:
        """`along` is read with the customers that are recognised: what a ticket of theirs needs next."""
        self._along = along
        self._client = client
        self._table = table
        self._desk = desk
        self._default_language = default_language
        self._items = Items(client, table)
        self._contacts = Changes(client, table, desk, CONTACTS)
        self._companies = Changes(client, table, desk, COMPANIES)

    def recognise(self, caller: Caller, along: Sequence[Along] = ()) -> tuple[Contact, Company | None]:
        """Who is asking, and for whom; somebody unknown is entered. What is to be read `along` is.

        Anybody may say anything here. So nothing that is known is changed, and a stranger is found again only by what
        they are answered at: where the address and the phone number lead to different people, the address decides, and
        the other one is named for the agents to merge. Only the mail domain and what the desk knows of the contact tell
        the company; one that is merely named counts for no tier.

        Raises:
            ValueError: the caller has neither address nor phone nor handle.
        """
        found_by = _contact_keys(caller)
        domain, name = business_domain(caller.address), fold_name(caller.company or "")
        known, company, by_name = self._known(found_by, domain, name, (*self._along, *along))
        record = known.get(found_by[0])
        if company is None and record and record.company_id:
            company = self.current_company(record.company_id)
        if record is None:
            try:
                record = self._entered(caller, found_by[0], company)
            except BelongsToAnother:  # somebody of this address came first, a moment ago
                return self.recognise(caller)
        elif caller.address and caller.phone:
            record = self._heard(record, found_by, known.get(found_by[-1]), caller.phone)
        other = next((one.id for one in known.values() if one.id != record.id), None)
        contact = snapshot(record, caller, self._default_language, phone_of=other)
        called = caller.company.strip() if caller.company and name else None
        if company:
            return contact, company.as_company().model_copy(update={"said": called})
        if not called:
            return contact, None
        claimed = by_name or self._entered_company(name, called)
        return contact, claimed.as_claimed().model_copy(update={"said": called})

    def contact(self, contact_id: ContactId) -> ContactRecord:
        """The contact of this id, merged or not; raises ContactNotFound."""
        record = self._contacts.read(contact_id)
        if record is None:
            raise ContactNotFound(contact_id)
        return record

    def current_contact(self, contact_id: ContactId) -> ContactRecord:
        """Who the contact of this id is by now; raises ContactNotFound."""
        return self._contact_way(contact_id)[-1]

    def same_person(self, contact_id: ContactId) -> tuple[ContactId, ...]:
        """Every contact that is the same person as this one, themselves first; themselves only if not known at all."""
        try:
            record = self.current_contact(contact_id)
        except ContactNotFound:
            return (contact_id,)
        return tuple(dict.fromkeys((contact_id, record.id, *record.merged)))

    def contact_at(self, address_or_phone: str) -> ContactRecord | None:
        """The contact known under an address or phone number."""
        key = (fold_address if "@" in address_or_phone else fold_phone)(address_or_phone)
        return self._known([key])[0].get(key) if key else None

    def company(self, company_id: CompanyId) -> CompanyRecord:
        """The company of this id, merged or not; raises CompanyNotFound."""
        record = self._companies.read(company_id)
        if record is None:
            raise CompanyNotFound(company_id)
        return record

    def current_company(self, company_id: CompanyId) -> CompanyRecord:
        """Which company the one of this id is by now; raises CompanyNotFound."""
        return self._company_way(company_id)[-1]

    def enter_contact(self, record: ContactRecord) -> ContactRecord:
        """Store somebody new, found by address and phone; who they are, which may be under another id.

        Raises:
            BelongsToAnother: the address or phone leads to somebody.
        """
        return self._contacts.enter(record, record.found_by)

    def enter_company(self, record: CompanyRecord) -> CompanyRecord:
        """Store a new company, found by name and domains; raises BelongsToAnother likewise."""
        return self._companies.enter(record, (fold_name(record.name), *record.domains))

    def change_contact(self, before: ContactRecord, after: ContactRecord) -> None:
        """Store `after` in place of `before`, found by the address and phone that stand in it and by no others.

        Raises:
            BelongsToAnother: the address or phone leads to somebody else.
            StaleCustomer: it was changed meanwhile.
        """
        self._contacts.change(before, after)

    def change_company(self, before: CompanyRecord, after: CompanyRecord) -> None:
        """Store `after` in place of `before`, found by the domains and name that stand in it; raises likewise."""
        self._companies.change(before, after)

    def merge_contacts(self, source: ContactId, into: ContactId) -> ContactRecord:
        """Let the contact `source` lead to who `into` is by now; who that is.

        Raises:
            ContactNotFound: there is no such contact.
            CannotMerge: they are one already, or `source` leads elsewhere.
            StaleCustomer: one of them was changed meanwhile.
        """
        before = self.contact(source), self.current_contact(into)
        after = merge(*before)
        self._contacts.replace(before, after)
        return after[1]

    def take_out_contact(self, contact_id: ContactId) -> ContactRecord:
        """Undo the contact's merge; raises as merging does."""
        way = self._contact_way(contact_id)
        after = take_out(way[0], way[1:])
        self._contacts.replace(way, after)
        return after[0]

    def merge_companies(self, source: CompanyId, into: CompanyId) -> CompanyRecord:
        """Let the company `source` lead to what `into` is by now; see `merge_contacts`."""
        before = self.company(source), self.current_company(into)
        after = merge(*before)
        self._companies.replace(before, after)
        return after[1]

    def take_out_company(self, company_id: CompanyId) -> CompanyRecord:
        """Undo the company's merge; raises as merging does."""
        way = self._company_way(company_id)
        after = take_out(way[0], way[1:])
        self._companies.replace(way, after)
        return after[0]

    def contacts_at(self, found_by: Sequence[str]) -> Mapping[str, ContactRecord]:
        """Who is known by now under each of these folded addresses and phone numbers."""
        return self._known(found_by)[0]

    def companies_at(self, found_by: Sequence[str]) -> Mapping[str, CompanyRecord]:
        """Which company is known by now under each of these domains and folded names."""
        ids = self._companies.owners(found_by)
        records = {id_: self.current_company(id_) for id_ in dict.fromkeys(ids.values())}
        return {key: records[id_] for key, id_ in ids.items()}

    def _known(
        self, found_by: Sequence[str], domain: str | None = None, name: str = "", along: Sequence[Along] = ()
    ) -> tuple[Mapping[str, ContactRecord], CompanyRecord | None, CompanyRecord | None]:
        """The contacts by what finds them, and the companies of a mail domain and of a name.

        One read where the records are those that what finds them would have made, which it gets along with the keys;
        one more otherwise, and one for every step that merged records lead.
        """
        contact_pks = {key: keys.contact_key(self._desk, key) for key in found_by}
        domain_pk, name_pk = (keys.company_key(self._desk, key) if key else "" for key in (domain, name))
        likely = [(keys.contact(self._desk, contact_id(key)), CONTACT) for key in found_by]
        likely += [(keys.company(self._desk, company_id(name)), COMPANY)] if name else []
        led_by = [(pk, KEY) for pk in (*contact_pks.values(), domain_pk, name_pk) if pk]
        found = self._items.many([*led_by, *likely], along)
        owners = {key: owner_of(found.get(pk), "contact_id") for key, pk in contact_pks.items()}
        contacts = {key: owner for key, owner in owners.items() if owner}
        of_domain, of_name = (owner_of(found.get(pk), "company_id") for pk in (domain_pk, name_pk))
        wanted = [(keys.contact(self._desk, contact), CONTACT) for contact in dict.fromkeys(contacts.values())]
        wanted += [(keys.company(self._desk, company), COMPANY) for company in {of_domain, of_name} if company]
        found |= self._items.many(place for place in wanted if place[0] not in found)
        docs = {pk: item["doc"]["S"] for pk, item in found.items() if "doc" in item}
        people = {
            key: self._moved_contact(ContactRecord.model_validate_json(docs[keys.contact(self._desk, contact)]))
            for key, contact in contacts.items()
        }
        by_domain, by_name = (
            self._moved_company(CompanyRecord.model_validate_json(docs[keys.company(self._desk, company)]))
            if company
            else None
            for company in (of_domain, of_name)
        )
        return people, by_domain, by_name

    def _moved_contact(self, record: ContactRecord) -> ContactRecord:
        return self.current_contact(record.merged_into) if record.merged_into else record

    def _moved_company(self, record: CompanyRecord) -> CompanyRecord:
        return self.current_company(record.merged_into) if record.merged_into else record

    def _contact_way(self, contact_id: ContactId) -> list[ContactRecord]:
        """The contact of this id, and those it leads to, the last one being who they are by now."""
        way = [self.contact(contact_id)]
        while (onward := way[-1].merged_into) and len(way) < _STEPS:
            way.append(self.contact(onward))
        return way

    def _company_way(self, company_id: CompanyId) -> list[CompanyRecord]:
        """As `_contact_way`, of a company."""
        way = [self.company(company_id)]
        while (onward := way[-1].merged_into) and len(way) < _STEPS:
            way.append(self.company(onward))
        return way

    def _entered(self, caller: Caller, key: str, company: CompanyRecord | None) -> ContactRecord:
        """Who asks for the first time, found by `key` only: a number beside an address is merely said."""
        address = fold_address(caller.address) if caller.address else None
        record = ContactRecord(
            id=contact_id(key),
            name=caller.name,
            address=address,
            phone=None if address else caller.phone,
            said_phone=caller.phone if address else None,
            language=caller.language,
            company_id=company.id if company else None,
        )
        return self._moved_contact(self._contacts.enter(record, [key]))

    def _entered_company(self, key: str, called: str) -> CompanyRecord:
        try:
            return self._moved_company(self._companies.enter(CompanyRecord(id=company_id(key), name=called), [key]))
        except BelongsToAnother:  # it was entered a moment ago
            return self.companies_at([key])[key]

    def _heard(
        self, record: ContactRecord, found_by: Sequence[str], at_phone: ContactRecord | None, phone: str
    ) -> ContactRecord:
        """The contact with the number they now say, unless it finds them anyway."""
        address, number = found_by
        if number == fold_phone(record.said_phone or "") or (at_phone and at_phone.id == record.id):
            return record
        after = record.model_copy(update={"said_phone": phone})
        listed = {
            "TableName": self._table,
            "Key": {"pk": {"S": keys.contact_key(self._desk, address)}, "sk": {"S": KEY}},
            "UpdateExpression": "SET company_pk = :said, company_sk = :number",
            "ConditionExpression": "attribute_exists(contact_id)",
            "ExpressionAttributeValues": {":said": {"S": keys.said_phones(self._desk)}, ":number": {"S": number}},
        }
        try:
            self._contacts.replace([record], [after], {"Update": listed})
        except StaleCustomer:  # a hint is not worth refusing a report
            return record
        return after


def _contact_keys(caller: Caller) -> list[str]:
    found_by = [fold_address(caller.address)] if caller.address else []
    found_by += [fold_phone(caller.phone)] if caller.phone else []
    found_by += [handle_key(caller.handle)] if caller.handle and not any(found_by) else []
    if not found_by or not all(found_by):
        raise ValueError("a caller has an address, a phone number or a handle")
    return found_by
