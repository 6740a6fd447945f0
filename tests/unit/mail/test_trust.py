import pytest

from functions.intake.delivery import Delivery
from functions.intake.mime.message import parse_mail
from functions.intake.trust import Trust, trust_in
from tests.factories import NOON

SIGNED = b"DKIM-Signature: v=1; a=rsa-sha256; d=acme.example; s=k1; b=x\r\n"


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
        ({"dmarc": "GRAY", "dkim": "GRAY"}, None, "x@else.example", SIGNED, Trust.UNPROVEN),
        ({"dmarc": "PROCESSING_FAILED"}, None, "", b"", Trust.UNPROVEN),
        ({}, None, "wang@acme.example", SIGNED, Trust.UNPROVEN),
    ],
)
def test_a_sender_is_worth_what_is_proven_for_the_domain_on_the_letter(
    verdicts: dict[str, str], policy: str | None, envelope: str, signature: bytes, trust: Trust
) -> None:
    mail = parse_mail(b"From: Wang <wang@acme.example>\r\n" + signature + b"\r\nhello")
    delivery = Delivery(
        id="1",
        received_at=NOON,
        envelope_sender=envelope,
        recipients=("support@aftercare.example",),
        bucket="inbound",
        key="1",
        verdicts=verdicts,
        dmarc_policy=policy,
    )

    assert trust_in(mail, delivery) is trust
