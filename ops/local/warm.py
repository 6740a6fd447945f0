"""Wake every function once, so that the first report after a start is not the one that waits for all of them."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from ops.local.aws import LocalAws
from ops.local.settings import LocalSettings

_DOORS = ("/api/v1/form", "/api/v1/desk/queue", "/help")
"""One path of each function that answers requests; what it answers does not matter."""

_AT_ONCE = 3
_PATIENCE_S = 30


def wake(settings: LocalSettings, aws: LocalAws) -> None:
    """Let every function of the desk start and find nothing to do."""
    pages = aws.functions.get_paginator("list_functions").paginate()
    found = [function for page in pages for function in page["Functions"]]
    workers = [function["FunctionName"] for function in found if not function["Handler"].endswith(".http.handler")]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda name: _wake_worker(aws, name), workers))
        list(pool.map(lambda path: _knock(settings.url + path), _DOORS))


def _wake_worker(aws: LocalAws, name: str) -> None:
    with contextlib.suppress(BotoCoreError, ClientError):  # it starts with its first work then
        aws.functions.invoke(FunctionName=name, Payload=json.dumps({"Records": []}))


def _knock(url: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(url, timeout=_PATIENCE_S, trust_env=False)
