"""A local cloud for the tests alone: a home and ports of its own, no demo tickets, promises short enough to wait for.

`AFTERCARE_E2E_HOME` names a home to keep: the cloud then stays up after the run, and the next run is quick.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.local.settings import ROOT, LocalSettings

SHORT_PROMISE_MODULE = "short-promise"

_SHORT_PROMISE = f"""
policies:
  - id: short-promise
    when: {{field: module, op: is, value: {SHORT_PROMISE_MODULE}}}
    calendar: always
    targets:
      P0: {{first_response: 30s}}
      P1: {{first_response: 30s}}
      P2: {{first_response: 30s}}
      P3: {{first_response: 30s}}
    clocks:
      first_response:
        warn: [{{at: 50%, to: [assignee]}}]
        escalate: [{{after: 0m, to: [lead, "webhook:e2e", duty@elsewhere.example]}}]
"""
EDITED_PROMISE_MODULE = "edited-promise"
EDITED_PROMISE = "b-edited-promise.yaml"
_EDITED_PROMISE = f"""
policies:
  - id: edited-promise
    when: {{field: module, op: is, value: {EDITED_PROMISE_MODULE}}}
    calendar: always
    targets:
      P0: {{resolution: 5h}}
      P1: {{resolution: 5h}}
      P2: {{resolution: 5h}}
      P3: {{resolution: 5h}}
"""
_WEBHOOK = """
webhooks:
  - {id: e2e, url: https://e2e.example.com/hooks}
"""
GUARDED_FORM = "guarded"
_GUARDED_FORM = f"""
id: {GUARDED_FORM}
name: {{zh: 需要验证的表单, en: Guarded form}}
proof_of_work: true
fields:
  - {{id: title, kind: text, label: {{zh: 问题, en: Problem}}, required: true}}
  - {{id: description, kind: long_text, label: {{zh: 描述, en: Description}}, required: true}}
  - {{id: contact_email, kind: address, label: {{zh: 邮箱, en: E-mail}}, required: true}}
"""
CHAT = "e2e-chat"
CHANNEL_FILE = "e2e.yaml"
_CHANNEL = f"""
channels:
  - id: {CHAT}
    fields: {{message_id: id, conversation_id: room, sender_id: from, name: from, text: said}}
"""
_MODULE = f"""
modules:
  - id: {SHORT_PROMISE_MODULE}
    name: {{zh: 短时承诺, en: Short promise}}
    team: first-line
  - id: {EDITED_PROMISE_MODULE}
    name: {{zh: 会变的承诺, en: Edited promise}}
    team: first-line
"""


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSettings]:
    """A local cloud that is up, and its settings."""
    kept = os.environ.get("AFTERCARE_E2E_HOME")
    settings = _settings(Path(kept) if kept else tmp_path_factory.mktemp("cloud"))
    run_desk(settings, "up")
    yield settings
    if not kept:
        run_desk(settings, "down")


def run_desk(settings: LocalSettings, *arguments: str) -> str:
    """Run the operators' command for this cloud; what it prints. A bad end fails the test with its own words."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **settings.to_env()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            f"desk {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}{done.stdout}", pytrace=False
        )
    return done.stdout


def _settings(home: Path) -> LocalSettings:
    home.mkdir(parents=True, exist_ok=True)
    remembered = home / "ports"
    if not remembered.exists():
        remembered.write_text(" ".join(map(str, free_ports(3))))
    front_door, aws, smtp = map(int, remembered.read_text().split())
    return LocalSettings(
        home=home,
        front_door_port=front_door,
        aws_port=aws,
        smtp_port=smtp,
        config=_configuration(home / "config"),
        has_demo_tickets=False,
        malware_scan="on",
    )


def _configuration(folder: Path) -> Path:
    """The default desk, one module whose tickets are to be answered in 30 seconds, one whose policy is edited, a form
    that asks for a proof of work, and a channel.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "config", folder)
    (folder / "policies" / "a-short-promise.yaml").write_text(_SHORT_PROMISE, encoding="utf-8")
    (folder / "policies" / EDITED_PROMISE).write_text(_EDITED_PROMISE, encoding="utf-8")
    (folder / "forms" / f"{GUARDED_FORM}.yaml").write_text(_GUARDED_FORM, encoding="utf-8")
    (folder / "channels").mkdir()
    (folder / "channels" / CHANNEL_FILE).write_text(_CHANNEL, encoding="utf-8")
    (folder / "webhooks").mkdir()
    (folder / "webhooks" / "e2e.yaml").write_text(_WEBHOOK, encoding="utf-8")
    (folder / "modules").mkdir()
    (folder / "modules" / "short-promise.yaml").write_text(_MODULE, encoding="utf-8")
    return folder


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
