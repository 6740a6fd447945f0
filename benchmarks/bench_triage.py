"""From a report to its triage on the local cloud: two hundred tickets one after the other, and how soon a rule is live.

The clock starts with the request and ends when the ticket's head in the table says that it is triaged; then a further
rule is published, and the next ticket must show it.
"""

import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from benchmarks.bench_chain import local_cloud
from functions.shared.domain.rules import Rule
from functions.shared.gateways import keys
from functions.shared.gateways.config import ConfigStore
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.settings import ROOT, LocalSettings

TICKETS: Final = 200
WARM_UP: Final = 5
PROBLEMS: Final = sorted((ROOT / "events" / "samples" / "problems").glob("*.json"))
PATIENCE_S: Final = 60.0
LOOK_EVERY_S: Final = 0.005


class Reporter:
    """Reports problems, and watches the table for what becomes of them."""

    def __init__(self, settings: LocalSettings, aws: LocalAws, *, table: str, desk: str) -> None:
        self._url = f"{settings.endpoint}/api/v1/tickets"
        self._host = settings.api_host
        self._table, self._desk = table, desk
        self._dynamodb = aws.dynamodb
        self._http = httpx.Client(timeout=60, trust_env=False)

    def triaged(self, problem: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """Report a problem; seconds until its ticket was triaged, and the ticket."""
        began = time.perf_counter()
        answer = self._http.post(self._url, json=problem, headers={"Host": self._host}).raise_for_status().json()
        key = {"pk": {"S": keys.ticket(self._desk, answer["id"])}, "sk": {"S": keys.HEAD}}
        while time.perf_counter() - began < PATIENCE_S:
            head = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)["Item"]
            ticket: dict[str, Any] = json.loads(head["doc"]["S"])
            if ticket.get("priority"):
                return time.perf_counter() - began, ticket
            time.sleep(LOOK_EVERY_S)
        raise TimeoutError(f"{answer['reference']} was not triaged within {PATIENCE_S:.0f} s")


def measure(settings: LocalSettings) -> None:
    """Print how long triage takes, and that a published rule acts on the next ticket."""
    aws = LocalAws(settings)
    stack = outputs(aws)
    problems = [json.loads(path.read_text()) for path in PROBLEMS]
    reporter = Reporter(settings, aws, table=stack["TableName"], desk=stack["DeskId"])
    seconds = [reporter.triaged(problems[number % len(problems)])[0] for number in range(-WARM_UP, TICKETS)][WARM_UP:]
    p95 = statistics.quantiles(seconds, n=20)[-1]
    median = statistics.median(seconds)
    print(f"report → triaged, {len(seconds)} tickets   p50 {1e3 * median:6.0f} ms   p95 {1e3 * p95:6.0f} ms")
    store = ConfigStore(
        aws.dynamodb, aws.s3, table=stack["TableName"], bucket=stack["BlobsBucket"], desk=stack["DeskId"]
    )
    live = store.live()
    rule = Rule.model_validate(
        {"id": "bench", "name": {"zh": "测试", "en": "Bench"}, "then": [{"do": "add_tags", "tags": ["bench"]}]}
    )
    now = datetime.now(UTC)
    store.publish(live.model_copy(update={"rules": (*live.rules, rule)}), author="bench", note="", now=now)
    _, ticket = reporter.triaged(problems[0])
    store.publish(live, author="bench", note="", now=datetime.now(UTC))
    assert "bench" in ticket["tags"], "the rule just published did not act on the next ticket"
    print("a published rule acted on the next ticket")


def main() -> None:
    """Measure on a local cloud of its own."""
    with local_cloud() as (settings, _):
        measure(settings)


if __name__ == "__main__":
    main()
