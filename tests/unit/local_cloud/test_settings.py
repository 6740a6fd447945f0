"""Where a local cloud lives."""

from dataclasses import replace
from pathlib import Path

import pytest

from ops.failure import Failure
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings


def test_a_child_process_reads_the_settings_of_its_parent(tmp_path: Path) -> None:
    settings = LocalSettings(home=tmp_path, front_door_port=8181, aws_port=4677, smtp_port=2626, malware_scan="on")

    assert LocalSettings.from_env(settings.to_env()) == settings


def test_without_any_variable_the_documented_ports_are_taken(tmp_path: Path) -> None:
    settings = LocalSettings.from_env({"AFTERCARE_HOME": str(tmp_path)})

    assert settings.url == "http://localhost:8080"
    assert settings.endpoint == "http://127.0.0.1:4566"
    assert settings.api_host == "de5c0001.execute-api.localhost:4566"


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "80.5"])
def test_what_is_not_a_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(Failure, match="AFTERCARE_PORT must be a port number"):
        LocalSettings.from_env({"AFTERCARE_PORT": text})


def test_a_port_that_no_variable_names_is_the_one_the_home_took_last(tmp_path: Path) -> None:
    last = LocalSettings(home=tmp_path, front_door_port=8181, aws_port=5010, smtp_port=2626)
    _remember(last)
    home = {"AFTERCARE_HOME": str(tmp_path)}

    assert LocalSettings.from_env(home) == last
    assert LocalSettings.from_env({**home, "AFTERCARE_PORT": "8282"}) == replace(last, front_door_port=8282)


def test_a_home_whose_endpoints_cannot_be_read_begins_with_the_documented_ports(tmp_path: Path) -> None:
    settings = LocalSettings(home=tmp_path)
    settings.endpoints_file.write_text("{")

    assert LocalSettings.from_env({"AFTERCARE_HOME": str(tmp_path)}) == settings


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [
        ({"AFTERCARE_PORT": "5010", "AFTERCARE_AWS_PORT": "5010"}, "AFTERCARE_PORT and AFTERCARE_AWS_PORT .* 5010"),
        ({"AFTERCARE_SMTP_PORT": "8080"}, "AFTERCARE_PORT and AFTERCARE_SMTP_PORT .* 8080"),
        ({"AFTERCARE_AWS_PORT": "2525"}, "AFTERCARE_AWS_PORT and AFTERCARE_SMTP_PORT .* 2525"),
    ],
)
def test_one_port_for_two_is_refused_by_both_names(tmp_path: Path, ports: dict[str, str], sentence: str) -> None:
    with pytest.raises(Failure, match=f"^{sentence}: choose another"):
        LocalSettings.from_env({"AFTERCARE_HOME": str(tmp_path), **ports})


def _remember(settings: LocalSettings) -> None:
    Endpoints(
        url=settings.url,
        endpoint=settings.endpoint,
        host=settings.api_host,
        region="us-east-1",
        smtp=f"localhost:{settings.smtp_port}",
        support_address="support@aftercare.example",
        mailbox_url=f"{settings.url}/mailbox/",
        users=(),
    ).write(settings.endpoints_file)
