from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from functions.shared.domain.errors import HeldMailNotFound
from functions.shared.domain.quarantine import Held, HeldList, HeldMail
from functions.shared.gateways import quarantine as module
from functions.shared.gateways.quarantine import Quarantine
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE
from tests.unit.mail.post_office import HeldMails

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _held(number: int) -> HeldMail:
    return HeldMail(
        id=f"ses-{number}",
        received_at=NOON + timedelta(seconds=number),
        held=Held.UNREADABLE,
        why="empty",
        raw_key=f"ses-{number}",
        recipients=("support@aftercare.example",),
    )


def test_what_is_set_aside_is_listed_newest_first_and_once(dynamodb: "DynamoDBClient") -> None:
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    for number in (1, 3, 2, 3):
        quarantine.hold(_held(number))

    assert quarantine.newest() == HeldList((_held(3), _held(2), _held(1)))
    first = quarantine.newest(limit=1)
    assert first.mails == (_held(3),)
    assert quarantine.newest(limit=2, after=first.next or "") == HeldList((_held(2), _held(1)))


def test_what_a_person_should_look_at_is_found_behind_any_number_of_machines(dynamodb: "DynamoDBClient") -> None:
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    words = _held(0).model_copy(update={"subject": 'of a program: "held":"machine"', "excerpt": "a" * 9_000})
    quarantine.hold(words)
    for number in range(1, 300):
        kind = Held.MACHINE if number % 2 else Held.OWN_MAIL
        quarantine.hold(_held(number).model_copy(update={"held": kind, "excerpt": "a" * 9_000}))

    assert quarantine.newest(limit=50, to_look_at=True) == HeldList((words,))
    assert {mail.held for mail in quarantine.newest(limit=50).mails} == {Held.MACHINE, Held.OWN_MAIL}


def test_one_page_reads_so_much_and_names_where_it_stopped(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_READS", 1)
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    quarantine.hold(_held(0))
    for number in range(1, 150):
        quarantine.hold(_held(number).model_copy(update={"held": Held.MACHINE, "excerpt": "a" * 9_000}))

    begun = quarantine.newest(to_look_at=True)
    assert begun.mails == ()
    assert begun.next
    assert quarantine.newest(to_look_at=True, after=begun.next) == HeldList((_held(0),))


def test_what_was_decided_is_kept_unless_the_mail_was_set_aside_anew(dynamodb: "DynamoDBClient") -> None:
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    mail = _held(1)
    with pytest.raises(HeldMailNotFound):
        quarantine.claim(mail)
    quarantine.hold(mail)
    lost = quarantine.claim(mail)
    quarantine.hold(mail)

    assert not quarantine.settle(mail.settled("released", by="zhou-min", at=NOON), lost)
    assert quarantine.newest() == HeldList((mail,))
    released = mail.settled("released", by="zhou-min", at=NOON)
    assert quarantine.settle(released, quarantine.claim(mail))
    assert quarantine.newest() == HeldList(())
    assert quarantine.find("ses-1") == released


def test_what_arrives_again_waits_once_until_somebody_decides(dynamodb: "DynamoDBClient") -> None:
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    posted = [_held(0).model_copy(update={"channel": "webchat", "received_at": _held(n).received_at}) for n in range(3)]
    quarantine.hold_once(posted[0])
    quarantine.hold_once(posted[1])

    assert quarantine.newest() == HeldList((posted[0],))
    deleted = posted[0].settled("deleted", by="zhou-min", at=NOON)
    quarantine.settle(deleted, quarantine.claim(posted[0]))
    quarantine.hold_once(posted[2])
    assert quarantine.newest() == HeldList((posted[2],))
    assert list(quarantine.since(NOON)) == [deleted, posted[2]]


@pytest.fixture(params=["table", "memory"])
def area(request: pytest.FixtureRequest, dynamodb: "DynamoDBClient") -> Quarantine | HeldMails:
    return Quarantine(dynamodb, TABLE, DESK) if request.param == "table" else HeldMails()


def test_of_what_is_forgotten_only_that_it_came_is_kept(area: Quarantine | HeldMails) -> None:
    said = {
        "why": "more than 3 mails within 1h from wang@acme.example",
        "envelope_sender": "wang@acme.example",
        "sender": "wang@acme.example",
        "subject": "jam",
        "message_id": "<1@acme>",
        "excerpt": "in tray 2",
        "verdicts": {"spam": "FAIL"},
    }
    mail, other, later = _held(1).model_copy(update=said), _held(2), NOON + timedelta(days=1)
    area.hold(mail)
    area.hold(other)
    for id, received_at in ((mail.id, mail.received_at), (mail.id, NOON), ("ses-9", NOON)):
        area.forget(id, received_at, now=later)

    bare = HeldMail(
        id=mail.id,
        received_at=mail.received_at,
        held=mail.held,
        why="",
        raw_key=mail.raw_key,
        standing="deleted",
        settled_at=later,
    )
    assert list(area.since(NOON)) == [bare, other]


def test_who_was_deciding_about_what_is_forgotten_writes_nothing(dynamodb: "DynamoDBClient") -> None:
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    mail = _held(1)
    quarantine.hold(mail)
    claim = quarantine.claim(mail)
    quarantine.forget(mail.id, mail.received_at, now=NOON)

    assert not quarantine.settle(mail.settled("released", by="zhou-min", at=NOON), claim)
    assert quarantine.find(mail.id) == mail.forgotten(NOON)
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert item["ttl"]["N"] == str(int((NOON + module.SETTLED_KEPT).timestamp()))
