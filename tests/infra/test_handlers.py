"""What is deployed is what was written: every entry point exists, and every handler is an entry point."""

import importlib

from tests.infra.conftest import Built
from tests.lambdas import entry_points


def test_every_entry_point_that_is_deployed_exists(cloud: Built) -> None:
    for entry_point in cloud.functions():
        module, _, name = entry_point.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), entry_point


def test_every_handler_that_was_written_is_deployed(cloud: Built) -> None:
    assert set(entry_points()) == set(cloud.functions())
