"""The signing keys in SSM, and the generation of links in the table."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from functions.shared.domain.errors import ConfigMissing
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.secrets import RETRY_AFTER, KeyParameter
from ops.keys import ensure_keys, rotate_keys
from tests.integration.conftest import TABLE
from tests.unit.identity.conftest import GenerationsInMemory

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

PARAMETER = "/aftercare/after-sales/keys"
SECOND = timedelta(seconds=1)
CONTACT, OTHER_CONTACT = "con_7f3k92qd", "con_00000000"


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def ssm() -> Iterator["SSMClient"]:
    with mock_aws():
        yield boto3.client("ssm")


def test_keys_are_created_once_and_encrypted(ssm: "SSMClient") -> None:
    created = ensure_keys(ssm, PARAMETER)

    assert ensure_keys(ssm, PARAMETER) == created
    assert ssm.get_parameter(Name=PARAMETER)["Parameter"]["Type"] == "SecureString"
    assert KeyParameter(ssm, PARAMETER).current() == created.keys[0]


def test_a_rotation_adds_a_key_and_keeps_the_former(ssm: "SSMClient") -> None:
    former = ensure_keys(ssm, PARAMETER).keys[0]

    ring = rotate_keys(ssm, PARAMETER)

    assert [key == former for key in ring.keys] == [True, False]
    assert KeyParameter(ssm, PARAMETER).find(former.id) == former


def test_a_reader_learns_of_a_new_key_when_it_meets_it_but_asks_at_most_once_a_minute(ssm: "SSMClient") -> None:
    clock = Clock()
    ensure_keys(ssm, PARAMETER)
    reader = KeyParameter(ssm, PARAMETER, clock=clock)
    reader.current()
    new = rotate_keys(ssm, PARAMETER).keys[-1]

    clock.now += RETRY_AFTER - SECOND
    assert reader.find(new.id) is None
    clock.now += SECOND
    assert reader.find(new.id) == new
    assert reader.find("knever") is None


def test_a_new_key_signs_when_every_reader_has_met_it(ssm: "SSMClient") -> None:
    clock = Clock()
    ensure_keys(ssm, PARAMETER)
    warm = KeyParameter(ssm, PARAMETER, clock=clock)
    former = warm.current()
    new = rotate_keys(ssm, PARAMETER).keys[-1]
    clock.now = new.created_at

    for minutes in range(20):
        cold = KeyParameter(ssm, PARAMETER, clock=clock)
        signer = cold.current()
        assert signer == (former if minutes < 15 else new)
        assert warm.find(signer.id)
        clock.now += timedelta(minutes=1)


def test_a_desk_without_keys_is_not_configured(ssm: "SSMClient") -> None:
    with pytest.raises(ConfigMissing):
        KeyParameter(ssm, PARAMETER).current()


@pytest.fixture(params=["dynamodb", "memory"])
def generations(request: pytest.FixtureRequest) -> LinkGenerations | GenerationsInMemory:
    if request.param == "memory":
        return GenerationsInMemory()
    dynamodb: DynamoDBClient = request.getfixturevalue("dynamodb")
    return LinkGenerations(dynamodb, TABLE, "after-sales")


def test_revoking_raises_the_generation_of_that_subject_only(
    generations: LinkGenerations | GenerationsInMemory,
) -> None:
    assert generations.current(CONTACT) == 0

    assert [generations.revoke(CONTACT), generations.revoke(CONTACT)] == [1, 2]

    assert (generations.current(CONTACT), generations.current(OTHER_CONTACT)) == (2, 0)
