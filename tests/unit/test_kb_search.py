"""What people type and what they must find."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.kb.search_index import SearchIndex, build_index, require_fts5
from functions.kb.words import Fragment, indexed_words, query_terms, snippet
from tests.article_factories import make_published

ARTICLES = [
    make_published(1, title="报表无法导出", symptom="点击导出按钮后提示超时，Excel 文件为空", solution="缩小日期范围"),
    make_published(2, title="VPN 登录失败", symptom="输入密码后提示认证错误 E1042", solution="重置 VPN 密码并重新登录"),
    make_published(3, title="退款没有到账", symptom="退款申请已通过三天", solution="联系支付渠道核对流水"),
    make_published(4, language="en", title="Cannot log in to the VPN", symptom="Authentication errors after reset",
                   solution="Delete the cached credentials"),
    make_published(5, title="打印机缺纸", symptom="报错后停止", solution="导出日志发给我们；检查登录状态"),
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    path = tmp_path_factory.mktemp("index") / "search.sqlite3"
    build_index(path, ARTICLES, mark="1")
    return SearchIndex(path)


def found(index: SearchIndex, query: str, **options: object) -> list[str]:
    return [hit.title for hit in index.search(query, **options)]  # type: ignore[arg-type]  # options are keywords


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("退款", ["退款没有到账"]),
        ("报表", ["报表无法导出"]),
        ("款", ["退款没有到账"]),
        ("纸", ["打印机缺纸"]),
        ("VPN 登录", ["VPN 登录失败"]),
        ("vpn登录", ["VPN 登录失败"]),
        ("ＶＰＮ　登录", ["VPN 登录失败"]),
        ("e1042", ["VPN 登录失败"]),
        ("流水", ["退款没有到账"]),
        ("authentication error", ["Cannot log in to the VPN"]),
        ("credential", ["Cannot log in to the VPN"]),
        ("excel", ["报表无法导出"]),
        ("没有这个词语", []),
        ("量子", []),
        ("", []),
        ("!!! ——", []),
        ('" OR 1=1 -- *', []),
    ],
)
def test_what_is_typed_finds_what_is_meant(index: SearchIndex, query: str, titles: list[str]) -> None:
    assert found(index, query)[: len(titles) or None] == titles


def test_title_counts_more_than_symptom_and_symptom_more_than_solution(index: SearchIndex) -> None:
    assert found(index, "导出") == ["报表无法导出", "打印机缺纸"]
    assert found(index, "登录") == ["VPN 登录失败", "打印机缺纸"]


def test_a_whole_sentence_finds_articles_that_share_a_good_part_of_it(index: SearchIndex) -> None:
    assert found(index, "你好，我们公司的报表今天早上开始导出失败，很着急")[0] == "报表无法导出"


def test_articles_of_one_language_only_on_request(index: SearchIndex) -> None:
    assert found(index, "vpn", language="zh") == ["VPN 登录失败"]
    assert set(found(index, "vpn")) == {"VPN 登录失败", "Cannot log in to the VPN"}


def test_the_last_word_may_be_unfinished_while_typing(index: SearchIndex) -> None:
    assert found(index, "authen", is_being_typed=True) == ["Cannot log in to the VPN"]
    assert found(index, "authen") == []


def test_a_snippet_shows_the_hit(index: SearchIndex) -> None:
    [hit] = index.search("超时")

    assert Fragment("超时", is_hit=True) in hit.snippet
    assert "".join(fragment.text for fragment in hit.snippet).startswith("点击导出按钮后提示超时")


def test_overlapping_pairs_are_one_hit() -> None:
    assert snippet("提示登录失败了", query_terms("登录失败")) == [
        Fragment("提示"), Fragment("登录失败", is_hit=True), Fragment("了"),
    ]  # fmt: skip


def test_folding_that_lengthens_does_not_shift_the_hit() -> None:
    assert snippet("㎏ﬁ 退款", query_terms("退款")) == [Fragment("㎏ﬁ "), Fragment("退款", is_hit=True)]


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    build_index(tmp_path / "empty", [], mark="1")
    assert SearchIndex(tmp_path / "empty").search("退款") == []


def test_two_builds_of_the_same_articles_differ(tmp_path: Path) -> None:
    build_index(tmp_path / "a", ARTICLES, mark="1")
    build_index(tmp_path / "b", ARTICLES, mark="2")
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_this_python_can_search() -> None:
    require_fts5()


han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)


@given(text=han, data=st.data())
def test_every_part_of_a_chinese_text_is_covered_by_its_indexed_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    words = set(indexed_words(text))

    for term in query_terms(text[start:stop]):
        assert term.word in words or (term.is_prefix and any(word.startswith(term.word) for word in words))


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_question_breaks_the_index(index: SearchIndex, query: str) -> None:
    index.search(query)
    index.search(query, is_being_typed=True)


@given(text=st.text(max_size=300), query=st.text(max_size=20))
def test_a_snippet_is_a_part_of_its_text(text: str, query: str) -> None:
    fragments = snippet(text, query_terms(query), length=40)
    shown = "".join(fragment.text for fragment in fragments).removeprefix("…").removesuffix("…")
    assert shown in " ".join(text.split())
