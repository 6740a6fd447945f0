"""Contacts and companies in the table, and companies from a file."""

from pathlib import Path
from typing import Any

import pytest

from functions.shared.contracts.words import Language
from functions.shared.domain.directory import Caller, ContactRecord
from functions.shared.domain.errors import CompanyNotFound, ContactNotFound
from functions.shared.gateways.directory import Directory
from ops.companies import Rejected, import_companies, read_companies
from ops.failure import Failure
from tests.factories import DESK, default_config
from tests.integration.conftest import TABLE

SAMPLE = Path(__file__).parents[2] / "events" / "samples" / "companies.csv"


@pytest.fixture
def directory(dynamodb: Any) -> Directory:
    return Directory(dynamodb, TABLE, DESK, Language.ZH)


def test_a_stranger_is_entered_and_known_by_their_address_from_then_on(directory: Directory) -> None:
    contact, company = directory.recognise(Caller(name="王芳", address="Wang@Acme.example", phone="+86 138 0013 8000"))

    assert company is None
    again, _ = directory.recognise(Caller(address="wang@acme.example"))
    assert (again.id, again.name, again.phone) == (contact.id, "王芳", "+86 138 0013 8000")


def test_who_has_no_address_is_known_by_phone(directory: Directory) -> None:
    contact, _ = directory.recognise(Caller(name="王芳", phone="+86 138 0013 8000"))

    found = directory.contact_at("138 0013 8000")
    assert found is not None
    assert found.id == contact.id


def test_nobody_changes_who_is_known_by_writing_in_their_name(directory: Directory) -> None:
    import_companies(SAMPLE, default_config(), directory)
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
    import_companies(SAMPLE, default_config(), directory)
    _, vip = directory.recognise(Caller(address="first@northwind-outdoor.example"))
    assert vip is not None
    directory.save_contact(ContactRecord(id="con_00000001", address="private@qq.com", company_id=vip.id))

    assert directory.recognise(Caller(address="private@qq.com", company="Elsewhere"))[1] == vip


def test_the_mail_domain_tells_the_company_before_the_name_that_is_claimed(directory: Directory) -> None:
    import_companies(SAMPLE, default_config(), directory)
    _, company = directory.recognise(Caller(address="new@northwind-outdoor.example", company="华星零售集团"))

    assert company is not None
    assert (company.name, company.tier, company.account_manager) == ("Northwind Outdoor", "vip", "ma-li")


def test_a_company_is_found_by_a_careless_spelling_and_entered_when_new(directory: Directory) -> None:
    import_companies(SAMPLE, default_config(), directory)
    _, known = directory.recognise(Caller(address="a@qq.com", company=" northwind  OUTDOOR "))
    _, entered = directory.recognise(Caller(address="b@qq.com", company="新公司"))
    _, again = directory.recognise(Caller(address="c@qq.com", company="新公司"))

    assert known is not None
    assert (known.name, known.tier, known.is_claimed) == ("Northwind Outdoor", "standard", True)
    assert entered == again


def test_a_company_first_met_by_name_keeps_its_tickets_when_it_is_imported(directory: Directory) -> None:
    _, met = directory.recognise(Caller(address="a@qq.com", company="华星零售集团"))
    import_companies(SAMPLE, default_config(), directory)
    _, imported = directory.recognise(Caller(address="b@huaxing-retail.example"))

    assert met is not None
    assert imported is not None
    assert (imported.id, imported.tier) == (met.id, "vip")


def test_importing_twice_changes_nothing(directory: Directory) -> None:
    first = import_companies(SAMPLE, default_config(), directory)

    assert first == import_companies(SAMPLE, default_config(), directory) == (8, [])


def test_what_is_not_there_is_not_found(directory: Directory) -> None:
    with pytest.raises(ContactNotFound):
        directory.contact("con_00000000")
    with pytest.raises(CompanyNotFound):
        directory.company("com_00000000")
    assert directory.contact_at("nobody@nowhere.example") is None


def test_a_bad_line_is_refused_with_its_number_and_the_others_are_read(tmp_path: Path) -> None:
    file = tmp_path / "companies.csv"
    file.write_text("name,tier,account_manager\nGood,vip,\n,vip,\nBad,vip,nobody\n", encoding="utf-8")
    rows = list(read_companies(file, default_config()))

    assert [row.line for row in rows if isinstance(row, Rejected)] == [3, 4]
    assert len(rows) == 3


@pytest.mark.parametrize("content", [b"", b"company,colour\nx,y\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_list_of_companies_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "companies.csv"
    file.write_bytes(content)

    with pytest.raises(Failure):
        list(read_companies(file, default_config()))
