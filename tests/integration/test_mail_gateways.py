"""The line of every mail and the volume brakes, in moto."""

from datetime import timedelta
from typing import TYPE_CHECKING

from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.mail_standing import Undeliverable
from functions.shared.domain.quarantine import Held
from functions.shared.gateways.mail_brakes import MailBrakes
from functions.shared.gateways.mail_log import MailLog
from functions.shared.gateways.mail_standing import MailStandings
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

THREE = Brake(at_most=3, within="1h")


def _line(number: int, fate: Fate, **changes: object) -> MailLine:
    known = {"id": f"ses-{number}", "received_at": NOON, "raw_key": f"ses-{number}", "fate": fate, "taken_in_at": NOON}
    return MailLine.model_validate({**known, **changes})


def test_a_brake_admits_so_many_mails_and_each_once(dynamodb: "DynamoDBClient") -> None:
    brakes = MailBrakes(dynamodb, TABLE, DESK)

    admitted = [brakes.admit("sender#a", mail, THREE, now=NOON) for mail in ("1", "2", "2", "3", "4", "1")]

    assert admitted == [True, True, True, True, False, True]
    assert brakes.admit("sender#b", "4", THREE, now=NOON)
    assert brakes.admit("sender#a", "4", THREE, now=NOON + timedelta(hours=1))


def test_a_days_mails_are_found_with_what_became_of_them(dynamodb: "DynamoDBClient") -> None:
    log = MailLog(dynamodb, TABLE, DESK)
    held = _line(1, Fate.HELD, held=Held.BRAKE)
    opened = _line(2, Fate.OPENED, ticket_id="tkt_00000001")
    for line in (held, opened, _line(3, Fate.HELD, received_at=NOON + timedelta(days=1))):
        log.record(line)

    assert list(log.of_day(NOON.date())) == [held, opened]


def test_that_a_mail_came_again_hides_nothing(dynamodb: "DynamoDBClient") -> None:
    log = MailLog(dynamodb, TABLE, DESK)
    opened, released = _line(1, Fate.OPENED), _line(2, Fate.REPEATED)
    for line in (opened, _line(1, Fate.REPEATED), _line(2, Fate.HELD), released):
        log.record(line)

    assert list(log.of_day(NOON.date())) == [opened, released]


def test_what_came_again_is_found_by_its_ticket_whenever_it_came(dynamodb: "DynamoDBClient") -> None:
    log = MailLog(dynamodb, TABLE, DESK)
    first, second = (
        _line(number, Fate.REPEATED, ticket_id="tkt_00000001", received_at=NOON + timedelta(days=90 * number))
        for number in (1, 2)
    )
    others = _line(3, Fate.REPEATED, ticket_id="tkt_00000002"), _line(4, Fate.OPENED, ticket_id="tkt_00000001")
    for line in (first, second, *others):
        log.record(line)

    assert list(log.repeats_of("tkt_00000001")) == [first, second]


def test_an_address_is_undeliverable_until_it_is_cleared(dynamodb: "DynamoDBClient") -> None:
    standings = MailStandings(dynamodb, TABLE, DESK)
    mark = Undeliverable(address="wang@acme.example", since=NOON, status="5.1.1", ticket_id="tkt_00000001")
    standings.mark(mark)

    assert standings.undeliverable("WANG@acme.example") == mark
    assert standings.undeliverable("li@acme.example") is None
    standings.clear("wang@acme.example", by="li-na", now=NOON)
    assert standings.undeliverable("wang@acme.example") is None
