"""From a customer's request to a triaged ticket with its timer set, beside two bare chains in the same emulator.

All are started in turn, on functions that are warm, and end when EventBridge Scheduler has the schedule: the bare
chain after one item, two functions and one event; the same hops as ours with nothing done in them; and ours, with
validation, the customer's recognition, triage, the commit and the clocks.
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
from benchmarks.same_hops import SameHops
from ops.local.emulator import credentials
from ops.local.lifecycle import down, up
from ops.local.settings import ROOT, LocalSettings

ROUNDS = 40
WARM_UP = 5
SETTLED_S = 0.3
"""What one chain leaves behind, such as the receipt's mail, is done before the next one starts."""

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
    """Print the chains, and how ours compares with the bare ones."""
    with local_cloud() as (settings, client):
        bare = BareChain(client)
        hops = SameHops(client, endpoint=settings.endpoint, port=settings.aws_port)
        bare.build()
        hops.build()
        runs = {
            "bare chain": bare.run,
            "our hops, no work": hops.run,
            "request → triaged, timer set": Chain(settings, client).run,
        }
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(-WARM_UP, ROUNDS):
            for name, run in runs.items():
                time.sleep(SETTLED_S)
                seconds = run(f"{name[:3]}-{number}")
                if number >= 0:
                    taken[name].append(seconds)
    medians = {name: statistics.median(all_of_it) for name, all_of_it in taken.items()}
    for name, all_of_it in taken.items():
        p95 = statistics.quantiles(all_of_it, n=20)[-1]
        figures = {"least": min(all_of_it), "median": medians[name], "p95": p95}
        print(f"{name:<30}" + "".join(f" {label} {figure * 1000:5.0f} ms  " for label, figure in figures.items()))
    *others, own = medians.values()
    print("ratio of our median            " + ", ".join(f"{own / other:.2f}" for other in others))


if __name__ == "__main__":
    main()
