"""`desk keys` as an operator types it."""

from typing import TYPE_CHECKING

import boto3
import pytest
from typer.testing import CliRunner

from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.secrets import KeyParameter
from ops.cli import app
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARAMETER = "/aftercare/after-sales/token-key"


def desk(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


@pytest.mark.usefixtures("aws")
def test_keys_are_made_once_and_rotated_without_showing_a_secret() -> None:
    assert desk("keys", "rotate") == (1, "after-sales has no keys yet. Make them with `desk keys create`.\n")
    created = desk("keys", "create")
    assert created[0] == 0
    assert desk("keys", "create") == created

    first = KeyParameter(boto3.client("ssm"), PARAMETER).current()
    code, told = desk("keys", "rotate")

    assert code == 0
    assert told.endswith(f"still good: {first.id}.\n")
    document = boto3.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"]
    assert len(document) < 4096
    assert len(told) < 100


def test_links_are_revoked_by_id(dynamodb: "DynamoDBClient") -> None:
    assert desk("keys", "revoke", "tkt_7f3k92qd", "--table", TABLE)[0] == 0
    assert LinkGenerations(dynamodb, TABLE, "after-sales").current("tkt_7f3k92qd") == 1

    assert desk("keys", "revoke", "AS-7F3K-92QD", "--table", TABLE)[0] == 1
