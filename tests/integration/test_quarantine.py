from datetime import timedelta
from typing import TYPE_CHECKING

from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.gateways.quarantine import Quarantine
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE

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

    assert list(quarantine.newest()) == [_held(3), _held(2), _held(1)]
    assert list(quarantine.newest(limit=1)) == [_held(3)]
