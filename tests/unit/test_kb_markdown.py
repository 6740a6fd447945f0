import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.kb.markdown import plain, to_html


def test_lists_code_tables_and_line_breaks_are_kept():
    html = to_html(
        "先打开 **设置**\n再点 `重置`\n\n1. 一\n2. 二\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nERR <1>\n```"
    )

    assert "<strong>设置</strong><br>" in html
    assert "<code>重置</code>" in html
    assert "<li>二</li>" in html
    assert "<td>2</td>" in html
    assert "ERR &lt;1&gt;" in html


def test_headings_begin_below_those_of_the_page():
    assert to_html("# 步骤\n\n###### tiny") == "<h3>步骤</h3>\n<h6>tiny</h6>\n"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](java&#x0A;script:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.example/p.gif)",
        '<a href="https://a.example" onclick="alert(1)">x</a>',
        "<style>*{display:none}</style>",
        "<iframe src=//a.example></iframe>",
    ],
)
def test_nothing_an_author_writes_becomes_active(attack):
    html = to_html(f"text {attack}\n\n{attack}")

    for tag in ("<script", "<img", "<style", "<iframe", 'href="javascript', 'href="data', "<a onclick"):
        assert tag not in html


def test_links_tell_the_other_site_nothing():
    assert to_html("[docs](https://a.example/)") == (
        '<p><a href="https://a.example/" rel="noopener noreferrer nofollow">docs</a></p>\n'
    )


def test_the_search_gets_words_without_marks():
    assert plain("# 标题\n\n打开 **设置** 再\n`重置`\n\n```\nERR-1\n```\n- [链接](https://a.example)") == (
        "标题 打开 设置 再 重置 ERR-1 链接"
    )


@given(st.text(alphabet="<>&\"'`*_[]()!#\n\\ ab=:/;", max_size=80))
def test_any_input_is_only_text_and_allowed_tags(markdown):
    html = to_html(markdown)

    assert "<script" not in html
    assert "on" not in [piece.split("=")[0] for piece in html.split() if piece.startswith("on")]
