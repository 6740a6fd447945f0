import pytest

from functions.intake.repeats import digest

WRITTEN = b"From: wang@acme.example\r\nMessage-ID: <a@acme.example>\r\nSubject: help\r\n\r\nnothing works\r\n"
STAMPS = (
    b"Return-Path: <wang@acme.example>\r\n"
    b"Received: from mx.acme.example by inbound-smtp.example with SMTP id 1\r\n"
    b" for support@aftercare.example;\r\n\tSun, 22 Nov 2026 09:30:15 +0000\r\n"
    b"X-SES-Spam-Verdict: PASS\r\n"
    b"Received-SPF: pass\r\n"
    b"Authentication-Results: amazonses.com;\r\n dkim=pass\r\n"
    b"ARC-Seal: i=1; a=rsa-sha256\r\n"
    b"DKIM-SIGNATURE: v=1; a=rsa-sha256;\r\n b=abc\r\n"
)


@pytest.mark.parametrize("stamps", [STAMPS, STAMPS + STAMPS, STAMPS.replace(b"\r\n", b"\n")])
def test_stamps_of_hops_do_not_count(stamps: bytes) -> None:
    assert digest(stamps + WRITTEN) == digest(WRITTEN)


def test_a_message_id_whose_case_was_changed_does_not_count() -> None:
    assert digest(WRITTEN.replace(b"<a@acme", b"<A@ACME")) == digest(WRITTEN)


@pytest.mark.parametrize(
    "other",
    [
        WRITTEN.replace(b"nothing", b"something"),
        WRITTEN.replace(b"help", b"help!"),
        WRITTEN.replace(b"Subject:", b"Received: by nobody\r\nSubject:"),
        WRITTEN.replace(b"nothing", b"Message-ID: <b@acme.example>\r\nnothing"),
        b"X-Printer: 2\r\n" + WRITTEN,
    ],
    ids=["text", "subject", "a stamp below", "an id in the text", "a field of the sender's"],
)
def test_what_the_sender_wrote_counts(other: bytes) -> None:
    assert digest(other) != digest(WRITTEN)


def test_what_has_no_fields_has_a_digest() -> None:
    assert len({digest(raw) for raw in (b"", b"\r\n\r\nx", b"Received", b"Received: x")}) == 4
