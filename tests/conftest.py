"""Tests run with fake credentials in a fixed region; those that need no local cloud reach nothing but this machine."""

import os

import pytest
from hypothesis import HealthCheck, settings

from infra import NODE
from tests.e2e.local_cloud import cloud

__all__ = ["cloud"]

os.environ["JSII_NODE"] = str(NODE)  # tests may import aws_cdk before infra

# How long an example takes says something of the machine and its load, nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

_CLOUD_PATIENCE_S = 400
"""The first test on the local cloud waits until it is up."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("e2e") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(_CLOUD_PATIENCE_S))
        else:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


@pytest.fixture(autouse=True)
def _fake_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
