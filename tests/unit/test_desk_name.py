"""Which desk the operators' commands act on."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import config_commands, customer_commands, quarantine_commands
from ops.desk_name import desk_named
from ops.failure import Failure
from ops.local import running

CONFIG = Path(__file__).parents[2] / "config"
STACK = {
    "TableName": "t", "BlobsBucket": "b", "DeskId": "it-support", "InboundBucket": "i", "InboundTopicArn": "arn",
}  # fmt: skip


def acts_on_the_configurations_of(told: str | None) -> str:
    return config_commands._store(told, None, None).desk


def acts_on_the_mail_of(told: str | None) -> str:
    return quarantine_commands.mail_place(told, None, None, None).desk


@pytest.mark.parametrize("acts_on", [acts_on_the_configurations_of, acts_on_the_mail_of])
def test_a_command_acts_on_the_desk_that_is_up_unless_it_is_told(
    acts_on: Callable[[str | None], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = SimpleNamespace(dynamodb=None, s3=None, sns=None)
    monkeypatch.setattr(running, "local_desk", lambda _: (aws, STACK))

    assert acts_on(None) == "it-support"
    assert acts_on("other") == "other"


def test_customers_are_entered_at_the_desk_that_is_up_unless_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Stop(Exception):
        pass

    def store(*_: Any, desk: str, **__: Any) -> Any:
        asked.append(desk)
        raise Stop

    aws = SimpleNamespace(dynamodb=None, s3=None)
    monkeypatch.setattr(running, "local_desk", lambda _: (aws, STACK))
    monkeypatch.setattr("functions.shared.gateways.config.ConfigStore", store)
    for told in (None, "other"):
        with pytest.raises(Stop):
            customer_commands._desk(told, None, None)

    assert asked == ["it-support", "other"]


def test_a_deployed_desk_is_the_one_that_is_configured_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AFTERCARE_CONFIG", str(CONFIG / "desks" / "it-support"))
    assert desk_named(None) == "it-support"
    assert desk_named("after-sales") == "after-sales"

    monkeypatch.setenv("AFTERCARE_CONFIG", str(tmp_path))
    with pytest.raises(Failure, match="--desk"):
        desk_named(None)
