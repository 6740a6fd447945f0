"""Whatever bytes arrive, they are read or refused by name; nothing else is ever raised."""

from contextlib import suppress
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.intake.mime.message import UnreadableMail, parse_mail
from functions.intake.mime.quotes import fold


def _sample() -> bytes:
    mail = EmailMessage()
    mail["From"] = "王芳 <wang@acme.example>"
    mail["Subject"] = "支付功能全线失灵"
    mail["References"] = "<a@x> <b@x>"
    mail.set_content("正文\n> 引用\n")
    mail.add_alternative("<blockquote>引用</blockquote><p>正文", subtype="html")
    mail.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="截图.png")
    return mail.as_bytes()


SAMPLE = _sample()
TOKENS = [
    b"=?utf-8?B?",
    b"?=",
    b"=?gb2312?Q?=",
    b"Content-Type: ",
    b"multipart/mixed; boundary=",
    b'"',
    b"--",
    b"\r\n",
    b"\n",
    b";",
    b"=",
    b"*0*=",
    b"filename*=utf-8''%E6",
    b"charset=",
    b"gb2312",
    b"iso-2022-jp",
    b"utf-7",
    b"base64",
    b"\x1b$B",
    b"message/rfc822",
    b"message/delivery-status",
    b"text/html",
    b"<blockquote>",
    b"<div",
    b"&#x110000;",
    b"\xff",
    b"\x00",
    b"From: ",
    b"Date: ",
    b"Content-Transfer-Encoding: ",
    b"quoted-printable",
    b"<",
    b">",
    b"@",
    b",",
    b"(",
    b"\\",
]


def _read(raw: bytes) -> None:
    with suppress(UnreadableMail):
        parse_mail(raw).model_dump_json(by_alias=True).encode()


@given(st.binary(max_size=2_000))
def test_random_bytes_never_crash(raw: bytes) -> None:
    _read(raw)
    _read(b"From: a@x.example\r\n" + raw)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=6), max_size=60).map(b"".join))
def test_pieces_of_mail_in_any_order_never_crash(raw: bytes) -> None:
    _read(b"Subject: x\r\n" + raw)


@settings(max_examples=300)
@given(st.data())
def test_a_mutated_mail_never_crashes(data: st.DataObject) -> None:
    raw = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        end = at + data.draw(st.integers(0, 12))
        raw[at:end] = data.draw(st.sampled_from(TOKENS) | st.binary(max_size=8))
    _read(bytes(raw))


@given(st.text(max_size=400))
def test_folding_never_leaves_nothing(text: str) -> None:
    own, folded = fold(text)

    assert own or not text.strip()
    assert len(own) <= len(text.strip()) or not folded
