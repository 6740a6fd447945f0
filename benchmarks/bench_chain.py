"""From a customer's request to a triaged ticket with its timer set, beside a bare chain in the same emulator.

Both are started in turn, on functions that are warm, and both end when EventBridge Scheduler has the schedule: the
bare chain after one item, one event and one function, ours after validation, the customer's recognition, triage, two
commits and the clocks.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx

from benchmarks.bare_chain import BareChain, Client, created_at
from ops.local.emulator import credentials
from ops.local.lifecycle import down, up
from ops.local.settings import ROOT, LocalSettings

ROUNDS = 40
WARM_UP = 5

PROBLEM = ROOT / "events" / "samples" / "problems" / "04-report-stuck-en.json"
"""A P1: its first warning is far enough away to be set in EventBridge Scheduler."""


class Chain:
    """The desk's own chain."""

    def __init__(self, settings: LocalSettings, client: Client) -> None:
        self._url = f"{settings.endpoint}/api/v1/tickets"
        self._host = settings.api_host
        self._client = client
        groups = client("scheduler").list_schedule_groups()["ScheduleGroups"]
        [self._group] = [group["Name"] for group in groups if group["Name"] != "default"]
        self._problem = json.loads(PROBLEM.read_text())
        self._http = httpx.Client(timeout=60, trust_env=False)

    def run(self, name: str) -> float:
        """Report one problem; seconds until its ticket's timer was there."""
        started = time.time()
        problem = {**self._problem, "title": name}
        answer = self._http.post(self._url, json=problem, headers={"Host": self._host})
        return created_at(self._client, answer.raise_for_status().json()["id"], self._group) - started


@contextmanager
def local_cloud() -> Iterator[tuple[LocalSettings, Client]]:
    """A local cloud for the benchmark alone, and clients of its AWS."""
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as home:
        settings = LocalSettings(
            home=Path(home), front_door_port=8190, aws_port=4690, smtp_port=2690, has_demo_tickets=False
        )
        root = credentials(settings)
        session = boto3.Session(
            aws_access_key_id=root["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=root["AWS_SECRET_ACCESS_KEY"],
            region_name=root["AWS_REGION"],
        )
        kept: dict[str, Any] = {}

        def client(service: str) -> Any:
            if service not in kept:
                kept[service] = session.client(service, endpoint_url=settings.endpoint)  # type: ignore[call-overload]  # any service
            return kept[service]

        try:
            up(settings, print)
            yield settings, client
        finally:
            down(settings)


def main() -> None:
    """Print both chains and their ratio."""
    with local_cloud() as (settings, client):
        bare = BareChain(client)
        bare.build()
        ours = Chain(settings, client)
        for number in range(WARM_UP):
            bare.run(f"warm-{number}")
            ours.run(f"warm-{number}")
        bare_s: list[float] = []
        ours_s: list[float] = []
        for number in range(ROUNDS):
            bare_s.append(bare.run(f"item-{number}"))
            ours_s.append(ours.run(f"problem {number}"))
    for name, seconds in (("bare chain", bare_s), ("request → triaged, timer set", ours_s)):
        tenths = statistics.quantiles(seconds, n=20)
        print(f"{name:<32} median {statistics.median(seconds) * 1000:7.0f} ms   p95 {tenths[-1] * 1000:7.0f} ms")
    print(f"ratio of the medians             {statistics.median(ours_s) / statistics.median(bare_s):.2f}")


if __name__ == "__main__":
    main()
