"""The local desk that runs here, for the commands that ask it something."""

from ops.failure import Failure
from ops.local import emulator
from ops.local.aws import LocalAws
from ops.local.deploy import Outputs, outputs
from ops.local.process import Background
from ops.local.settings import LocalSettings


def running(otherwise: str = "") -> LocalSettings:
    """The settings of the local desk that runs here: whatever else listens on its ports is not asked.

    Args:
        otherwise: What the command can do without a local desk, as in "or name --table".

    Raises:
        Failure: no local desk is up.
    """
    settings = LocalSettings.from_env()
    if not settings.endpoints_file.exists() or Background(settings.home).find(emulator.NAME) is None:
        raise Failure(", ".join(filter(None, ("The local desk is not up: start it with `desk up`", otherwise))) + ".")
    return settings


def local_desk(otherwise: str = "") -> tuple[LocalAws, Outputs]:
    """The AWS of the local desk that runs here, and what its stacks say about themselves; see `running`."""
    aws = LocalAws(running(otherwise))
    return aws, outputs(aws)
