"""Names without what nobody sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.directory import Caller, fold_name
from functions.shared.domain.form_answers import tidied
from functions.shared.domain.visible import clean_name, is_visible, title_from


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("王芳", "王芳"),
        ("  Ann \t Lee\r\n", "Ann Lee"),
        ("Ann\x00\x1b Lee\x7f", "Ann Lee"),
        ("line\u2028break", "line break"),
        ("\u202eeeL nnA\u202c", "eeL nnA"),
        ("Ac\u200bme\ufeff\u2060 G\u00admbH", "Acme GmbH"),
        ("\u2066Acme\u2069", "Acme"),
        ("ㅤ王\u115f芳\u2800", "王芳"),
        ("Ann\U000e0041\U000e0042", "Ann"),
        ("Ann\ud800", "Ann"),
        ("Ame\u0301lie", "Amélie"),
        ("全角　空格", "全角 空格"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔧 Ann", "👩\u200d🔧 Ann"),
        ("Ac\u200cme \u200d", "Acme"),
        ("\u200b\u202e\t", ""),
    ],
)
def test_a_name_is_kept_as_it_is_seen(written: str, seen: str) -> None:
    assert clean_name(written) == seen


@given(st.text())
def test_cleaning_leaves_nothing_to_clean(name: str) -> None:
    once = clean_name(name)
    assert clean_name(once) == once
    assert is_visible(once) == bool(once) == is_visible(name)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(letter) for letter in once}


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("\u202etxt.exe", "x"), "txt.exe"),
        (("\u200b\u3164", " ", "报表\u200b打不开 "), "报表打不开"),
        (("\u200b" * 3_000 + "far away",), "far away"),
        (("题" * 300,), "题" * 200),
        (("\u200b",), ""),
        ((), ""),
    ],
)
def test_a_title_is_the_first_line_in_which_anything_is_seen(lines: tuple[str, ...], title: str) -> None:
    assert title_from(*lines) == title


def test_whoever_asks_is_called_what_people_see() -> None:
    caller = Caller(name="\u202eAnn\u200b\n", company="Acme\u2028 Ltd", address="a@acme.example")
    assert (caller.name, caller.company) == ("Ann", "Acme Ltd")


def test_companies_that_look_the_same_are_the_same() -> None:
    assert fold_name("Ac\u200bme") == fold_name("\u2066ACME\u2069 ") == "acme"


def test_an_answer_that_nobody_sees_is_none() -> None:
    assert tidied("\u3164\u200b") is None
