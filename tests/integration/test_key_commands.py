"""`desk keys` as an operator types it."""

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from typer.testing import CliRunner

from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.secrets import KeyParameter
from ops.cli import app
from ops.failure import Failure
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARAMETER = "/aftercare/after-sales/token-key"


def desk(*words: str) -> str:
    result = CliRunner().invoke(app, ["keys", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.usefixtures("aws")
def test_keys_are_made_once_and_rotated_without_showing_a_secret() -> None:
    with pytest.raises(Failure, match="desk keys create"):
        desk("rotate", "--parameter", PARAMETER)
    created = desk("create", "--parameter", PARAMETER)
    assert desk("create", "--parameter", PARAMETER) == created

    first = KeyParameter(boto3.client("ssm"), PARAMETER).current()
    told = desk("rotate", "--parameter", PARAMETER)

    assert told.endswith(f"still good: {first.id}.\n")
    assert len(told) < 100
    document = boto3.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"]
    assert len(document) < 4096


def test_links_are_revoked_by_id(dynamodb: "DynamoDBClient") -> None:
    desk("revoke", "tkt_7f3k92qd", "--table", TABLE)
    assert LinkGenerations(dynamodb, TABLE, "after-sales").current("tkt_7f3k92qd") == 1

    with pytest.raises(Failure):
        desk("revoke", "AS-7F3K-92QD", "--table", TABLE)


def test_without_a_local_desk_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))

    with pytest.raises(Failure, match="--parameter"):
        desk("rotate")
