"""Programs in the background, and what is left of them after a crash."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.failure import Failure
from ops.local.process import Background, Program, only_one, require_free_port, wait_until

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
SLEEPER = Program("sleeper", (sys.executable, "-c", SLEEP), os.environ)
STUBBORN = Program("sleeper", (sys.executable, "-c", f"{DEAF}; {SLEEP}"), os.environ)


@pytest.fixture
def background(tmp_path: Path) -> Iterator[Background]:
    background = Background(tmp_path)
    yield background
    background.stop("sleeper", patience_s=0.1)


def start(background: Background, program: Program, home: Path) -> psutil.Process:
    process = background.start(program, cwd=home)
    assert wait_until(lambda: "ready" in background.last_words("sleeper"), process, patience_s=10)
    return process


def test_a_started_program_is_found_until_it_is_stopped(background: Background, tmp_path: Path) -> None:
    process = start(background, SLEEPER, tmp_path)

    assert background.find("sleeper") == process
    assert background.stop("sleeper")
    assert background.find("sleeper") is None
    assert not background.stop("sleeper")


def test_a_program_that_will_not_end_is_ended_by_force(background: Background, tmp_path: Path) -> None:
    process = start(background, STUBBORN, tmp_path)

    background.stop("sleeper", patience_s=0.2)

    assert not process.is_running()


def test_a_killed_program_is_not_found_and_its_note_is_gone(background: Background, tmp_path: Path) -> None:
    process = start(background, SLEEPER, tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait(5)

    assert background.find("sleeper") is None
    assert not (tmp_path / "run" / "sleeper.json").exists()


def test_a_process_that_got_the_same_id_by_chance_is_left_alone(background: Background, tmp_path: Path) -> None:
    note = tmp_path / "run" / "sleeper.json"
    note.parent.mkdir()
    me = psutil.Process()
    note.write_text(json.dumps({"pid": me.pid, "started": me.create_time(), "arguments": ["-m", "something.else"]}))

    assert background.find("sleeper") is None
    assert not background.stop("sleeper")


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_torn_note_is_no_obstacle(background: Background, tmp_path: Path, torn: str) -> None:
    note = tmp_path / "run" / "sleeper.json"
    note.parent.mkdir()
    note.write_text(torn)

    assert background.find("sleeper") is None
    assert not note.exists()


def test_a_port_in_use_gets_one_sentence_that_names_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Failure) as refused:
            require_free_port(port, "AFTERCARE_PORT")

    assert str(refused.value) == (
        f"Port {port} is in use by another program: stop it, or choose another port with AFTERCARE_PORT=…"
    )
    require_free_port(port, "AFTERCARE_PORT")


def test_two_commands_do_not_start_one_cloud(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(Failure, match="wait for it"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass
