"""`desk keys` as an operator types it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from typer.testing import CliRunner

from functions.shared.contracts.words import Language
from functions.shared.domain.directory import ContactRecord
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.links import LinkGenerations
from functions.shared.gateways.secrets import KeyParameter
from functions.shared.gateways.tickets import TicketTable
from ops.cli import app
from ops.failure import Failure
from tests.factories import DESK, make_opened
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


def test_links_to_a_ticket_are_revoked_by_its_id_or_reference(dynamodb: "DynamoDBClient") -> None:
    opened = make_opened()
    ticket = ticket_of(opened)
    TicketTable(dynamodb, TABLE, DESK).append(ticket, [opened])

    for name in (ticket.id, reference(ticket.id, "AS"), reference(ticket.id, "AS").lower()):
        desk("revoke", name, "--table", TABLE)

    assert LinkGenerations(dynamodb, TABLE, DESK).current(ticket.id) == 3


def test_links_of_a_contact_are_revoked(dynamodb: "DynamoDBClient") -> None:
    contact = ContactRecord(id="con_7f3k92qd", name="王芳", address="wang@acme.example", language=Language.ZH)
    Directory(dynamodb, TABLE, DESK, Language.ZH).enter_contact(contact)

    desk("revoke", contact.id, "--table", TABLE)

    assert LinkGenerations(dynamodb, TABLE, DESK).current(contact.id) == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tkt_zzzzzzzz", "There is no such ticket. (tkt_zzzzzzzz)"),
        ("AS-ZZZZ-ZZZZ", "There is no such ticket. (tkt_zzzzzzzz)"),
        ("con_zzzzzzzz", "There is no such contact. (con_zzzzzzzz)"),
        ("wang", "'wang' is neither a ticket (AS-…, tkt_…) nor a contact (con_…)."),
    ],
)
@pytest.mark.usefixtures("dynamodb")
def test_links_to_nothing_are_not_revoked(name: str, sentence: str) -> None:
    with pytest.raises(Failure, match=f"^{re.escape(sentence)}$"):
        desk("revoke", name, "--table", TABLE)


def test_without_a_local_desk_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))

    with pytest.raises(Failure, match="--parameter"):
        desk("rotate")
