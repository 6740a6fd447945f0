"""The stacks in the emulated AWS: deployed by the CDK's own command line, and only when something has changed.

A fingerprint of everything the deployment is made from is kept inside the emulated AWS itself. So it is lost together
with the stacks when their state is lost, and can never claim what is no longer there.
"""

import contextlib
import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from functions.shared.domain.config import Desk
from infra import NODE
from ops.failure import Failure
from ops.local.aws import LocalAws
from ops.local.emulator import clean_environment, credentials
from ops.local.settings import ACCOUNT, REGION, ROOT, LocalSettings

_FINGERPRINT = "/aftercare/local/fingerprint"
_INPUTS = ("functions", "infra", "cdk.json", "package-lock.json", "uv.lock")
_IGNORED = {"__pycache__", ".DS_Store"}
_CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

Outputs = dict[str, str]
"""What the stacks say about themselves, by the name of the output."""


def deploy(settings: LocalSettings, aws: LocalAws, desk: Desk, say: Callable[[str], None]) -> bool:
    """Bring the stacks of `desk` up to date; says whether anything had to be deployed."""
    context = _context(settings, desk)
    fingerprint = _fingerprint(context)
    if parameter(aws, _FINGERPRINT) == fingerprint:
        return False
    if not _CDK.exists():
        raise Failure("The CDK command line is not installed: run `make install` first.")
    say("Synthesizing the stacks…")
    assembly = settings.home / "cdk.out"
    app = shlex.join([sys.executable, "-m", "infra.app"])
    cdk = Cdk(settings)
    with cdk.start("synth", "--quiet", "--app", app, "--output", str(assembly), *context, cwd=ROOT) as synth:
        if not _is_bootstrapped(aws):
            cdk.run("bootstrap", f"aws://{ACCOUNT}/{REGION}")
        synth.finish()
    say("Deploying the stacks…")
    cdk.run("deploy", "--app", str(assembly), "--all", "--require-approval", "never", "--concurrency", "2")
    aws.ssm.put_parameter(Name=_FINGERPRINT, Value=fingerprint, Type="String", Overwrite=True)
    return True


def outputs(aws: LocalAws) -> Outputs:
    """The outputs of every stack that is deployed."""
    stacks = aws.cloudformation.describe_stacks()["Stacks"]
    return {
        output["OutputKey"]: output["OutputValue"]
        for stack in stacks
        for output in stack.get("Outputs", [])
        if "OutputKey" in output and "OutputValue" in output
    }


def _context(settings: LocalSettings, desk: Desk) -> list[str]:
    """What the CDK app is told, as arguments."""
    told = {
        "kind": "local",
        "desk_id": desk.id,
        "support_address": desk.support_address,
        "public_url": settings.url,
        "endpoint": settings.endpoint,
        "malware_scan": settings.malware_scan,
    }
    return [argument for name, value in told.items() for argument in ("--context", f"{name}={value}")]


class Cdk:
    """The CDK's command line against the emulated AWS; each verb writes a log of its own."""

    def __init__(self, settings: LocalSettings) -> None:
        self._home = settings.home
        self._logs = settings.logs
        self._environment = {
            **clean_environment(),
            **credentials(settings),
            "PATH": os.pathsep.join((str(NODE.parent), str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
            "JSII_NODE": str(NODE),
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }

    @contextlib.contextmanager
    def start(self, verb: str, *arguments: str, cwd: Path) -> Iterator["Run"]:
        """Run in the background for the length of the block; what has not ended by then is ended."""
        log = self._logs / f"cdk-{verb}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = (str(NODE), str(_CDK), verb, *arguments, "--no-notices", "--no-color", "--ci")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=cwd, env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            yield Run(verb, process, log)
        finally:
            process.terminate()
            process.wait()

    def run(self, verb: str, *arguments: str) -> None:
        """Run to the end, away from the repository, so that its `cdk.json` starts no synthesis."""
        with self.start(verb, *arguments, cwd=self._home) as run:
            run.finish()


@dataclass(frozen=True)
class Run:
    """One run of the CDK's command line."""

    verb: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def finish(self) -> None:
        """Wait for the end; raises Failure, with the log's last lines, when it is a bad one."""
        if self.process.wait():
            last_words = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise Failure(f"`cdk {self.verb}` failed; its log is {self.log}:\n{last_words}")


def parameter(aws: LocalAws, name: str) -> str | None:
    """The value of a parameter in the emulated AWS, or None."""
    try:
        return aws.ssm.get_parameter(Name=name)["Parameter"].get("Value")
    except aws.ssm.exceptions.ParameterNotFound:
        return None


def _is_bootstrapped(aws: LocalAws) -> bool:
    return any(
        stack["StackName"] == "CDKToolkit" and stack["StackStatus"].endswith("_COMPLETE")
        for stack in aws.cloudformation.describe_stacks()["Stacks"]
    )


def _fingerprint(context: Sequence[str]) -> str:
    """A digest of all that the deployment is made from."""
    digest = hashlib.sha256(f"{sys.version} {context}".encode())
    for path in sorted(_files()):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in _INPUTS:
        top = ROOT / name
        if top.is_file():
            yield top
        for path in top.rglob("*"):
            if path.is_file() and not _IGNORED & set(path.parts):
                yield path
