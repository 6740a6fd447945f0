import hashlib
import json
from email.message import EmailMessage

import pytest

from functions.intake.mime.machine import MachineKind
from functions.intake.mime.message import UnreadableMail, parse_mail

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
CRLF = "\r\n"


def _raw(*lines: str, body: bytes = b"", charset: str = "utf-8") -> bytes:
    return CRLF.join(lines).encode(charset) + b"\r\n\r\n" + body


def _mixed() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "王芳 <wang@acme.example>"
    mail["To"] = "support@aftercare.example"
    mail["Subject"] = "报表打不开"
    mail["Message-ID"] = "<1@acme.example>"
    mail["Date"] = "Mon, 2 Mar 2026 12:00:00 +0800"
    mail.set_content("见截图")
    mail.add_alternative('<p>见截图 <img src="cid:shot"></p><script>x()</script>', subtype="html")
    mail.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="导出.csv")
    mail.add_attachment(PNG, maintype="image", subtype="png", cid="<shot>", disposition="inline")
    return mail


def test_a_usual_mail_is_read_whole() -> None:
    mail = parse_mail(_mixed().as_bytes())

    line = json.loads(mail.model_dump_json(by_alias=True))
    assert line == {
        "message_id": "<1@acme.example>",
        "in_reply_to": [],
        "references": [],
        "from": {"name": "王芳", "address": "wang@acme.example"},
        "reply_to": [],
        "to": [{"name": "", "address": "support@aftercare.example"}],
        "cc": [],
        "subject": "报表打不开",
        "date": "2026-03-02T04:00:00Z",
        "text": "见截图",
        "html": '<p>见截图 <img src="cid:shot"></p>',
        "reply": "见截图",
        "attachments": [
            {
                "name": "导出.csv",
                "content_type": "text/csv",
                "size": 4,
                "inline": False,
                "sha256": hashlib.sha256(b"a,b\n").hexdigest(),
            },
            {
                "name": "attachment-2.png",
                "content_type": "image/png",
                "size": len(PNG),
                "inline": True,
                "sha256": hashlib.sha256(PNG).hexdigest(),
            },
        ],
        "machine": None,
        "bounce": None,
        "defects": [],
    }
    assert mail.attachments[1].content == PNG


def test_raw_eight_bit_headers_are_read_by_the_charset_of_the_body() -> None:
    raw = _raw(
        "From: 王芳 <wang@acme.example>",
        "Subject: 发票抬头开错了",
        "Content-Type: text/plain; charset=gb2312",
        body="请重开发票".encode("gbk"),
        charset="gbk",
    )

    mail = parse_mail(raw)

    assert (mail.sender.name if mail.sender else None, mail.subject, mail.text) == (
        "王芳",
        "发票抬头开错了",
        "请重开发票",
    )


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=utf-8''%E6%88%AA%E5%9B%BE.png", "截图.png"),
        ("attachment; filename*0*=utf-8''%E6%88%AA; filename*1*=%E5%9B%BE.png", "截图.png"),
        ("attachment; filename*=gb2312''%BD%D8%CD%BC.png", "截图.png"),
        ('attachment; filename="=?gb2312?B?vdjNvC5wbmc=?="', "截图.png"),
        ('attachment; filename="%E6%88%AA%E5%9B%BE.png"', "截图.png"),
        ('attachment; filename="截图.png"', "截图.png"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\Temp\\\\a.png"', "a.png"),
        ('attachment; filename="a\u202egnp.exe"', "agnp.exe"),
        ("attachment", "attachment-1.png"),
        ("attachment; filename*=", "attachment-1.png"),
    ],
)
def test_file_names_are_read_and_made_harmless(disposition: str, name: str) -> None:
    raw = _raw("From: a@x.example", "Content-Type: image/png", f"Content-Disposition: {disposition}", body=b"x")

    assert [one.name for one in parse_mail(raw).attachments] == [name]


def test_a_forwarded_message_is_a_file_and_not_part_of_the_text() -> None:
    inner = _mixed()
    outer = EmailMessage()
    outer["From"] = "b@y.example"
    outer["Subject"] = "FYI"
    outer.set_content("please look")
    outer.add_attachment(inner)

    mail = parse_mail(outer.as_bytes())

    assert mail.text == "please look"
    assert [(one.name, one.content_type) for one in mail.attachments] == [("报表打不开.eml", "message/rfc822")]
    assert parse_mail(mail.attachments[0].content).subject == "报表打不开"


def test_text_comes_from_html_when_there_is_no_other() -> None:
    raw = _raw(
        "From: a@x.example",
        "Content-Type: text/html",
        body='<html><head><meta charset="gb18030"></head><div>网站打不开</div>'.encode("gb18030"),
    )

    assert parse_mail(raw).text == "网站打不开"


def test_flowed_lines_are_joined() -> None:
    raw = _raw("From: a@x.example", "Content-Type: text/plain; format=flowed", body=b"one \r\ntwo\r\n> q \r\n> r\r\n")

    assert parse_mail(raw).text == "one two\n> q r"


def test_a_bounce_names_recipient_status_and_the_message_it_answers() -> None:
    body = b"\r\n".join(
        [
            b"--b", b"Content-Type: text/plain", b"", b"Could not deliver.",
            b"--b", b"Content-Type: message/delivery-status", b"",
            b"Reporting-MTA: dns; mx.x.example", b"",
            b"Final-Recipient: rfc822; gone@x.example", b"Action: failed", b"Status: 5.1.1",
            b"--b", b"Content-Type: message/rfc822", b"",
            b"Message-ID: <ours@email.amazonses.com>", b"Subject: Re: [AS-7F3K-92QD] x", b"", b"hello",
            b"--b--", b"",
        ]
    )  # fmt: skip
    raw = _raw(
        "From: MAILER-DAEMON@x.example",
        "Return-Path: <>",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        body=body,
    )

    mail = parse_mail(raw)

    assert mail.machine is not None
    assert mail.machine.kind is MachineKind.BOUNCE
    assert mail.bounce is not None
    assert mail.bounce.model_dump() == {
        "recipient": "gone@x.example",
        "status": "5.1.1",
        "action": "failed",
        "original_message_id": "<ours@email.amazonses.com>",
    }


def test_an_attached_bounce_does_not_make_a_person_a_machine() -> None:
    inner = b"From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\nx"
    raw = _raw(
        "From: a@x.example",
        'Content-Type: multipart/mixed; boundary="b"',
        body=b"--b\r\n\r\nI got this back\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n",
    )

    assert parse_mail(raw).machine is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\x01\x02",
        b"just some words\r\nand more",
        b"%PDF-1.7\n1 0 obj",
        b"Return-Path: <a@x.example>\r\nReceived: by mx; now\r\nX-SES-Virus-Verdict: PASS\r\n\x00\x01",
    ],
    ids=["empty", "blank", "binary", "prose", "pdf", "binary with the server's own fields"],
)
def test_what_is_no_mail_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableMail):
        parse_mail(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"From: a@x.example\r\nContent-Type: multipart/mixed\r\n\r\nno boundary", "no boundary"),
        (b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\nnever starts', "never starts"),
        (
            b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nnever ends',
            "never ends",
        ),
        (b"From: a@x.example\r\nContent-Type: ;;;=\r\n\r\nodd type", "odd type"),
        (b"From: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8", "hello"),
        (b"From: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n-- list footer", "hello"),
        (b"From: a@x.example\r\nContent-Transfer-Encoding: eight\r\n\r\nhello", "hello"),
        (b"From: a@x.example\nSubject: lf only\n\nhello", "hello"),
        (b"From a@x.example Mon Mar  2\r\nFrom: a@x.example\r\n\r\nhello", "hello"),
        (b"\xef\xbb\xbfFrom: a@x.example\r\n\r\nhello", "hello"),
    ],
)
def test_malformed_mail_still_shows_its_text(raw: bytes, text: str) -> None:
    assert parse_mail(raw).text == text


def _nested(depth: int) -> bytes:
    lines = [b"From: a@x.example\r\nMIME-Version: 1.0"]
    for level in range(depth):
        lines.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d' % (level, level))
    return b"\r\n".join([*lines, b"\r\n\r\ndeep"])


def test_reasonable_nesting_is_read() -> None:
    assert parse_mail(_nested(100)).text == "deep"


def test_unreasonable_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(UnreadableMail):
        parse_mail(_nested(3_000))


@pytest.mark.slow
def test_forty_megabytes_are_read() -> None:
    mail = EmailMessage()
    mail["From"] = "a@x.example"
    mail.set_content("big")
    mail.add_attachment(b"\x01" * 29_000_000, maintype="application", subtype="zip", filename="big.zip")

    assert parse_mail(mail.as_bytes()).attachments[0].size == 29_000_000


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted",
        "Precedence",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Reply-To",
        "Date",
        "X-Failed-Recipients",
    ],
)
def test_raw_bytes_in_any_field_can_be_written_down(field: str) -> None:
    raw = f"From: a@x.example\r\n{field}: <".encode() + b"\xb1\xa8@x>\r\n\r\nhello"

    parse_mail(raw).model_dump_json(by_alias=True).encode()


def test_raw_bytes_in_a_status_report_can_be_written_down() -> None:
    status = (
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@x.example\r\nAction: \xb1\xa8\r\nStatus: \xb1\r\n"
    )
    raw = (
        b"From: MAILER-DAEMON@x.example\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status + b"\r\n--b--\r\n"
    )

    parse_mail(raw).model_dump_json(by_alias=True).encode()
