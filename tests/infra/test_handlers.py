"""What is deployed is what was written: every entry point exists, and every handler is an entry point."""

import importlib
import pkgutil
from collections.abc import Iterator

import functions
from tests.infra.conftest import Built


def test_every_entry_point_that_is_deployed_exists(cloud: Built) -> None:
    for entry_point in cloud.functions():
        module, _, name = entry_point.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), entry_point


def test_every_handler_that_was_written_is_deployed(cloud: Built) -> None:
    assert set(_written()) == set(cloud.functions())


def _written() -> Iterator[str]:
    """Entry points: `handler` in a module directly inside a slice."""
    for slice_ in pkgutil.iter_modules(functions.__path__):
        if not slice_.ispkg or slice_.name == "shared":
            continue
        package = importlib.import_module(f"functions.{slice_.name}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not module.ispkg and callable(getattr(importlib.import_module(module.name), "handler", None)):
                yield f"{module.name}.handler"
