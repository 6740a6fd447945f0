"""`up` and `down`: from nothing, from an earlier run, or from the remains of one that crashed, to a running desk."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from functions.shared.domain.config import DeskConfig
from ops import demo
from ops.configuration import ConfigRefused, load_config
from ops.desk_client import DeskClient
from ops.failure import Failure
from ops.local import deploy, emulator, furnish
from ops.local.aws import LocalAws
from ops.local.endpoints import Endpoints
from ops.local.process import Background, Program, only_one, require_free_port, wait_until
from ops.local.settings import REGION, ROOT, LocalSettings
from ops.local.warm import wake

TOOL = "tool"
PROGRAMS = (TOOL, emulator.NAME)
"""In the order in which they are stopped: nothing may call what is gone."""

_DEMO_POSTED = "/aftercare/local/demo-posted"

Say = Callable[[str], None]


def up(settings: LocalSettings, say: Say) -> Endpoints:
    """Bring the local cloud up and the desk in it up to date; quick when both are so already."""
    with only_one(settings.home):
        config = _configuration(settings)
        background = Background(settings.home)
        _require_ports(settings, background)
        emulator_was_down = emulator.start(settings, background, say)
        _start_tool(settings, background)
        aws = LocalAws(settings)
        is_changed = deploy.deploy(settings, aws, config.desk, say)
        stack = deploy.outputs(aws)
        users = furnish.furnish(aws, stack, config, demo.samples_of(settings.config))
        if is_changed:
            _keep(settings, background, say)
        elif emulator_was_down:
            say("Found the data of the last run.")
        if is_changed or emulator_was_down:
            say("Waking the functions…")
            wake(settings, aws)
        endpoints = Endpoints(
            url=settings.url,
            endpoint=settings.endpoint,
            host=settings.api_host,
            region=REGION,
            smtp=f"localhost:{settings.smtp_port}",
            support_address=stack["SupportAddress"],
            mailbox_url=f"{settings.url}/mailbox/",
            users=users,
        )
        endpoints.write(settings.endpoints_file)
        if settings.has_demo_tickets and deploy.parameter(aws, _DEMO_POSTED) is None:
            say("Reporting a few problems…")
            demo.post_first(DeskClient(settings.url), settings.config)
            aws.ssm.put_parameter(Name=_DEMO_POSTED, Value="yes", Type="String", Overwrite=True)
        return endpoints


def down(settings: LocalSettings) -> bool:
    """Stop the local cloud; its data stays. Says whether anything was running."""
    with only_one(settings.home):
        background = Background(settings.home)
        return any([background.stop(name) for name in PROGRAMS])


@dataclass(frozen=True)
class ProgramStatus:
    """How one background program does."""

    name: str
    pid: int | None
    is_answering: bool


def status(settings: LocalSettings) -> list[ProgramStatus]:
    """How the background programs do."""
    background = Background(settings.home)
    answers = {TOOL: _tool_answers, emulator.NAME: emulator.is_ready}
    found = {name: background.find(name) for name in PROGRAMS}
    return [
        ProgramStatus(name, process.pid if process else None, process is not None and answers[name](settings))
        for name, process in found.items()
    ]


def _configuration(settings: LocalSettings) -> DeskConfig:
    try:
        return load_config(settings.config)
    except ConfigRefused as error:
        raise Failure(f"The configuration of the desk cannot be used:\n{error}") from error


def _require_ports(settings: LocalSettings, background: Background) -> None:
    """Refuse to start anything while a port that is still to be opened is another program's."""
    if background.find(emulator.NAME) is None:
        require_free_port(settings.aws_port, "AFTERCARE_AWS_PORT")
    if background.find(TOOL) is None:
        require_free_port(settings.front_door_port, "AFTERCARE_PORT")
        require_free_port(settings.smtp_port, "AFTERCARE_SMTP_PORT")


def _start_tool(settings: LocalSettings, background: Background) -> None:
    running = background.find(TOOL)
    if running is not None:
        if wait_until(lambda: _tool_answers(settings), running, patience_s=10):
            return
        background.stop(TOOL)
    environment = {**emulator.clean_environment(), **settings.to_env()}
    process = background.start(Program(TOOL, (sys.executable, "-m", "ops.local.tool"), environment), cwd=ROOT)
    if not wait_until(lambda: _tool_answers(settings), process, patience_s=30):
        background.stop(TOOL)
        raise Failure(
            f"The local tool did not start; its log is {background.log(TOOL)}:\n{background.last_words(TOOL)}"
        )


def _tool_answers(settings: LocalSettings) -> bool:
    try:
        return httpx.get(f"{settings.url}/mailbox/", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _keep(settings: LocalSettings, background: Background, say: Say) -> None:
    """Restart the emulator, which writes its state only when it ends, so that no crash can lose the deployment."""
    background.stop(emulator.NAME)
    emulator.start(settings, background, say)
