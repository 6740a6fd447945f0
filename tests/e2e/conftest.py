"""What end-to-end tests share: one desk on a local cloud of their own."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from functions.shared.contracts.words import Role
from ops.local import emulator
from ops.local.endpoints import Endpoints
from ops.local.process import Background
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.local_cloud import SHORT_PROMISE_MODULE
from tests.e2e.running_desk import RunningDesk


@pytest.fixture(scope="session")
def desk(cloud: LocalSettings) -> Iterator[RunningDesk]:
    """The desk, and an agent's token for it."""
    endpoints = Endpoints.read(cloud.endpoints_file).model_dump()
    with closing(RunningDesk(endpoints, for_role(cloud, Role.AGENT))) as client:
        yield client


@pytest.fixture
def emulator_pid(cloud: LocalSettings) -> int:
    """The process whose children are the running functions."""
    process = Background(cloud.home).find(emulator.NAME)
    assert process is not None
    return process.pid


@pytest.fixture
def thirty_second_policy() -> dict[str, str]:
    """What a report must say to be promised an answer within thirty seconds."""
    return {"module": SHORT_PROMISE_MODULE}
