"""The local cloud comes back, whatever became of its last run."""

import json
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from ops.local import emulator
from ops.local.lifecycle import TOOL
from ops.local.process import Background
from ops.local.settings import ROOT, LocalSettings
from tests.e2e.local_cloud import free_ports, run_desk
from tests.e2e.running_desk import RunningDesk

pytestmark = pytest.mark.e2e

PROBLEM = json.loads((ROOT / "events" / "samples" / "problems" / "01-site-down-zh.json").read_text())


def test_what_ran_before_a_stop_is_there_after_it(cloud: LocalSettings, desk: RunningDesk) -> None:
    key = uuid.uuid4().hex
    reference = desk.report(PROBLEM, key=key).json()["reference"]
    desk.triaged(reference)

    run_desk(cloud, "down")
    assert "Found the data of the last run." in run_desk(cloud, "up")

    assert desk.ticket(reference)["team"]
    assert desk.report(PROBLEM, key=key).json()["reference"] == reference


def test_a_killed_run_does_not_block_the_next(cloud: LocalSettings, desk: RunningDesk) -> None:
    background = Background(cloud.home)
    for name in (emulator.NAME, TOOL):
        process = background.find(name)
        assert process is not None
        process.kill()
        process.wait(10)

    run_desk(cloud, "up")

    run_desk(cloud, "status")
    desk.triaged(desk.report(PROBLEM).json()["reference"])


def test_a_port_in_use_gets_one_plain_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        aws, smtp = free_ports(2)
        settings = LocalSettings(home=tmp_path, front_door_port=port, aws_port=aws, smtp_port=smtp)
        done = subprocess.run(
            [sys.executable, "-m", "ops.cli", "up"],
            cwd=ROOT,
            env=settings.to_env(),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} is in use by another program: stop it, or choose another port with AFTERCARE_PORT=…\n"
    )
    assert not (tmp_path / "run").exists()
