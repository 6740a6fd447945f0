import pytest

from functions.intake.mime.charsets import decode_text

RARE = "朱镕基 〇 €"  # outside GB2312


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("登录失败".encode("gbk"), "gb2312", "登录失败"),
        (RARE.encode("gb18030"), "gb2312", RARE),
        (RARE.encode("gb18030"), "GBK", RARE),
        ("뷁 똠방각하".encode("cp949"), "ks_c_5601-1987", "뷁 똠방각하"),
        ("退款問題".encode("big5"), "Big5", "退款問題"),
        ("中文".encode("hz"), "hz-gb-2312", "中文"),
        ("見積書".encode("iso2022_jp"), "iso-2022-jp", "見積書"),
        (b"\x1b$B-!\x1b(B ok \x1b$B%5\x1b(B", "ISO-2022-JP", "① ok サ"),
        (b"na\xefve \x80 5", "iso-8859-1", "naïve € 5"),
        ("发票".encode(), "gb2312", "发票"),
        ("发票".encode("utf-16"), "utf-8", "发票"),
        ("发票".encode(), "x-nobody-registered-this", "发票"),
        ("系统无法登录，请尽快处理。".encode("gb18030"), "unknown-8bit", "系统无法登录，请尽快处理。"),
        ("系统无法登录，请尽快处理。".encode("gb18030"), None, "系统无法登录，请尽快处理。"),
        ("로그인이 되지 않습니다".encode("cp949"), None, "로그인이 되지 않습니다"),
        ("請儘快處理退款".encode("big5"), None, "請儘快處理退款"),
        ("ログインできません".encode("cp932"), None, "ログインできません"),
        ("ログインできません".encode("euc_jp"), None, "ログインできません"),
        ("系统打不开，请看 report".encode("gbk"), "iso-8859-1", "系统打不开，请看 report"),
        ("登录失败".encode("gbk"), "windows-1252", "登录失败"),
        ("ÄÖÜ, ÀÉÈÊ! Größe 5 °C «Œuvre»".encode("cp1252"), "iso-8859-1", "ÄÖÜ, ÀÉÈÊ! Größe 5 °C «Œuvre»"),
        (("»" * 30 + "•" * 30).encode("cp1252"), "iso-8859-1", "»" * 30 + "•" * 30),
        ("好".encode() + b"\xe7\x9a", "utf-8", "好\ufffd"),
        ("您好".encode() + b"\xba\xc3", "utf-8", "您好\ufffd\ufffd"),
        (b"caf\xc3\xa9 \xc3", "utf-8", "café \ufffd"),
        ("您好".encode() + b"\xba\xc3", None, "您好\ufffd\ufffd"),
        ("登录失败".encode("gbk"), "utf-8", "登录失败"),
        (b"a\x00b\x1fc", None, "abc"),
        (b"plain", '"US-ASCII"', "plain"),
    ],
)
def test_bytes_are_read_as_the_client_meant_them(data: bytes, declared: str | None, text: str) -> None:
    assert decode_text(data, declared)[0] == text


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    text, oddity = decode_text("请查看附件中的截图，".encode("gb18030") * 4 + b"\xb8", "gb2312")

    assert text.startswith("请查看附件中的截图，")
    assert oddity == "bytes that are not gb2312"


def test_a_charset_used_elsewhere_in_the_mail_helps() -> None:
    assert decode_text("発注".encode("cp932"), None, hint="shift_jis")[0] == "発注"


def test_a_charset_used_elsewhere_tells_a_false_western_label_in_two_characters() -> None:
    assert decode_text("发票".encode("gbk"), "iso-8859-1", hint="gb2312")[0] == "发票"
    assert decode_text("发票".encode("gbk"), "iso-8859-1") == ("·¢Æ±", None)
