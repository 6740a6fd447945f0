from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.sesv2.models import sesv2_backends

from functions.shared.gateways.mail import Mailer, MailRefused
from functions.shared.gateways.sent import LEASE, BeingSent, SentMail
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACCOUNT = "123456789012"
"""What moto calls the caller's account."""


@pytest.fixture
def sent(dynamodb: "DynamoDBClient") -> SentMail:
    return SentMail(dynamodb, TABLE, DESK)


def test_a_mail_is_claimed_by_one_at_a_time(sent: SentMail) -> None:
    claim = sent.claim("e#a@x.example", now=NOON)

    assert (claim.attempt, claim.is_done) == (1, False)
    with pytest.raises(BeingSent):
        sent.claim("e#a@x.example", now=NOON + LEASE - timedelta(seconds=1))
    assert sent.claim("e#b@x.example", now=NOON).attempt == 1


def test_a_claim_whose_holder_died_is_taken_over(sent: SentMail) -> None:
    sent.claim("e#a@x.example", now=NOON)

    assert sent.claim("e#a@x.example", now=NOON + LEASE).attempt == 2


def test_how_a_mail_ended_is_kept(sent: SentMail) -> None:
    sent.sent(sent.claim("left", now=NOON), "<1@email.amazonses.com>", now=NOON)
    sent.refused(sent.claim("refused", now=NOON), now=NOON)

    assert sent.claim("left", now=NOON).message_id == "<1@email.amazonses.com>"
    assert sent.claim("refused", now=NOON).is_refused


@pytest.mark.parametrize(("region", "host"), [("us-east-1", "email"), ("eu-west-1", "eu-west-1")])
def test_the_id_on_the_wire_is_that_of_ses(aws: None, region: str, host: str) -> None:
    del aws
    client = boto3.client("sesv2", region_name=region)
    client.create_email_identity(EmailIdentity="support@aftercare.example")

    message_id = Mailer(client).send(
        b"Subject: x\r\n\r\ny", sender="support@aftercare.example", recipient="a@x.example"
    )

    (message,) = sesv2_backends[ACCOUNT][region].core_backend.sent_messages
    assert message_id == f"<{message.id}@{host}.amazonses.com>"


def test_what_ses_will_never_send_is_refused(aws: None) -> None:
    del aws
    with pytest.raises(MailRefused, match="authority to send"):
        Mailer(boto3.client("sesv2")).send(b"x", sender="nobody@else.example", recipient="a@x.example")


def test_what_was_given_back_may_be_tried_again_at_once(sent: SentMail) -> None:
    sent.given_back(sent.claim("e#webhook:pager", now=NOON), now=NOON)

    assert sent.claim("e#webhook:pager", now=NOON).attempt == 2
