"""A copy of a mail waits in quarantine while its ticket is deleted, and is let in afterwards: nothing of it is left."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.desk import erase
from functions.intake import mail
from functions.shared.domain.quarantine import Held, HeldList, HeldMail
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.held_mail import HeldMails
from ops.reconcile import reconcile
from tests.factories import DESK
from tests.integration import test_intake_mail as mails
from tests.integration.conftest import TABLE
from tests.integration.test_deleting import WORDS, _eraser, deleted, everything, heads, letter, mail_desk, remove
from tests.integration.test_desk_doors import _desk
from tests.integration.test_merging import triaged
from tests.lambdas import CONTEXT

__all__ = ["_desk", "_eraser", "mail_desk"]  # fixtures


class Arrivals:
    """The way of received mail, as fast as it can be or slower than whoever lets a mail in."""

    def __init__(self, *, at_once: bool) -> None:
        self._at_once = at_once
        self._under_way: list[Callable[[], None]] = []

    def announce(self, held: HeldMail, *, released_by: str | None = None) -> None:
        self._under_way.append(lambda: arrive(held, released_by=released_by))
        if self._at_once:
            self.come()

    def come(self) -> None:
        while self._under_way:
            self._under_way.pop(0)()


def arrive(held: HeldMail, *, released_by: str | None = None) -> None:
    event = json.loads((mails.EVENTS / "intake_mail.json").read_text(encoding="utf-8"))
    event["Records"][0]["body"] = json.dumps(held.notification("inbound", released_by=released_by))
    assert mail.handler(event, CONTEXT) == {"batchItemFailures": []}


def hold_copy(raw: bytes) -> None:
    """The copy arrives, and the spam filter stops it."""
    boto3.client("s3").put_object(Bucket="inbound", Key="ses-copy", Body=raw)
    arrive(
        HeldMail(
            id="ses-copy",
            received_at=datetime.now(UTC),
            held=Held.SPAM,
            why="",
            raw_key="ses-copy",
            envelope_sender="wang@acme.example",
            recipients=("support@aftercare.example",),
            verdicts={"spam": "FAIL"},
        )
    )


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_copy_that_is_let_in_after_the_deletion_leaves_no_words_in_quarantine(at_once: bool, dynamodb: Any) -> None:
    mails.receive(raw := letter(1))
    (ticket_id,) = heads(dynamodb)
    hold_copy(raw)
    remove(triaged(ticket_id))
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    quarantine, arrivals, s3 = Quarantine(dynamodb, TABLE, DESK), Arrivals(at_once=at_once), boto3.client("s3")
    held = HeldMails(quarantine=quarantine, arrivals=arrivals, raw=Blobs(s3, "inbound"))
    (copy,) = quarantine.newest().mails
    assert copy.subject == "secretword jam"

    held.release(copy.id, by="zhou-min", now=datetime.now(UTC))
    arrivals.come()
    nothing_is_left(dynamodb, held)

    claim = quarantine.claim(copy)  # somebody else had read it before
    arrivals.announce(copy, released_by="gao-yuan")
    quarantine.settle(copy.settled("released", by="gao-yuan", at=datetime.now(UTC)), claim)
    arrivals.come()
    nothing_is_left(dynamodb, held)


def nothing_is_left(dynamodb: Any, held: HeldMails) -> None:
    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []
    kept = held.find("ses-copy")
    assert (kept.standing, kept.held, kept.settled_by) == ("deleted", Held.SPAM, None)
    assert (held.newest(50), held.source("ses-copy"), len(heads(dynamodb))) == (HeldList(()), None, 1)
    now = datetime.now(UTC)
    place: Any = SimpleNamespace(dynamodb=dynamodb, s3=boto3.client("s3"), table=TABLE, bucket="inbound")
    report = reconcile(place, DESK, since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert (report["received"], report["differences"]) == (2, [])
