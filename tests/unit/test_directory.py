import pytest

from functions.shared.domain.directory import business_domain, fold_address, fold_name, fold_phone


@pytest.mark.parametrize(
    ("phone", "folded"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("010-8888 6666", "01088886666"),
        ("+1 (415) 555-0100", "14155550100"),
        ("１３８００１３８０００", "13800138000"),
    ],
)
def test_one_phone_is_one_phone_however_it_is_written(phone: str, folded: str) -> None:
    assert fold_phone(phone) == folded


def test_an_address_is_looked_up_without_case_and_width() -> None:
    assert fold_address(" Wang@Acme.Example ") == fold_address("ｗａｎｇ@acme.example") == "wang@acme.example"


def test_a_companys_name_is_looked_up_without_case_width_and_spacing() -> None:
    assert fold_name("  ACME　Ltd ") == fold_name("Acme  ltd")


@pytest.mark.parametrize("address", ["someone@qq.com", "someone@GMAIL.com", None, "no-address"])
def test_free_mail_tells_nothing_about_the_company(address: str | None) -> None:
    assert business_domain(address) is None


def test_a_business_address_tells_the_company() -> None:
    assert business_domain("Wang@Acme.Example") == "acme.example"
