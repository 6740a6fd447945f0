"""The router's handler on the single table, as its queue calls it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from functions.router import triage as router
from functions.router.settings import RouterSettings
from functions.shared.contracts.events import ClockStarted, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Metric, Priority, Status
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from ops.configuration import publish_config
from tests.factories import DESK, NOON, make_company, make_message, make_opened, make_problem
from tests.integration.conftest import BLOBS, TABLE
from tests.lambdas import CONTEXT

ROOT = Path(__file__).parents[2]
SAMPLE = json.loads((ROOT / "events" / "router_ticket_opened.json").read_text())


@pytest.fixture
def desk(dynamodb, monkeypatch) -> DeskWiring:
    del dynamodb
    boto3.client("s3").create_bucket(Bucket=BLOBS)
    environment = RouterSettings.to_env(
        desk_id=DESK,
        table_name=TABLE,
        blobs_bucket=BLOBS,
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    router.router.cache_clear()
    wiring = DeskWiring(DeskSettings.from_env())
    publish_config(ROOT / "config", wiring.config, author="test", note="", now=NOON)
    return wiring


def opened_on(desk: DeskWiring, **fields: Any) -> TicketOpened:
    """A ticket of the desk; returns the event that the bus would bring."""
    ticket, _ = desk.tickets.open(lambda id: make_opened(**fields).model_copy(update={"ticket_id": id}))
    [event] = [event for event in desk.store.timeline(ticket.id) if isinstance(event, TicketOpened)]
    return event


def batch(*bodies: str) -> dict[str, Any]:
    [record] = SAMPLE["Records"]
    return {"Records": [{**record, "messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def on_the_bus(event: TicketOpened) -> str:
    return json.dumps({"detail-type": "TicketOpened", "source": "aftercare", "detail": event.model_dump(mode="json")})


def test_a_new_p0_gets_team_person_and_both_deadlines_in_one_commit(desk):
    problem = make_problem(title="网站无法访问", description=make_message("所有门店"), module=None)
    event = opened_on(desk, problem=problem)

    assert router.handler(batch(on_the_bus(event)), CONTEXT) == {"batchItemFailures": []}

    ticket = desk.store.get(event.ticket_id)
    assert (ticket.status, ticket.priority, ticket.team) == (Status.OPEN, Priority.P0, "engineering")
    assert (ticket.assignee, ticket.version) == ("zhao-lei", 2)
    assert {clock.metric for clock in ticket.clocks.values() if clock.due_at} == {
        Metric.FIRST_RESPONSE,
        Metric.RESOLUTION,
    }
    kinds = [type(event) for event in desk.store.timeline(event.ticket_id)]
    assert kinds.count(TicketTriaged) == 1
    assert kinds.count(ClockStarted) == 2


def test_a_word_beyond_what_the_event_carries_is_found(desk):
    long = desk.bodies.message("其他情况说明。" * 1000 + "请尽快开发票")
    event = opened_on(desk, problem=make_problem(title="请处理", description=long))
    assert long.body_key

    router.handler(batch(on_the_bus(event)), CONTEXT)

    assert desk.store.get(event.ticket_id).team == "finance"


def test_a_message_delivered_again_changes_nothing(desk):
    event = opened_on(desk)
    body = on_the_bus(event)

    router.handler(batch(body), CONTEXT)
    router.handler(batch(body, body), CONTEXT)

    assert sum(isinstance(event, TicketTriaged) for event in desk.store.timeline(event.ticket_id)) == 1
    assert turns_of(desk, "data-reports") == 1


def turns_of(desk: DeskWiring, team: str) -> int:
    return desk.rosters.read(team, []).turns


def test_a_message_that_the_queue_doubled_triages_once_and_costs_the_team_one_turn(desk):
    event = opened_on(desk)
    body = on_the_bus(event)

    router.handler(batch(body, body), CONTEXT)

    assert sum(isinstance(event, TicketTriaged) for event in desk.store.timeline(event.ticket_id)) == 1
    assert turns_of(desk, "data-reports") == 1


def test_a_message_that_cannot_be_read_fails_alone(desk):
    event = opened_on(desk)
    unknown = event.model_copy(update={"ticket_id": "tkt_zzzzzzzz"})

    result = router.handler(batch("{}", on_the_bus(event), on_the_bus(unknown), "no json"), CONTEXT)

    assert [failure["itemIdentifier"] for failure in result["batchItemFailures"]] == ["0", "2", "3"]
    assert desk.store.get(event.ticket_id).priority is not None


def test_a_published_rule_takes_effect_on_the_next_ticket(desk):
    first = opened_on(desk, company=make_company(tier="vip"))
    router.handler(batch(on_the_bus(first)), CONTEXT)
    calmer = desk.config.live().model_copy(update={"rules": ()})
    desk.config.publish(calmer, author="test", note="", now=NOON)
    second = opened_on(desk, company=make_company(tier="vip"))
    router.handler(batch(on_the_bus(second)), CONTEXT)

    assert desk.store.get(first.ticket_id).tags == ("vip", "reports")
    assert desk.store.get(second.ticket_id).tags == ()
    decided = [event for event in desk.store.timeline(second.ticket_id) if isinstance(event, TicketTriaged)]
    assert decided[0].config_version == 2


def test_the_sample_event_is_triaged(desk):
    [record] = SAMPLE["Records"]
    sampled = TicketOpened.model_validate(json.loads(record["body"])["detail"])
    desk.tickets.open(lambda _: sampled)

    assert router.handler(SAMPLE, CONTEXT) == {"batchItemFailures": []}
    assert desk.store.get(sampled.ticket_id).team == "data-reports"


def test_who_is_at_work_and_how_much_they_have_is_read_in_one_call(desk, monkeypatch):
    calls: list[str] = []
    call = BaseClient._make_api_call

    def counted(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        calls.append(operation)
        return call(client, operation, arguments)

    router.handler(batch(on_the_bus(opened_on(desk))), CONTEXT)  # what is read once is read
    event = opened_on(desk)
    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    router.handler(batch(on_the_bus(event)), CONTEXT)

    assert Counter(calls) == {"GetItem": 2, "Query": 1, "BatchGetItem": 1, "TransactWriteItems": 1}


@pytest.mark.usefixtures("desk")
def test_waking_the_router_is_no_fault():
    assert router.handler({"Records": []}, CONTEXT) == {"batchItemFailures": []}
