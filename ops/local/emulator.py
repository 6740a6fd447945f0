"""MiniStack, the emulated AWS: how it is started, and what it finds when it starts."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable

import httpx

from ops.failure import Failure
from ops.local.process import Background, Program, wait_until
from ops.local.settings import REGION, ROOT, LocalSettings

NAME = "emulator"
_SERVICES = (
    "apigateway,cloudformation,cloudwatch,cognito-idp,dynamodb,dynamodbstreams,ecr,events,iam,kms,lambda,logs,"
    "monitoring,s3,scheduler,ses,sns,sqs,ssm,sts"
)
_ROOT_KEY = "test"
"""The emulator's root key: it alone is above the roles' policies."""


def credentials(settings: LocalSettings) -> dict[str, str]:
    """The environment in which any AWS client reaches the emulator as its root."""
    return {
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_ACCESS_KEY_ID": _ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def clean_environment() -> dict[str, str]:
    """The caller's environment without its own AWS account, profile and proxies."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "AFTERCARE_")) and not name.lower().endswith("_proxy")
    }


def start(settings: LocalSettings, background: Background, say: Callable[[str], None]) -> bool:
    """Start the emulator unless it runs, and wait until it answers. Says whether it had to be started."""
    running = background.find(NAME)
    if running is not None:
        if wait_until(lambda: is_ready(settings), running, patience_s=20):
            return False
        say("The emulated AWS no longer answers: restarting it.")
        background.stop(NAME)
    set_aside_unusable_state(settings, say)
    forget_stream_positions(settings)
    process = background.start(_program(settings), cwd=ROOT)
    if not wait_until(lambda: is_ready(settings), process, patience_s=60):
        background.stop(NAME, patience_s=5)
        raise Failure(
            f"The emulated AWS did not start; its log is {background.log(NAME)}:\n{background.last_words(NAME)}"
        )
    return True


def is_ready(settings: LocalSettings) -> bool:
    """Whether the emulator answers on its port."""
    try:
        return httpx.get(f"{settings.endpoint}/_ministack/ready", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _program(settings: LocalSettings) -> Program:
    temporary = settings.home / "tmp"  # holds the functions' unpacked code: worthless once the emulator has ended
    shutil.rmtree(temporary, ignore_errors=True)
    for folder in (temporary, settings.state):
        folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **clean_environment(),
        "AWS_ACCESS_KEY_ID": _ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(settings.aws_port),
        "SERVICES": _SERVICES,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.state / "s3"),
        "TMPDIR": str(temporary),
        "LAMBDA_EXECUTOR": "local",
        # Each invocation at work is a process: enough for what the front door and the queues hand on at once, since
        # what the emulator refuses comes back only after the queue's visibility timeout.
        "LAMBDA_ACCOUNT_CONCURRENCY": "24",
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "LOG_LEVEL": "INFO",
        # The functions inherit this environment. Their mail goes through the local tool on its way to the emulator,
        # which would rebuild a raw message from its subject and text and lose every other header.
        "AWS_ENDPOINT_URL_SESV2": f"http://127.0.0.1:{settings.front_door_port}",
        "AWS_ENDPOINT_URL": settings.endpoint,
    }
    return Program(NAME, (sys.executable, "-m", "ministack"), environment)


def set_aside_unusable_state(settings: LocalSettings, say: Callable[[str], None]) -> None:
    """Move away a state that the emulator could only half restore: it writes its state when it is stopped."""
    state = settings.state
    if not state.exists() or not any(state.iterdir()):
        return
    saved = [*state.glob("*.json")]
    if saved and all(_is_whole(path.read_bytes()) for path in saved):
        return
    aside = state.with_name(f"state.unusable.{int(time.time())}")
    state.rename(aside)
    why = "is damaged" if saved else "was never saved, because that run did not end cleanly"
    say(f"The state of the last run {why}: starting fresh (it is kept in {aside}).")


def forget_stream_positions(settings: LocalSettings) -> None:
    """Let the streams' readers begin at the beginning.

    The emulator keeps how far each reader had come but not the records themselves: after a restart the counting begins
    at nought, and a reader that remembers its old position would sleep through as many changes.
    """
    saved = settings.state / "lambda.json"
    if not saved.exists():
        return
    document = json.loads(saved.read_text(encoding="utf-8"))
    if document.get("payload", {}).pop("dynamodb_stream_positions", None) is not None:
        draft = saved.with_suffix(".draft")
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(saved)


def _is_whole(saved: bytes) -> bool:
    return saved.startswith(b"{") and saved.endswith(b"}")
