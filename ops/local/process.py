"""Programs in the background: started once, found again, stopped with everything they started.

A note on disk says which process runs a program. A note alone is never believed: the process must exist, run the noted
command and have started when the note says, so a note left by a crash or a reused process id does no harm.
"""

import contextlib
import fcntl
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.failure import Failure

_SAME_START_S = 60
"""The instant of a start is told relative to the machine's clock, which may have been set since."""


@dataclass(frozen=True)
class Program:
    """What to run in the background, and under which name it is found again."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


class Background:
    """The background programs of one local cloud."""

    def __init__(self, home: Path) -> None:
        self._notes = home / "run"
        self._logs = home / "logs"

    def find(self, name: str) -> psutil.Process | None:
        """The process that runs the program, or None; removes a note that is no longer true."""
        note = self._notes / f"{name}.json"
        try:
            noted = json.loads(note.read_bytes())
            process = psutil.Process(noted["pid"])
            is_noted = process.cmdline()[1:] == noted["arguments"]
            if is_noted and abs(process.create_time() - noted["started"]) < _SAME_START_S:
                return process
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, psutil.Error):
            pass  # torn while it was written, or about a process that is gone
        note.unlink(missing_ok=True)
        return None

    def start(self, program: Program, *, cwd: Path) -> psutil.Process:
        """Start the program in a session of its own, so that it outlives the terminal."""
        self._notes.mkdir(parents=True, exist_ok=True)
        log = self.log(program.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        with log.open("wb") as output:
            child = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child.returncode = 0  # disowned: the program outlives this one, which is not to wait for it
        process = psutil.Process(child.pid)
        note = self._notes / f"{program.name}.json"
        draft = note.with_suffix(".draft")
        facts = {"pid": child.pid, "started": process.create_time(), "arguments": program.command[1:]}
        draft.write_text(json.dumps(facts))
        draft.replace(note)
        return process

    def stop(self, name: str, *, patience_s: float = 20) -> bool:
        """Ask the program to end and wait; after `patience_s` end it by force. Says whether it was running."""
        process = self.find(name)
        if process is None:
            return False
        family = [process, *_children(process)]
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
        psutil.wait_procs([process], timeout=patience_s)
        for survivor in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                survivor.kill()
        psutil.wait_procs(family, timeout=5)
        (self._notes / f"{name}.json").unlink(missing_ok=True)
        return True

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def last_words(self, name: str, lines: int = 5) -> str:
        """The end of the program's log, for a message about its failure."""
        log = self.log(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def wait_until(ready: Callable[[], bool], process: psutil.Process, *, patience_s: float) -> bool:
    """Poll `ready` until it holds; False when the process ends or patience does."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        if ready():
            return True
        if not _is_alive(process):
            return False
        time.sleep(0.1)  # polling another process: there is nothing to wait on
    return False


def require_free_port(port: int, variable: str) -> None:
    """Refuse a port that another program holds, in one sentence that names it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} is in use by another program: stop it, or choose another port with {variable}=…"
            ) from error


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home for one command at a time; the lock ends with the process, however it ends."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"Another command is starting or stopping the local cloud in {home}: wait for it.") from None
        yield


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
