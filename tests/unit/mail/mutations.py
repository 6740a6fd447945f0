"""Mails of the corpus with pieces cut out, doubled and put in, as no writer of tests would think of."""

from contextlib import suppress

from hypothesis import strategies as st

from functions.intake.delivery import VERDICTS
from functions.intake.mime.message import UnreadableMail, parse_mail
from tests.unit.mail.corpus import CORPUS
from tests.unit.mail.post_office import MAILBOX, SENDER, Post, letter

PIECES = [
    b"=?utf-8?B?", b"?=", b"=?gb2312?Q?=", b"Content-Type: ", b"multipart/mixed; boundary=", b'"', b"--", b"\r\n",
    b"\n", b";", b"=", b"*0*=", b"filename*=utf-8''%E6", b"charset=", b"iso-2022-jp", b"utf-7", b"utf-16", b"base64",
    b"\x1b$B", b"message/rfc822", b"message/delivery-status", b"text/html", b"application/ms-tnef", b"text/calendar",
    b"BEGIN:VEVENT", b"<blockquote>", b"<div", b"&#x110000;", b"\xff", b"\x00", b"From: ", b"Date: ",
    b"Return-Path: <>", b"<", b">", b"@", b",", b"(", b"\\", b"\xb1\xa8", b"=_edge", b"quoted-printable",
    b"Content-Transfer-Encoding: ", b"\x78\x9f\x3e\x22", b"\r\nReply-To: ", b"\r\nSender: ", b"\r\nFrom: ",
    b"\r\nDKIM-Signature: d=", b"\r\nAuto-Submitted: ", b"\r\nPrecedence: bulk", b"\r\nFeedback-ID: ",
    b"\r\nSubject: Re: ", b"Out of office", "自动回复：".encode(), b"acme.example", b"support+AS-", b"no-reply@",
]  # fmt: skip

ENVELOPES = st.fixed_dictionaries(
    {
        "envelope_sender": st.sampled_from(
            [SENDER, "", "a", "@", "bounces+wang=acme.example@lists.example", "x@y.z@w"]
        ),
        "to": st.sampled_from([MAILBOX, MAILBOX.replace("@", "+AS-7K3D-9QXF.x@"), "other@aftercare.example", "", "@"]),
        "verdicts": st.dictionaries(st.sampled_from(VERDICTS), st.sampled_from(["PASS", "FAIL", "GRAY"])),
        "dmarc_policy": st.sampled_from([None, "reject", "quarantine", "none"]),
        "released_by": st.sampled_from([None, "gao-yuan"]),
    }
)
"""What the receiving service may say of a mail."""


def mutated(data: st.DataObject) -> bytes:
    """A mail of the corpus after some accidents."""
    raw = bytearray(data.draw(st.sampled_from(CORPUS)).raw)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        end = at + data.draw(st.integers(0, 40))
        match data.draw(st.sampled_from(["replace", "cut", "double", "swap"])):
            case "replace":
                raw[at:end] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=8))
            case "cut":
                del raw[at:end]
            case "double":
                raw[at:at] = raw[at:end] * data.draw(st.integers(1, 3))
            case _:
                other = data.draw(st.sampled_from(CORPUS)).raw
                raw[at:] = other[min(at, len(other)) :]
    return bytes(raw)


def read_or_refuse(raw: bytes) -> None:
    """Reading may end in `UnreadableMail`, and in nothing else; what was read can be written down."""
    with suppress(UnreadableMail):
        parse_mail(raw).model_dump_json(by_alias=True).encode()


def take_in(raw: bytes, data: st.DataObject) -> None:
    """Whoever brings the mail, it becomes a ticket or waits with its reason; nothing is ever raised."""
    post = Post()
    known = post.deliver(letter()).opened
    if data.draw(st.booleans()):
        raw = b"In-Reply-To: <first@acme.example>\r\n" + raw
    envelope = data.draw(ENVELOPES)
    if data.draw(st.booleans()):
        envelope["to"] = post.reply_address(known)
    arrival = post.deliver(raw, **envelope)
    assert bool(arrival.ticket) == (not post.held)
    assert all(mail.why for mail in post.held)
