"""Where a local cloud lives."""

from pathlib import Path

import pytest

from ops.failure import Failure
from ops.local.settings import LocalSettings


def test_a_child_process_reads_the_settings_of_its_parent(tmp_path: Path) -> None:
    settings = LocalSettings(home=tmp_path, front_door_port=8181, aws_port=4677, smtp_port=2626)

    assert LocalSettings.from_env(settings.to_env()) == settings


def test_without_any_variable_the_documented_ports_are_taken() -> None:
    settings = LocalSettings.from_env({})

    assert settings.url == "http://localhost:8080"
    assert settings.endpoint == "http://127.0.0.1:4566"
    assert settings.api_host == "de5c0001.execute-api.localhost:4566"


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "80.5"])
def test_what_is_not_a_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(Failure, match="AFTERCARE_PORT must be a port number"):
        LocalSettings.from_env({"AFTERCARE_PORT": text})
