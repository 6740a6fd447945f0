"""What finds customers: what stands in their records, and a number that they only said."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.shared.contracts.words import Language
from functions.shared.domain.directory import Caller, ContactRecord
from functions.shared.domain.errors import BelongsToAnother, CannotMerge, ContactNotFound
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.directory_search import DirectorySearch
from tests.integration.conftest import TABLE
from tests.integration.test_directory import enter_samples


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


def test_an_address_may_be_handed_on_as_often_as_one_likes(directory: Directory) -> None:
    met = set()
    for turn in range(8):
        contact, _ = directory.recognise(Caller(address="support@acme.example"))
        met.add(contact.id)
        before = directory.contact(contact.id)
        directory.change_contact(before, before.model_copy(update={"address": f"{turn}@acme.example"}))

    assert len(met) == 8


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


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
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
