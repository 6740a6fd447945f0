from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.mime.message import parse_mail
from functions.notifier.composition import File, Unaddressable, compose
from functions.notifier.letters import Letter
from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.words import Language

MAILBOX = "support@aftercare.example"
REPLY_TO = "support+as-7f3k-92qd.k0001.aaaaaaaaaaaaaaaa@aftercare.example"
LETTER = Letter("[AS-7F3K-92QD] 报表打不开", "您好：\n\n已收到。", "<p>您好：</p><p>已收到。</p>")


def _composed(
    kind: Kind = Kind.ACKNOWLEDGEMENT,
    *,
    letter: Letter = LETTER,
    name: str = "王芳",
    address: str = "wang@acme.example",
    thread: tuple[str, ...] = (),
    files: tuple[File, ...] = (),
) -> bytes:
    return compose(
        letter,
        Notice(kind, address, name, Language.ZH),
        desk="after-sales",
        desk_name="售后服务台",
        mailbox=MAILBOX,
        reply_to=REPLY_TO,
        thread=thread,
        files=files,
    )


def _read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def test_a_mail_is_readable_by_our_own_parser() -> None:
    mail = parse_mail(_composed(files=(File("报告.pdf", "application/pdf", b"%PDF"),)))

    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.address) == ("售后服务台", MAILBOX)
    assert [one.address for one in (*mail.to, *mail.reply_to)] == ["wang@acme.example", REPLY_TO]
    assert (mail.subject, mail.text) == ("[AS-7F3K-92QD] 报表打不开", "您好：\n\n已收到。")
    assert [(one.name, one.content_type, one.content) for one in mail.attachments] == [
        ("报告.pdf", "application/pdf", b"%PDF")
    ]
    assert mail.defects == ("no date",) or not mail.defects


@pytest.mark.parametrize("kind", Kind)
def test_machines_are_told_not_to_answer_what_a_machine_wrote(kind: Kind) -> None:
    message = _read(_composed(kind))

    if kind is Kind.REPLY:
        assert message["Auto-Submitted"] is None
        assert parse_mail(bytes(message)).machine is None
    else:
        assert message["Auto-Submitted"] in ("auto-replied", "auto-generated")
        assert message["X-Auto-Response-Suppress"] == "All"
        assert parse_mail(bytes(message)).machine is not None


def test_the_thread_is_repeated_whole_and_unfolded_ids_stay_readable() -> None:
    long = f"<{'a' * 120}@mail.example>"
    raw = _composed(thread=("<1@acme.example>", long, "<bad id@x>", "<x\r\nBcc: y@z>", "<2@email.amazonses.com>"))

    mail = parse_mail(raw)
    assert mail.references == ("<1@acme.example>", long, "<2@email.amazonses.com>")
    assert mail.in_reply_to == ("<2@email.amazonses.com>",)
    assert long.encode() in raw


@given(text=st.text(), name=st.text())
def test_no_value_adds_a_header(text: str, name: str) -> None:
    injected = "\r\nBcc: victim@else.example\r\n\r\nbody"
    message = _read(
        _composed(letter=Letter(text + injected, "t", "<p>h</p>"), name=name + injected, thread=(f"<a{injected}@x>",))
    )

    assert message["Bcc"] is None
    assert set(message.keys()) == {
        "From", "To", "Reply-To", "Subject", "X-Aftercare-Desk", "Auto-Submitted", "X-Auto-Response-Suppress",
        "Precedence", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "address",
    ["", "no-at", "a@b\r\nBcc: c@d", "a@", "@b", "中文@acme.example", "a b@x..y", f"a@{'x' * 300}.example"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unaddressable):
        _composed(address=address)


def test_an_international_domain_is_written_in_ascii() -> None:
    assert b"wang@xn--" in _composed(address="wang@售后.example")


@pytest.mark.parametrize("content_type", ["message/rfc822", "multipart/mixed", "text/html\r\nX: y", "", "nonsense"])
def test_an_attachment_of_an_odd_type_travels_as_bytes(content_type: str) -> None:
    (file,) = parse_mail(_composed(files=(File("a\r\nb.eml", content_type, b"\x00x"),))).attachments

    assert (file.content_type, file.content) == ("application/octet-stream", b"\x00x")
