"""Commands that ask the local desk refuse, in one sentence, when it is not up."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.failure import Failure

COMMANDS = (
    "ticket list",
    "ticket show AS-7F3K-92QD",
    "token --role agent",
    "token --contact wang@acme.example",
    "demo",
    "company import companies.csv",
    "contact import contacts.csv",
    "contact merge a@acme.example b@acme.example",
    "sla explain AS-7F3K-92QD",
    "rules explain AS-7F3K-92QD --rule vip",
    "keys rotate",
    "keys revoke AS-7F3K-92QD",
    "config show",
    "mail quarantine list",
    "logs router",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_desk_that_is_up_nothing_else_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    for elsewhere in ("TABLE_NAME", "BLOBS_BUCKET", "INBOUND_BUCKET", "INBOUND_TOPIC_ARN"):
        monkeypatch.delenv(elsewhere, raising=False)
    with pytest.raises(Failure, match=r"^The local desk is not up: start it with `desk up`"):
        CliRunner().invoke(app, command.split(), catch_exceptions=False)
