"""A desk with a hundred thousand open tickets publishes other targets: does every ticket get them, and how soon.

The walk, its decisions and the table's gateway are the real ones; the table is on paper and the queue is a list that
does what SQS may do: messages come in batches of ten and in any order, one in a hundred twice, and one invocation in a
hundred dies in the middle. What is measured is the time of the processor and the number of calls; from these and from
what a call takes in AWS follows how long an invocation runs there and how long the whole walk takes.
"""

import json
import random
import resource
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from benchmarks.paper_table import PaperTable
from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.contracts.events import Actor, Contact, Message, Problem, TicketTriaged
from functions.shared.contracts.words import Channel, Language, Metric, Priority, TicketId
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import open_ticket
from functions.shared.domain.references import ticket_id
from functions.shared.gateways.tickets import TicketTable
from functions.shared.ticketing import Tickets
from functions.sla_watchdog.renewing import Batch, Page, Renewal, Work
from ops.configuration import load_config

TICKETS: Final = 100_000
SHAPES: Final = 40
"""So many different tickets are made; the rest are copies under other ids."""
NOW: Final = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)

IN_AWS_MS: Final = {"get_item": 4.0, "query": 8.0, "put_item": 5.0, "transact_write_items": 12.0, "send_message": 6.0}
"""What a call takes in one region, as a rule of thumb; the walk runs on `LANES` functions at once."""
LANES: Final = 10
LAMBDA_LIMIT_S: Final = 25.0
INDEX_WRITES_A_SECOND: Final = 1000
"""What one partition of an index takes; a ticket whose deadline moves is two writes in its queue's."""

_BENCH: Final = Actor(kind="system", id="benchmark")
_WORK: Final[TypeAdapter[Page | Batch]] = TypeAdapter(Work)


class Died(Exception):
    """An invocation that the platform ended."""


class PaperQueue:
    """Messages on their way, and the calls it takes to send them."""

    def __init__(self, calls: Counter[str], luck: random.Random) -> None:
        self.waiting: list[str] = []
        self.dies_at: int | None = None
        self._calls = calls
        self._luck = luck

    def send(self, messages: Sequence[BaseModel], delay: timedelta = timedelta(0)) -> None:
        del delay  # the second look begins while the first is under way, as on a large desk
        for message in messages:
            self.calls_left()
            self._calls["send_message"] += 1
            self.waiting += [message.model_dump_json()] * (2 if self._luck.random() < 0.01 else 1)

    def calls_left(self) -> None:
        """Die where it is time."""
        if self.dies_at is not None:
            self.dies_at -= 1
            if self.dies_at < 0:
                raise Died

    def take(self, most: int) -> list[str]:
        """Up to `most` of the messages, whichever come first."""
        taken: list[str] = []
        while self.waiting and len(taken) < most:
            at = self._luck.randrange(len(self.waiting))
            self.waiting[at], self.waiting[-1] = self.waiting[-1], self.waiting[at]
            taken.append(self.waiting.pop())
        return taken


def configurations() -> tuple[DeskConfig, DeskConfig]:
    """The default desk, and the same with a first and a last answer promised half an hour later."""
    before = load_config(Path(__file__).parents[1] / "config")
    content: dict[str, Any] = json.loads(json.dumps(before.content()))
    for targets in content["policies"][0]["targets"].values():
        for metric, target in targets.items():
            if isinstance(target, str) and target.endswith("h"):
                targets[metric] = f"{int(target[:-1]) * 60 + 30}m"
    after = DeskConfig.model_validate({**content, "version": 2})
    return before.model_copy(update={"version": 1}), after


def fill(table: PaperTable, config: DeskConfig, luck: random.Random) -> None:
    """A hundred thousand open tickets, six of ten in one team."""
    store = TicketTable(table, "paper", config.desk.id)  # type: ignore[arg-type]  # the calls that it takes
    tickets = Tickets(store, lambda: clock_rules(config), lambda: "")
    others = [team.id for team in config.teams if team.id != config.desk.default_team]
    for shape in range(SHAPES):
        team = config.desk.default_team if shape % 10 < 6 else others[shape % len(others)]
        _store_one(tickets, config, ticket_id(shape), team, list(Priority)[shape % 4], luck)
    made = list(table.items.values())
    patterns: dict[TicketId, list[str]] = {}
    for item in made:
        if "#TKT#" in item["pk"]["S"]:
            patterns.setdefault(item["pk"]["S"].rpartition("#")[2], []).append(json.dumps(item))
    shapes = list(patterns.items())
    for number in range(SHAPES, TICKETS):
        of, written = shapes[number % len(shapes)]
        for text in written:
            table.put(json.loads(text.replace(of, ticket_id(number))))


def _store_one(
    tickets: Tickets, config: DeskConfig, new_id: TicketId, team: str, priority: Priority, luck: random.Random
) -> None:
    at = NOW - timedelta(minutes=luck.randrange(1, 600))
    begin = open_ticket(
        new_id,
        desk=config.desk.id,
        channel=Channel.EMAIL,
        language=Language.ZH,
        contact=Contact(id="con_benchmark00", name="王芳", address="wang@acme.example"),
        company=None,
        problem=Problem(title="报表打不开", description=Message(text="点开就转圈，已经一上午了。" * 20)),
        actor=_BENCH,
        now=at,
    )
    tickets.open(lambda _: begin)
    tickets.handle(
        new_id, lambda ticket: [ticket.happening(TicketTriaged, actor=_BENCH, now=at, priority=priority, team=team)]
    )


class Dying(PaperTable):
    """A table whose reader may die at any call."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: PaperQueue | None = None

    def get_item(self, **wanted: Any) -> dict[str, Any]:
        if self.queue:
            self.queue.calls_left()
        return super().get_item(**wanted)


class Known:
    """The two versions."""

    def __init__(self, before: DeskConfig, after: DeskConfig) -> None:
        self._before, self._after = before, after

    def last_read(self) -> DeskConfig:
        return self._after

    def at(self, version: int) -> DeskConfig:
        return self._before if version == 1 else self._after


def main() -> None:
    """Fill the table, publish, walk, and say what it took."""
    luck, table = random.Random(3), Dying()
    before, after = configurations()
    fill(table, before, luck)
    rules = clock_rules(after)
    store = TicketTable(table, "paper", after.desk.id)  # type: ignore[arg-type]  # the calls that it takes
    queue = table.queue = PaperQueue(table.calls, luck)
    renewal = Renewal(Tickets(store, lambda: rules, lambda: ""), store, Known(before, after), lambda: rules, queue)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    table.calls.clear()
    changed = looked = invocations = died = 0
    longest_ms = total_ms = 0.0
    began = time.process_time()
    renewal.begin(
        ConfigPublished(
            event_id="c-2", desk=after.desk.id, sequence=2, occurred_at=NOW, actor=_BENCH, changed=("policies",)
        )
    )
    while taken := queue.take(10):
        invocations += 1
        queue.dies_at = luck.randrange(1, 150) if luck.random() < 0.01 else None
        calls_before, cpu_before = Counter(table.calls), time.process_time()
        for done, body in enumerate(taken):
            try:
                renewed = renewal.do(_WORK.validate_json(body), NOW)
            except Died:
                died += 1
                queue.waiting += taken[done:]
                break
            changed, looked = changed + renewed.changed, looked + renewed.looked_at
        queue.dies_at = None
        calls = table.calls - calls_before
        ran_ms = (time.process_time() - cpu_before) * 1000 + sum(IN_AWS_MS[name] * n for name, n in calls.items())
        longest_ms, total_ms = max(longest_ms, ran_ms), total_ms + ran_ms
    cpu = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    report(table, left_behind(table, after), cpu, grown)
    print(f"changed {changed:,}, looked at {looked:,} in {invocations:,} invocations, of which {died} died")
    print(f"longest invocation {longest_ms / 1000:.1f} s of {LAMBDA_LIMIT_S:.0f} s; with AWS's calls as assumed")
    lanes = total_ms / 1000 / LANES
    index = 2 * max(len(lines) for lines in table.queues.values()) / INDEX_WRITES_A_SECOND
    print(f"the whole walk, both looks, {LANES} functions at once: {lanes / 60:.1f} min")
    print(f"no faster than its fullest queue's index takes the writes: {index / 60:.1f} min")


def left_behind(table: PaperTable, after: DeskConfig) -> int:
    """How many open tickets do not have what the new version promises."""
    (policy,) = after.policies
    promised = {
        (priority, metric): policy.promise(priority, metric)[0] for priority in Priority for metric in policy.clocks
    }
    heads = [json.loads(item["doc"]["S"]) for (_, sk), item in table.items.items() if sk == "HEAD"]
    return sum(
        any(
            clock.get("target") != promised[Priority(head["priority"]), Metric(metric)]
            for metric, clock in head["clocks"].items()
        )
        for head in heads
    )


def report(table: PaperTable, left: int, cpu: float, grown_mib: float) -> None:
    """Print what the walk did to the desk."""
    print(f"{TICKETS:,} open tickets, {left} without the new deadlines after the walk")
    print(
        f"processor {cpu:.0f} s: {TICKETS / cpu:,.0f} tickets a second on one core; memory grew by {grown_mib:.0f} MiB"
    )
    print("calls " + ", ".join(f"{name} {count:,}" for name, count in sorted(table.calls.items())))


if __name__ == "__main__":
    main()
