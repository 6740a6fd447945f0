import base64
from datetime import UTC, datetime

import pytest

from functions.intake.mime.headers import Address, decode_words, parse_addresses, parse_date, parse_message_ids


def _word(data: bytes, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


GBK = "支付功能".encode("gbk")
UTF8 = "支付功能".encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (_word(GBK, "gb2312"), "支付功能"),
        (f"{_word(UTF8[:4], 'utf-8')}\r\n {_word(UTF8[4:], 'utf-8')}", "支付功能"),
        (f"Re: {_word(UTF8, 'UTF-8')} now", "Re: 支付功能 now"),
        ("=?utf-8?Q?caf=C3=A9_au_lait?=", "café au lait"),
        ("=?utf-8?Q?Why??= x", "Why? x"),
        ("=?utf-8*zh?B?5Y+R56Wo?=", "发票"),
        ("=?utf-8?B?5Y+R56Wo?==?utf-8?B?5Y+R56Wo?=", "发票发票"),
        ("=?utf-8?B?5Y+R56W?=", "发\ufffd"),
        ("=?no-such?Q?abc?=", "abc"),
        ("plain\n folded", "plain folded"),
        (UTF8.decode("ascii", "surrogateescape"), "支付功能"),
        ("系统报错请尽快帮忙处理".encode("gbk").decode("ascii", "surrogateescape"), "系统报错请尽快帮忙处理"),
        ("=?utf-8?B?", "=?utf-8?B?"),
    ],
)
def test_encoded_words_and_raw_bytes_become_text(value: str, text: str) -> None:
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@x.example", [Address("", "a@x.example")]),
        (
            '"Doe, John" <j@x.example>, K <k@x.example>',
            [Address("Doe, John", "j@x.example"), Address("K", "k@x.example")],
        ),
        ("Doe, John <j@x.example>", [Address("Doe, John", "j@x.example")]),
        ("j@x.example (John Doe)", [Address("John Doe", "j@x.example")]),
        (f'"{_word("张三".encode("gbk"), "gb2312")}" <z@x.example>', [Address("张三", "z@x.example")]),
        (_word("张三 <z@x.example>".encode(), "utf-8"), [Address("张三", "z@x.example")]),
        ('"x y"@x.example', [Address("", '"x y"@x.example')]),
        ('Anna <"x y"@x.example>', [Address("Anna", '"x y"@x.example')]),
        ('"a@y.example z"@x.example (Anna)', [Address("Anna", '"a@y.example z"@x.example')]),
        ('"anna.b"@x.example', [Address("", "anna.b@x.example")]),
        ('Anna <"anna..b"@x.example>', [Address("Anna", "anna..b@x.example")]),
        ("'Anna' <a@x.example>", [Address("Anna", "a@x.example")]),
        ("a@x.example; b@x.example", [Address("", "a@x.example"), Address("", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("team: a@x.example, B <b@x.example>;", [Address("", "a@x.example"), Address("B", "b@x.example")]),
        ('"broken <a@x.example>, b@x.example', [Address('"broken', "a@x.example"), Address("", "b@x.example")]),
        ("<>", []),
        ("MAILER-DAEMON", []),
    ],
)
def test_mailboxes_are_found_in_what_clients_write(value: str, addresses: list[Address]) -> None:
    assert parse_addresses(value) == addresses


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@x> <b@y>\n <a@x>", ["<a@x>", "<b@y>"]),
        ("<long\r\n id@x>", ["<longid@x>"]),
        ("bare@x", ["<bare@x>"]),
        ("nothing here", []),
    ],
)
def test_message_ids_keep_their_brackets(value: str, ids: list[str]) -> None:
    assert parse_message_ids(value) == ids


def test_dates_are_instants_in_utc() -> None:
    assert parse_date("Mon, 2 Mar 2026 12:00:00 +0800") == datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    assert parse_date("Mon, 2 Mar 2026 12:00:00 -0000") == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert parse_date("yesterday") is None
    assert parse_date("Mon, 99 Mar 99999 12:00:00 +9999") is None
