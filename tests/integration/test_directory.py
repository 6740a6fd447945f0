"""Contacts and companies in the table, and companies from a file."""

from pathlib import Path
from typing import Any

import pytest

from functions.shared.contracts.events import Said
from functions.shared.domain.directory import Caller, ContactRecord
from functions.shared.domain.errors import (
    BelongsToAnother,
    CannotMerge,
    CompanyNotFound,
    ContactNotFound,
    StaleCustomer,
)
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.directory_search import DirectorySearch
from ops.customer_import import finish, import_companies
from tests.factories import default_config

SAMPLE = Path(__file__).parents[2] / "events" / "samples" / "companies.csv"


def enter_samples(directory: Directory) -> None:
    finish(import_companies(SAMPLE, default_config(), directory))


def test_a_stranger_is_entered_and_known_by_their_address_from_then_on(directory: Directory) -> None:
    contact, company = directory.recognise(Caller(name="王芳", address="Wang@Acme.example", phone="+86 138 0013 8000"))

    assert company is None
    again, _ = directory.recognise(Caller(address="wang@acme.example"))
    assert (again.id, again.name) == (contact.id, "王芳")


def test_a_customer_who_comes_again_is_recognised_in_one_read(dynamodb: Any, directory: Directory) -> None:
    caller = Caller(name="王芳", address="wang@acme.example", phone="+86 138 0013 8000", company="恒泰贸易")
    first = directory.recognise(caller)
    calls: list[str] = []
    dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

    assert directory.recognise(caller) == first
    assert calls == ["BatchGetItem"]


def test_what_is_known_of_somebody_is_kept_apart_from_what_they_say(directory: Directory) -> None:
    wang = ContactRecord(id="con_00000001", name="王芳", address="wang@acme.example", phone="+86 138 0013 8000")
    directory.enter_contact(wang)

    contact, _ = directory.recognise(Caller(name="Mallory", address="Wang@acme.example"))

    assert contact.phone == "+86 138 0013 8000"
    assert contact.said == Said(name="Mallory", address="wang@acme.example")


def test_who_has_no_address_is_known_by_phone(directory: Directory) -> None:
    contact, _ = directory.recognise(Caller(name="王芳", phone="+86 138 0013 8000"))

    found = directory.contact_at("138 0013 8000")
    assert found is not None
    assert found.id == contact.id


def test_nobody_changes_who_is_known_by_writing_in_their_name(directory: Directory) -> None:
    enter_samples(directory)
    vera, _ = directory.recognise(Caller(name="Vera", address="vera@smallco.example"))
    claims = Caller(name="PWNED", address="vera@smallco.example", phone="139 0000 0000", company="Northwind Outdoor")
    forged, company = directory.recognise(claims)
    assert company is not None
    assert (forged.id, forged.name, company.tier, company.is_claimed) == (vera.id, "PWNED", "standard", True)

    after, company = directory.recognise(Caller(address="vera@smallco.example"))
    assert (after.name, after.phone, company) == ("Vera", None, None)
    assert directory.contact_at("139 0000 0000") is None


def test_a_stranger_does_not_take_anothers_phone_number(directory: Directory) -> None:
    stranger, _ = directory.recognise(Caller(address="x@evil.example", phone="138 0013 8000"))
    caller, _ = directory.recognise(Caller(name="王芳", phone="138 0013 8000"))

    assert caller.id != stranger.id


def test_a_contact_that_the_desk_knows_brings_their_company_and_its_tier(directory: Directory) -> None:
    enter_samples(directory)
    _, vip = directory.recognise(Caller(address="first@northwind-outdoor.example"))
    assert vip is not None
    directory.enter_contact(ContactRecord(id="con_00000001", address="private@qq.com", company_id=vip.id))

    of_the_contact = directory.recognise(Caller(address="private@qq.com", company="Elsewhere"))[1]
    assert of_the_contact == vip.model_copy(update={"said": "Elsewhere"})


def test_the_mail_domain_tells_the_company_before_the_name_that_is_claimed(directory: Directory) -> None:
    enter_samples(directory)
    _, company = directory.recognise(Caller(address="new@northwind-outdoor.example", company="华星零售集团"))

    assert company is not None
    assert (company.name, company.tier, company.account_manager) == ("Northwind Outdoor", "vip", "ma-li")


def test_a_company_is_found_by_a_careless_spelling_and_entered_when_new(directory: Directory) -> None:
    enter_samples(directory)
    _, known = directory.recognise(Caller(address="a@qq.com", company=" northwind  OUTDOOR "))
    _, entered = directory.recognise(Caller(address="b@qq.com", company="新公司"))
    _, again = directory.recognise(Caller(address="c@qq.com", company="新公司"))

    assert known is not None
    assert (known.name, known.tier, known.is_claimed) == ("Northwind Outdoor", "standard", True)
    assert entered == again


def test_a_company_first_met_by_name_keeps_its_tickets_when_it_is_imported(directory: Directory) -> None:
    _, met = directory.recognise(Caller(address="a@qq.com", company="华星零售集团"))
    enter_samples(directory)
    _, imported = directory.recognise(Caller(address="b@huaxing-retail.example"))

    assert met is not None
    assert imported is not None
    assert (imported.id, imported.tier) == (met.id, "vip")


def test_what_is_not_there_is_not_found(directory: Directory) -> None:
    with pytest.raises(ContactNotFound):
        directory.contact("con_00000000")
    with pytest.raises(CompanyNotFound):
        directory.company("com_00000000")
    assert directory.contact_at("nobody@nowhere.example") is None


def test_where_address_and_phone_disagree_the_address_decides_and_the_other_is_named(directory: Directory) -> None:
    wang, _ = directory.recognise(Caller(name="王芳", address="wang@acme.example"))
    li, _ = directory.recognise(Caller(name="李雷", phone="138 0013 8000"))

    both, _ = directory.recognise(Caller(address="wang@acme.example", phone="+86 13800138000"))
    new, _ = directory.recognise(Caller(address="new@acme.example", phone="13800138000"))

    assert (both.id, both.phone_of) == (wang.id, li.id)
    assert new.id not in (wang.id, li.id)
    assert new.phone_of == li.id
    assert directory.recognise(Caller(phone="13800138000"))[0].phone_of is None


def test_who_was_merged_is_the_other_from_then_on_until_taken_out_again(directory: Directory) -> None:
    old, _ = directory.recognise(Caller(name="王芳", address="wang@old.example", phone="138 0013 8000"))
    new, _ = directory.recognise(Caller(name="王芳", address="wang@new.example"))
    assert directory.merge_contacts(old.id, new.id).merged == (old.id,)

    assert directory.recognise(Caller(address="wang@old.example"))[0].id == new.id
    found = directory.contact_at("wang@old.example")
    assert found is not None
    assert found.id == new.id
    assert set(directory.same_person(old.id)) == set(directory.same_person(new.id)) == {old.id, new.id}

    directory.take_out_contact(old.id)
    assert directory.recognise(Caller(address="wang@old.example"))[0].id == old.id
    assert directory.same_person(new.id) == (new.id,)


def test_merges_of_merges_are_found_and_undone_one_by_one(directory: Directory) -> None:
    ids = [directory.recognise(Caller(address=f"wang{n}@acme.example"))[0].id for n in range(4)]
    directory.merge_contacts(ids[0], ids[1])
    directory.merge_contacts(ids[1], ids[2])
    directory.merge_contacts(ids[3], ids[0])
    assert set(directory.same_person(ids[3])) == set(ids)

    directory.take_out_contact(ids[1])
    assert set(directory.same_person(ids[0])) == {ids[0], ids[1]}
    assert set(directory.same_person(ids[2])) == {ids[2], ids[3]}


def test_what_cannot_be_merged_is_refused(directory: Directory) -> None:
    a, b, c = (directory.recognise(Caller(address=f"{name}@acme.example"))[0].id for name in "abc")
    directory.merge_contacts(a, b)

    for source, into in ((a, a), (a, b), (b, a), (a, c)):
        with pytest.raises(CannotMerge):
            directory.merge_contacts(source, into)
    with pytest.raises(CannotMerge):
        directory.take_out_contact(c)
    with pytest.raises(ContactNotFound):
        directory.merge_contacts("con_00000000", b)


def test_a_merged_companys_people_belong_to_the_other(directory: Directory) -> None:
    enter_samples(directory)
    _, old = directory.recognise(Caller(address="a@yunshan-soft.example"))
    _, new = directory.recognise(Caller(address="a@huaxing-retail.example"))
    assert old is not None
    assert new is not None
    directory.merge_companies(old.id, new.id)

    assert directory.recognise(Caller(address="a@yunshan-soft.example"))[1] == new
    assert directory.recognise(Caller(address="b@yunshan-soft.example"))[1] == new

    directory.take_out_company(old.id)
    assert directory.recognise(Caller(address="b@yunshan-soft.example"))[1] == old


def test_a_changed_contact_is_found_by_what_stands_in_it_now_and_takes_nobody_elses(directory: Directory) -> None:
    wang, _ = directory.recognise(Caller(name="王芳", address="wang@acme.example"))
    directory.recognise(Caller(name="李雷", address="li@acme.example"))
    before = directory.contact(wang.id)

    after = before.model_copy(update={"address": "fang@acme.example", "phone": "13800138000", "tags": ("beta",)})
    directory.change_contact(before, after)
    for key in ("fang@acme.example", "138 0013 8000"):
        assert directory.contact_at(key) == after
    assert directory.contact_at("wang@acme.example") is None
    assert directory.recognise(Caller(address="fang@acme.example"))[0].tags == ("beta",)

    with pytest.raises(BelongsToAnother, match=r"li@acme\.example"):
        directory.change_contact(after, after.model_copy(update={"address": "li@acme.example"}))
    with pytest.raises(StaleCustomer):
        directory.change_contact(before, before.model_copy(update={"name": "王"}))
    assert directory.contact(wang.id) == after


def test_customers_are_found_by_how_their_names_addresses_phones_and_domains_begin(
    directory: Directory, search: DirectorySearch
) -> None:
    enter_samples(directory)
    directory.recognise(Caller(name="王芳", address="wang@huaxing-retail.example"))
    directory.recognise(Caller(name="Wang Lei", phone="+86 138 0013 8000"))

    def found(text: str) -> list[str]:
        return [one.name for one in (*search.find_contacts(text), *search.find_companies(text))]

    assert found("王") == ["王芳"]
    assert found("WANG") == ["Wang Lei", "王芳"]
    assert found("138 001") == ["Wang Lei"]
    assert found("+86 138") == ["Wang Lei"]
    assert found("huaxing") == ["华星零售集团"]
    assert found("@huaxing-retail.e") == ["华星零售集团"]
    assert found("northw") == ["Northwind Outdoor"]
    assert found("\u200b") == found("\x00") == found(" ") == found("@") == []
    assert found("  ") == found("nobody") == []


def test_nobody_is_entered_whom_nothing_leads_to(directory: Directory) -> None:
    with pytest.raises(ValueError, match="nothing would lead to con_0000000a"):
        directory.enter_contact(ContactRecord(id="con_0000000a", phone="---"))


def test_lists_go_on_where_they_ended_and_leave_out_who_was_merged(
    directory: Directory, search: DirectorySearch
) -> None:
    enter_samples(directory)
    ids = [directory.recognise(Caller(name=f"甲{n}", address=f"a{n}@huaxing-retail.example"))[0].id for n in range(5)]
    directory.merge_contacts(ids[4], ids[0])
    company = directory.contact(ids[0]).company_id
    assert company is not None

    first = search.contacts_of(company, limit=3)
    rest = search.contacts_of(company, limit=3, after=first.after)
    assert [one.id for one in (*first.records, *rest.records)] == ids[:4]
    assert (first.after is not None, rest.after) == (True, None)
    assert [one.id for one in search.contacts("甲").records] == ids[:4]
    assert [one.id for one in search.find_contacts("a4@")] == [ids[0]]
    assert len(search.companies(limit=100).records) == 8
