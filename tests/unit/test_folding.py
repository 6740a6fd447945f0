"""Folding: what texts have in common when rules compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.folding import Keyword, fold
from functions.shared.domain.han import TO_SIMPLIFIED
from ops import han_table


def test_the_table_is_what_the_dictionaries_give():
    assert han_table.TABLE.read_text(encoding="utf-8") == han_table.source()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("請開發票", "请开发票"),
        ("系統無法訪問，資料庫當機", "系统无法访问,资料库当机"),
        ("乾淨的頭髮", "干净的头发"),
        ("接著說", "接着说"),
        ("回覆", "回复"),
        ("瞭解", "了解"),
        ("臺灣、台灣", "台湾、台湾"),
        ("衞生", "卫生"),
        ("ＶＡＴ　發票", "vat 发票"),
    ],
)
def test_traditional_and_simplified_are_one(one, other):
    assert fold(one) == fold(other)


def test_a_regional_word_stays_another_word():
    assert fold("軟體") != fold("软件")


def test_simplified_text_stays_as_it_is():
    text = "发票开错了,请重新开具一张专票,后天以前寄到上海"

    assert fold(text) == text


@given(st.text() | st.text(alphabet=st.sampled_from(sorted(map(chr, TO_SIMPLIFIED)))))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_all_letters_do(text):
    assert fold(text) == fold(f"{text} 发").removesuffix("发").rstrip()


def test_a_keyword_is_found_in_the_other_kind_of_chinese():
    assert Keyword.of(fold("发票")).occurs_in(fold("請開發票"))
    assert Keyword.of(fold("發票")).occurs_in(fold("请开发票"))
