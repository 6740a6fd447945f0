import string
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.redaction import PLACEHOLDERS, Private, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请回复zhang.wei@example.com谢谢", "请回复[邮箱]谢谢"),
        ("张三@例子.公司 收", "[邮箱] 收"),
        ("邮箱：ＺＷ＠ｅｘａｍｐｌｅ．ｃｏｍ", "邮箱：[邮箱]"),
        ("我的手机13800138000，急", "我的手机[电话]，急"),
        ("手机１３８ ００１３ ８０００", "手机[电话]"),
        ("+86 138-0013-8000", "[电话]"),
        ("86-13800138000或138 0013 8000", "[电话]或[电话]"),
        ("座机 010-62345678 转 801", "座机 [电话] 转 801"),
        ("公司(0755)8612 3456-801找前台", "公司[电话]找前台"),
        ("热线400-820-8820", "热线[电话]"),
        ("联系电话：8862 1234", "联系电话：[电话]"),
        ("身份证11010519491231002X", "身份证[证件号]"),
        ("卡号6222 0212 3456 7890 128", "卡号[银行卡号]"),
        ("微信号：wei_1988", "微信号：[账号]"),
        ("QQ: 123456789", "QQ: [账号]"),
        ("密码：Abc@12345", "密码：[密钥]"),
        ("从 114.114.114.114 访问", "从 [IP 地址] 访问"),
        ("138\u200b0013\u200b8000", "[电话]"),
    ],
)
def test_what_identifies_someone_is_taken_out_of_chinese(text, expected):
    assert redact(text, language="zh") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to o'neil+desk@mail.example.co.uk.", "Write to [e-mail]."),
        ("call (555) 123-4567 or 555.123.4567", "call [phone] or [phone]"),
        ("+44 20 7946 0958", "[phone]"),
        ("+1-202-555-0143 and 0049 30 901820", "[phone] and [phone]"),
        ("UK 020 7946 0958", "UK [phone]"),
        ("phone no. 8862 1234", "phone no. [phone]"),
        ("card 4111 1111 1111 1111", "card [card number]"),
        ("card 4111111111111111!", "card [card number]!"),
        ("password = hunter2x", "password = [secret]"),
        ("Authorization: Bearer eyJhbGciOi.eyJzdWIi.abc", "Authorization: Bearer [secret]"),
        ("from 93.184.216.34", "from [IP address]"),
        ("host 2001:4860:4860::8888 down", "host [IP address] down"),
    ],
)
def test_what_identifies_someone_is_taken_out_of_english(text, expected):
    assert redact(text, language="en") == expected


@pytest.mark.parametrize(
    "text",
    [
        "ORA-00942: table or view does not exist",
        "错误码 500123，时间 2026-11-22 13:09:28，第 3 页",
        "版本 v5.12.0.1，端口 8080，地址 http://127.0.0.1:8080/ 或 192.168.1.10",
        "工单 AS-7F3K-92QD 已在 24 小时内解决，耗时 00:12:30",
        "Order 20261122 failed with code 0x80070005 after 12345 ms",
        "Set `max_pool_size: 100` and restart; see #2041.",
        "Choose a password of 12 characters; the token is refreshed every 15 minutes.",
        "Deadline 2026-11-22T13:09:28.123456+08:00",
    ],
)
def test_codes_times_versions_and_local_addresses_stay(text):
    assert redact(text, language="en") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我是张伟，云帆科技的", "我是[姓名]，[公司]的"),
        ("上海云帆科技有限公司的张先生和小张", "[公司]的[姓名]和[姓名]"),
        ("云帆的账号张伟无法登录", "[公司]的账号[姓名]无法登录"),
        ("紧张的时候打开第一张报表", "紧张的时候打开第一张报表"),
    ],
)
def test_chinese_names_go_in_every_common_spelling(text, expected):
    assert redact(text, language="zh", people=["张伟"], companies=["上海云帆科技有限公司"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mark Page from Northwind Traders Ltd.", "[name] from [company]"),
        ("northwind traders reported it; ask Mark", "[company] reported it; ask [name]"),
        ("MARK PAGE wrote", "[name] wrote"),
        ("Open the page and mark the row", "Open the page and mark the row"),
        ("Markdown is not Marked", "Markdown is not Marked"),
    ],
)
def test_latin_names_go_but_words_that_contain_them_stay(text, expected):
    assert redact(text, language="en", people=["Mark Page"], companies=["Northwind Traders Ltd."]) == expected


def test_an_unknown_language_gets_english_placeholders():
    assert redact("a@b.co", language="fr") == "[e-mail]"


def test_every_kind_has_a_placeholder_in_every_language():
    assert all(set(kinds) == set(Private) for kinds in PLACEHOLDERS.values())


around = st.text(alphabet="您好，请回复 ok.-\n（）", max_size=20)
mobiles = st.from_regex(r"1[3-9]\d{9}", fullmatch=True)
emails = st.builds(
    "{}@{}.{}".format,
    st.text(string.ascii_letters + string.digits + "._+-", min_size=1, max_size=20),
    st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=20),
    st.sampled_from(["com", "cn", "co.uk", "museum"]),
)
hazards = st.lists(
    st.sampled_from(
        [*"0123456789", *"+-() .@:：1３", "QQ", "电话", "[", "]", "[电话]", "张", "伟", "x", "key", "\u200b"]
    ),
    max_size=60,
).map("".join)


@given(before=around, number=mobiles, after=around)
def test_no_mobile_number_survives(before, number, after):
    assert number not in redact(before + number + after, language="zh")


@given(before=around, address=emails, after=around)
def test_no_mail_address_survives(before, address, after):
    redacted = redact(before + address + after, language="zh")
    assert "@" not in redacted


@given(hazards)
def test_redacting_twice_changes_nothing_more(text):
    once = redact(text, language="zh", people=["张伟"], companies=["张伟公司"])
    assert redact(once, language="zh", people=["张伟"], companies=["张伟公司"]) == once


@given(st.text(alphabet="请打开设置页面并重新登录abc ,.\n"))
def test_text_without_anything_private_is_untouched(text):
    assert redact(text, language="zh", people=["王小明"], companies=["北京远山软件有限公司"]) == text


@pytest.mark.parametrize("unit", ["a", "1 ", "a.a@", "0", "[", "x@y.", "电话1", "192.168."])
def test_hostile_text_takes_no_longer_than_it_is_long(unit):
    text = unit * (60_000 // len(unit))
    started = process_time()
    redact(text, language="en", people=["Ann Lee"])
    assert process_time() - started < 2
