"""What functions of the local desk have printed."""

from ops.failure import Failure
from ops.local.aws import LocalAws
from ops.local.settings import LocalSettings

_FRAME = ("INIT_START ", "START RequestId", "END RequestId", "REPORT RequestId")
"""Lambda's own lines around each invocation."""


def last_lines(settings: LocalSettings, name: str, count: int) -> list[str]:
    """The last lines of the functions whose name contains `name`, whatever its case and hyphens.

    Raises:
        Failure: no function is called so.
    """
    logs = LocalAws(settings).logs
    wanted = _folded(name)
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    chosen = [group for group in groups if wanted in _folded(group.rpartition("/")[2])]
    if not chosen:
        raise Failure(f"Neither a program nor a function is called {name!r}.")
    pages = logs.get_paginator("filter_log_events")
    events = [event for group in chosen for page in pages.paginate(logGroupName=group) for event in page["events"]]
    spoken = [event for event in events if not event["message"].startswith(_FRAME)]
    spoken.sort(key=lambda event: event["timestamp"])
    return [event["message"].rstrip() for event in spoken[-count:]]


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
