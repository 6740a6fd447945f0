import pytest

from functions.intake.delivery import Delivery
from functions.intake.mime.message import parse_mail
from functions.intake.trust import Trust, trust_in
from tests.factories import NOON

SIGNED = b"DKIM-Signature: v=1; a=rsa-sha256; d=acme.example; s=k1; b=x\r\n"
BOTH = SIGNED + SIGNED.replace(b"acme", b"thief")


@pytest.mark.parametrize(
    ("verdicts", "policy", "envelope", "signature", "trust"),
    [
        ({"dmarc": "PASS"}, None, "x@else.example", b"", Trust.GENUINE),
        ({"dmarc": "FAIL"}, "none", "wang@acme.example", SIGNED, Trust.UNPROVEN),
        ({"dmarc": "FAIL", "spf": "PASS"}, "reject", "wang@acme.example", b"", Trust.FORGED),
        ({"dmarc": "FAIL"}, "quarantine", "wang@acme.example", b"", Trust.FORGED),
        ({"dmarc": "GRAY", "spf": "PASS"}, None, "wang@acme.example", b"", Trust.GENUINE),
        ({"dmarc": "GRAY", "spf": "PASS"}, None, "bounce@mail.acme.example", b"", Trust.GENUINE),
        ({"dmarc": "GRAY", "spf": "PASS"}, None, "thief@else.example", b"", Trust.UNPROVEN),
        ({"dmarc": "GRAY", "spf": "PASS"}, None, "thief@evilacme.example", b"", Trust.UNPROVEN),
        ({"dmarc": "GRAY", "dkim": "PASS"}, None, "x@else.example", SIGNED, Trust.GENUINE),
        ({"dmarc": "GRAY", "dkim": "PASS"}, None, "x@else.example", SIGNED.replace(b"acme", b"thief"), Trust.UNPROVEN),
        ({"dmarc": "GRAY", "dkim": "PASS"}, None, "x@else.example", BOTH, Trust.UNPROVEN),
        (
            {"dmarc": "GRAY", "dkim": "PASS"},
            None,
            "x@else.example",
            SIGNED + b"DKIM-Signature: b=y\r\n",
            Trust.UNPROVEN,
        ),
        ({"dmarc": "GRAY", "dkim": "PASS"}, None, "x@else.example", SIGNED * 2, Trust.GENUINE),
        ({"dmarc": "GRAY", "dkim": "PASS"}, None, "x@else.example", b"", Trust.UNPROVEN),
        ({"dmarc": "GRAY", "dkim": "GRAY"}, None, "x@else.example", SIGNED, Trust.UNPROVEN),
        ({"dmarc": "PROCESSING_FAILED"}, None, "", b"", Trust.UNPROVEN),
        ({}, None, "wang@acme.example", SIGNED, Trust.UNPROVEN),
    ],
)
def test_a_sender_is_worth_what_is_proven_for_the_domain_on_the_letter(
    verdicts: dict[str, str], policy: str | None, envelope: str, signature: bytes, trust: Trust
) -> None:
    mail = parse_mail(b"From: Wang <wang@acme.example>\r\n" + signature + b"\r\nhello")

    assert trust_in(mail, _delivery(verdicts, policy, envelope)) is trust


@pytest.mark.parametrize(
    ("fields", "trust"),
    [
        (b"From: wang@acme.example", Trust.GENUINE),
        (b"From: Wang@acme.example <wang@acme.example>", Trust.GENUINE),
        (b"From: 'wang@acme.example' <wang@acme.example>", Trust.GENUINE),
        (b'From: "boss@acme.example, via us" <wang@acme.example>', Trust.GENUINE),
        (b'From: "Wang \\"Fang\\" X" <wang@acme.example>', Trust.GENUINE),
        (b'From: "a\\" <x@thief.example> b" <wang@acme.example>', Trust.UNPROVEN),
        (b'From: "wang"@acme.example', Trust.GENUINE),
        ("From: 王芳，售后 <wang@acme.example>".encode(), Trust.GENUINE),
        (b"From: Wang, Fang <wang@acme.example>", Trust.GENUINE),
        (b"From: wang@acme.example\r\nFrom: wang@acme.example", Trust.GENUINE),
        (b"From: wang@acme.example\r\nFrom: x@thief.example", Trust.UNPROVEN),
        (b"From: wang@acme.example, x@thief.example", Trust.UNPROVEN),
        (b"From: <wang@acme.example> x@thief.example", Trust.UNPROVEN),
        (b'From: "x <wang@acme.example>"@thief.example', Trust.UNPROVEN),
        (b"From: =?utf-8?q?wang=40acme=2Eexample?=", Trust.UNPROVEN),
        (b"From: wang@acme.example, " + b"x" * 6_000 + b", x@thief.example", Trust.UNPROVEN),
        (b"Sender: wang@acme.example", Trust.UNPROVEN),
        (b"Subject: nobody", Trust.UNPROVEN),
    ],
)
def test_only_the_one_author_of_a_letter_can_be_proven(fields: bytes, trust: Trust) -> None:
    mail = parse_mail(fields + b"\r\nTo: support@aftercare.example\r\n\r\nhello")

    assert trust_in(mail, _delivery({"dmarc": "PASS", "spf": "PASS"}, None, "wang@acme.example")) is trust


def _delivery(verdicts: dict[str, str], policy: str | None, envelope: str) -> Delivery:
    return Delivery(
        id="1",
        received_at=NOON,
        envelope_sender=envelope,
        recipients=("support@aftercare.example",),
        bucket="inbound",
        key="1",
        verdicts=verdicts,
        dmarc_policy=policy,
    )
