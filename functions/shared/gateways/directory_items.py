"""The items that customers are kept in."""

from typing import Final

from functions.shared.contracts.words import DeskId
from functions.shared.domain.directory import CompanyRecord, ContactRecord, fold_address, fold_phone
from functions.shared.gateways import keys
from functions.shared.gateways.items import Item

CONTACT: Final = "CONTACT"
COMPANY: Final = "COMPANY"
KEY: Final = "KEY"


def contact_item(desk: DeskId, record: ContactRecord) -> Item:
    """The contact; in the lists too, unless merged into another."""
    doc, sort_key = record.model_dump_json(exclude_none=True), f"{record.sort_key}#{record.id}"
    listed = {"contact_pk": keys.contacts(desk), "contact_sk": sort_key, "summary": doc}
    if record.company_id:
        listed |= {"company_pk": keys.contacts_of(desk, record.company_id), "company_sk": sort_key}
    place = {"pk": keys.contact(desk, record.id), "sk": CONTACT, "doc": doc}
    return _item({**place, **({} if record.merged_into else listed)})


def company_item(desk: DeskId, record: CompanyRecord) -> Item:
    """The company; in the list too, unless merged into another."""
    doc = record.model_dump_json(exclude_none=True)
    listed = {
        "company_pk": keys.companies(desk),
        "company_sk": f"{record.sort_key}#{record.id}",
        "summary": doc,
    }
    place = {"pk": keys.company(desk, record.id), "sk": COMPANY, "doc": doc}
    return _item({**place, **({} if record.merged_into else listed)})


def contact_key_item(desk: DeskId, key: str, record: ContactRecord) -> Item:
    """What leads from an address or phone number to a contact. That of the address lists the number they only said."""
    said = fold_phone(record.said_phone or "") if key == fold_address(record.address or "") else ""
    return _item(
        {
            "pk": keys.contact_key(desk, key),
            "sk": KEY,
            "contact_id": record.id,
            "contact_pk": keys.contact_keys(desk),
            "contact_sk": key,
            "summary": record.id,
            **({"company_pk": keys.said_phones(desk), "company_sk": said} if said else {}),
        }
    )


def company_key_item(desk: DeskId, key: str, record: CompanyRecord) -> Item:
    """What leads from a domain or folded name to a company."""
    return _item(
        {
            "pk": keys.company_key(desk, key),
            "sk": KEY,
            "company_id": record.id,
            "company_pk": keys.company_keys(desk),
            "company_sk": key,
            "summary": record.id,
        }
    )


def free_key_item(pk: str) -> Item:
    """What leads to nobody any more, and is anybody's."""
    return _item({"pk": pk, "sk": KEY})


def _item(values: dict[str, str]) -> Item:
    return {name: {"S": value} for name, value in values.items()}
