"""How late the local cloud acts on deadlines: two hundred tickets whose first response falls due within two minutes.

The tickets are stored triaged, as if they had been opened a quarter of an hour before their deadlines; from there on
everything is the deployed desk's: stream, queue, watchdog, outbox and mail. An act's time is the one on the timeline.
"""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.bench_chain import local_cloud
from functions.shared.contracts.events import Actor, Contact, Message, Problem, SlaBreached, TicketTriaged
from functions.shared.contracts.words import Channel, Language, Priority, TicketId
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.clocks import Timer
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import open_ticket
from functions.shared.domain.ticket import evolve, opened
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.tickets import TicketTable
from functions.shared.identifiers import draw_ticket_id
from ops.local.aws import LocalAws
from ops.local.deploy import outputs

TICKETS = 200
SPREAD = timedelta(minutes=2)
LEAD_TIME = timedelta(seconds=90)
"""For storing the tickets and setting their timers before the first deadline."""
PROMISED_MS = 2000.0
PATIENCE = timedelta(minutes=5)

_BENCH = Actor(kind="system", id="benchmark")


def store_ticket(store: TicketTable, config: DeskConfig, due_at: datetime) -> TicketId:
    """A triaged ticket of which the first response is due at an instant."""
    rules = clock_rules(config)
    target = config.policies[0].promise(Priority.P0, next(iter(config.policies[0].clocks)))[0] or "15m"
    asked_at = due_at - timedelta(minutes=int(target.removesuffix("m")))
    begin = open_ticket(
        draw_ticket_id(),
        desk=config.desk.id,
        channel=Channel.PHONE,
        language=Language.ZH,
        contact=Contact(id="con_benchmark00", name="Benchmark", phone="13800000000"),
        company=None,
        problem=Problem(title="How late is this", description=Message(text="-")),
        actor=_BENCH,
        now=asked_at,
    )
    ticket = opened(begin)
    team = config.desk.default_team
    triaged = ticket.happening(TicketTriaged, actor=_BENCH, now=datetime.now(UTC), priority=Priority.P0, team=team)
    ticket = evolve(ticket, triaged)
    clocks = rules.follow(None, ticket, [begin, triaged])
    for event in clocks:
        ticket = evolve(ticket, event)
    at = rules.next_act_at(ticket)
    assert at == due_at, "the first act is the breach"
    stored = ticket.with_changes(timer=Timer(at=at, generation=1), timer_generation=1)
    store.append(stored, [begin, triaged, *clocks])
    return ticket.id


def lateness(store: TicketTable, tickets: list[TicketId], until: datetime) -> Iterator[float]:
    """By how many milliseconds each breach was late, as far as there is one by `until`."""
    for ticket_id in tickets:
        while True:
            breaches = [event for event in store.timeline(ticket_id) if isinstance(event, SlaBreached)]
            if breaches:
                yield (breaches[0].occurred_at - breaches[0].due_at) / timedelta(milliseconds=1)
                break
            if datetime.now(UTC) > until:
                break
            time.sleep(1)


def measure(aws: LocalAws) -> list[float]:
    """The lateness of every breach, on the desk that runs there."""
    stack: Any = outputs(aws)
    table, desk = stack["TableName"], stack["DeskId"]
    store = TicketTable(aws.dynamodb, table, desk)
    config = ConfigStore(aws.dynamodb, aws.s3, table=table, bucket=stack["BlobsBucket"], desk=desk).live()
    first = datetime.now(UTC) + LEAD_TIME
    deadlines = [first + SPREAD * number / TICKETS for number in range(TICKETS)]
    tickets = [store_ticket(store, config, due_at) for due_at in deadlines]
    assert datetime.now(UTC) < first, "storing the tickets took too long"
    time.sleep((deadlines[-1] - datetime.now(UTC)).total_seconds() + 5)
    return list(lateness(store, tickets, datetime.now(UTC) + PATIENCE))


def report(late: list[float]) -> None:
    """Print how late the acts were."""
    cuts = statistics.quantiles(late, n=100)
    print(f"{len(late)} of {TICKETS} breaches, deadlines spread over {SPREAD}")
    print(f"late by: p50 {cuts[49]:.0f} ms   p99 {cuts[98]:.0f} ms   worst {max(late):.0f} ms   early {min(late) < 0}")
    print(f"p99 within {PROMISED_MS:.0f} ms: {'yes' if cuts[98] <= PROMISED_MS else 'NO'}")


def main() -> None:
    """Measure on a local cloud for the benchmark alone."""
    with local_cloud() as (settings, _):
        report(measure(LocalAws(settings)))


if __name__ == "__main__":
    main()
