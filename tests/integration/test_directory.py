"""Contacts and companies in the table, and companies from a file."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.shared.contracts.events import Said
from functions.shared.contracts.words import Language
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
from tests.factories import DESK, default_config
from tests.integration.conftest import TABLE

SAMPLE = Path(__file__).parents[2] / "events" / "samples" / "companies.csv"


@pytest.fixture
def directory(dynamodb: Any) -> Directory:
    return Directory(dynamodb, TABLE, DESK, Language.ZH)


@pytest.fixture
def search(dynamodb: Any, directory: Directory) -> DirectorySearch:
    return DirectorySearch(dynamodb, TABLE, DESK, directory)


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


def test_an_address_that_was_let_go_is_the_next_ones_who_writes_from_it(directory: Directory) -> None:
    wang, _ = directory.recognise(Caller(name="王芳", address="support@acme.example"))
    before = directory.contact(wang.id)
    directory.change_contact(before, before.model_copy(update={"address": "wang@acme.example"}))

    li, _ = directory.recognise(Caller(name="李雷", address="support@acme.example"))
    assert (li.id != wang.id, directory.contact(wang.id).name) == (True, "王芳")
    assert directory.recognise(Caller(address="support@acme.example"))[0].id == li.id

    left = directory.contact(li.id)
    directory.change_contact(left, left.model_copy(update={"address": "li@acme.example"}))
    third, _ = directory.recognise(Caller(address="support@acme.example"))
    assert len({wang.id, li.id, third.id}) == 3
    fourth = directory.contact(third.id)
    directory.change_contact(fourth, fourth.model_copy(update={"address": None, "phone": "13800138000"}))
    now = directory.contact(wang.id)
    directory.change_contact(now, now.model_copy(update={"address": "support@acme.example"}))
    assert directory.recognise(Caller(address="support@acme.example"))[0].id == wang.id


def test_a_domain_and_a_name_that_were_taken_out_are_free_for_another_company(directory: Directory) -> None:
    enter_samples(directory)
    wrong, right = directory.companies_at(["huaxing-retail.example", "云杉软件"]).values()
    directory.change_company(wrong, wrong.model_copy(update={"domains": (), "name": "华星"}))
    assert directory.recognise(Caller(address="new@huaxing-retail.example"))[1] is None

    directory.change_company(right, right.model_copy(update={"domains": (*right.domains, "huaxing-retail.example")}))
    _, company = directory.recognise(Caller(address="new@huaxing-retail.example"))
    assert company is not None
    assert company.id == right.id

    _, claimed = directory.recognise(Caller(address="x@qq.com", company="华星零售集团"))
    assert claimed is not None
    assert claimed.id not in (wrong.id, right.id)
    assert directory.company(wrong.id).tier == "vip"


def test_what_leads_to_a_merged_contact_is_theirs_too_to_take_over_and_to_let_go(directory: Directory) -> None:
    phoned, _ = directory.recognise(Caller(name="王芳", phone="138 0013 8000"))
    wrote, _ = directory.recognise(Caller(name="王芳", address="wang@acme.example"))
    directory.merge_contacts(phoned.id, wrote.id)

    before = directory.contact(wrote.id)
    after = before.model_copy(update={"phone": "13800138000"})
    directory.change_contact(before, after)
    assert directory.contact(phoned.id).phone is None
    assert directory.contact_at("13800138000") == after

    directory.change_contact(after, before)
    assert directory.contact_at("13800138000") is None
    directory.take_out_contact(phoned.id)
    stranger, _ = directory.recognise(Caller(phone="13800138000"))
    assert stranger.id not in (phoned.id, wrote.id)


def test_a_merged_companys_domain_comes_over_with_its_record(directory: Directory) -> None:
    enter_samples(directory)
    old, new = directory.companies_at(["云杉软件", "northwind-outdoor.example"]).values()
    directory.merge_companies(old.id, new.id)
    into = directory.company(new.id)

    directory.change_company(into, into.model_copy(update={"domains": (*into.domains, "yunshan-soft.example")}))
    directory.take_out_company(old.id)

    _, company = directory.recognise(Caller(address="a@yunshan-soft.example"))
    assert company is not None
    assert (company.id, directory.company(old.id).domains) == (new.id, ())


def test_a_number_that_was_only_said_suggests_its_contact_and_leads_to_nobody(
    directory: Directory, search: DirectorySearch
) -> None:
    wang, _ = directory.recognise(Caller(name="王芳", address="wang@acme.example", phone="+86 138 0013 8000"))

    assert directory.contact_at("13800138000") is None
    assert search.find_contacts("138001") == ()
    (found,) = search.find_who_said("138001")
    assert (found.id, found.phone, found.said_phone) == (wang.id, None, "+86 138 0013 8000")
    assert search.find_who_said("wang@") == search.find_who_said("1390") == ()

    caller, _ = directory.recognise(Caller(phone="13800138000"))
    assert caller.id != wang.id


def test_whoever_is_known_is_suggested_by_the_number_they_said_last(
    directory: Directory, search: DirectorySearch
) -> None:
    wang, _ = directory.recognise(Caller(name="王芳", address="wang@acme.example"))
    for phone in ("138 0013 8000", "139 0013 9000"):
        directory.recognise(Caller(address="wang@acme.example", phone=phone))

    assert search.find_who_said("138") == ()
    assert [one.id for one in search.find_who_said("139 0013")] == [wang.id]
    assert directory.recognise(Caller(address="wang@acme.example"))[0].phone is None

    said = directory.contact(wang.id)
    directory.change_contact(said, said.model_copy(update={"phone": "13900139000"}).settled())
    assert search.find_who_said("139") == ()
    assert [one.id for one in search.find_contacts("139")] == [wang.id]
    again, _ = directory.recognise(Caller(address="wang@acme.example", phone="139 0013 9000"))
    assert (directory.contact(wang.id).said_phone, again.phone_of) == (None, None)


def test_who_said_a_number_under_an_address_that_was_merged_is_suggested_as_who_they_are(
    directory: Directory, search: DirectorySearch
) -> None:
    old, _ = directory.recognise(Caller(address="wang@old.example"))
    new, _ = directory.recognise(Caller(address="wang@new.example"))
    directory.merge_contacts(old.id, new.id)

    directory.recognise(Caller(address="wang@old.example", phone="13800138000"))

    assert [one.id for one in search.find_who_said("138001")] == [new.id]
    assert directory.contact(old.id).said_phone is None


def test_a_number_that_was_said_before_a_merge_suggests_who_they_are_afterwards(
    directory: Directory, search: DirectorySearch
) -> None:
    old, _ = directory.recognise(Caller(address="wang@old.example", phone="13800138000"))
    new, _ = directory.recognise(Caller(address="wang@new.example"))
    directory.merge_contacts(old.id, new.id)

    assert [one.id for one in search.find_who_said("138001")] == [new.id]


ADDRESSES = st.sampled_from([f"{name}@acme.example" for name in "abc"])
NUMBERS = st.sampled_from([f"1380013800{digit}" for digit in range(3)])
CONTACT = st.integers(0, 9)
DEEDS = st.one_of(
    st.tuples(st.just("write"), ADDRESSES, st.none() | NUMBERS),
    st.tuples(st.just("call"), NUMBERS),
    st.tuples(st.just("change"), CONTACT, st.none() | ADDRESSES, st.none() | NUMBERS),
    st.tuples(st.just("merge"), CONTACT, CONTACT),
    st.tuples(st.just("take out"), CONTACT),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=14))
def test_whatever_is_done_everybody_is_found_by_what_stands_in_their_record_and_by_nothing_else(
    dynamodb: Any, deeds: list[Any]
) -> None:
    desk = f"d{uuid4().hex[:8]}"
    directory, met = Directory(dynamodb, TABLE, desk, Language.ZH), list[str]()
    for deed in deeds:
        try:
            match deed:
                case "write", address, number:
                    met.append(directory.recognise(Caller(address=address, phone=number))[0].id)
                case "call", number:
                    met.append(directory.recognise(Caller(phone=number))[0].id)
                case "change", who, address, number if met:
                    before = directory.contact(met[who % len(met)])
                    after = before.model_copy(update={"address": address, "phone": number})
                    directory.change_contact(before, after.settled())
                case "merge", one, other if met:
                    directory.merge_contacts(met[one % len(met)], met[other % len(met)])
                case "take out", who if met:
                    directory.take_out_contact(met[who % len(met)])
        except (BelongsToAnother, CannotMerge):
            continue

    everything = dynamodb.scan(TableName=TABLE)["Items"]
    mine = [item for item in everything if item["pk"]["S"].startswith(f"{desk}#")]
    records = [ContactRecord.model_validate_json(item["doc"]["S"]) for item in mine if "doc" in item]
    found = {item["contact_sk"]["S"]: item["contact_id"]["S"] for item in mine if "contact_id" in item}
    assert found == {key: record.id for record in records for key in record.found_by}


def test_two_calls_that_enter_the_same_stranger_enter_one(directory: Directory) -> None:
    record = ContactRecord(id="con_00000001", name="王芳", address="wang@acme.example")

    assert directory.enter_contact(record) == directory.enter_contact(record.model_copy(update={"name": "W"})) == record
    other = record.model_copy(update={"id": "con_00000002"})
    with pytest.raises(BelongsToAnother):
        directory.enter_contact(other)
    with pytest.raises(ContactNotFound):
        directory.contact(other.id)


def test_who_meets_anothers_transaction_tries_again(
    dynamodb: Any, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, met = dynamodb.transact_write_items, iter([True, True, False])

    def meet(**request: Any) -> Any:
        if next(met):
            reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}], "Error": {"Code": "x", "Message": "x"}}
            raise dynamodb.exceptions.TransactionCanceledException(reasons, "TransactWriteItems")
        return write(**request)

    monkeypatch.setattr(dynamodb, "transact_write_items", meet)
    contact, _ = directory.recognise(Caller(address="wang@acme.example"))

    assert directory.contact(contact.id).address == "wang@acme.example"


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
    assert found("  ") == found("nobody") == []


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
