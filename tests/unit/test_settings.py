"""Settings are the one agreement between a stack and its function."""

import pytest
from pydantic import ValidationError

from functions.outbox.settings import OutboxSettings
from functions.shared.settings import Settings


class Shop(Settings):
    table_name: str
    greeting: str = "hello"


def test_what_the_stack_writes_is_what_the_function_reads() -> None:
    assert Shop.from_env(Shop.to_env(table_name="orders")) == Shop(table_name="orders")


def test_variables_of_others_are_ignored() -> None:
    assert Shop.from_env({"TABLE_NAME": "orders", "PATH": "/bin"}).table_name == "orders"


@pytest.mark.parametrize("names", [{}, {"table_name": "a", "tabel_name": "b"}, {"greeting": "hi"}])
def test_a_wrong_set_of_names_is_refused_while_synthesizing(names: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="table_name"):
        Shop.to_env(**names)


def test_a_missing_variable_is_named_when_the_function_starts() -> None:
    with pytest.raises(ValidationError, match="bus_name"):
        OutboxSettings.from_env({})
