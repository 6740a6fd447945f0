"""Every entry point has an event that can be replayed, of the shape in which AWS sends it."""

import json
from pathlib import Path

import pytest
from aws_lambda_powertools.utilities.parser.models import (
    APIGatewayProxyEventV2Model,
    DynamoDBStreamModel,
    EventBridgeModel,
    SqsModel,
)
from pydantic import BaseModel

from tests.lambdas import entry_points

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES: dict[str, tuple[str, type[BaseModel]]] = {
    "functions.desk.erase.handler": ("desk_ticket_deleted", SqsModel),
    "functions.desk.http.handler": ("desk_queue", APIGatewayProxyEventV2Model),
    "functions.intake.http.handler": ("intake_report", APIGatewayProxyEventV2Model),
    "functions.intake.mail.handler": ("intake_mail", SqsModel),
    "functions.kb.http.handler": ("kb_search", APIGatewayProxyEventV2Model),
    "functions.kb.publish.handler": ("kb_article_published", SqsModel),
    "functions.notifier.events.handler": ("notifier_ticket_opened", SqsModel),
    "functions.notifier.webhooks.handler": ("notifier_webhook", SqsModel),
    "functions.outbox.stream.handler": ("outbox_commit", DynamoDBStreamModel),
    "functions.router.occasions.handler": ("router_message_received", SqsModel),
    "functions.router.study.handler": ("router_study", EventBridgeModel),
    "functions.router.triage.handler": ("router_ticket_opened", SqsModel),
    "functions.sla_watchdog.renewal.handler": ("sla_watchdog_config_published", SqsModel),
    "functions.sla_watchdog.stream.handler": ("sla_watchdog_head_changed", DynamoDBStreamModel),
    "functions.sla_watchdog.sweep.handler": ("sla_watchdog_sweep", EventBridgeModel),
    "functions.sla_watchdog.timer.handler": ("sla_watchdog_timer_due", SqsModel),
}


def test_every_entry_point_has_a_sample_and_every_sample_an_entry_point() -> None:
    assert set(SAMPLES) == set(entry_points())
    assert {name for name, _ in SAMPLES.values()} == {path.stem for path in EVENTS.glob("*.json")}


@pytest.mark.parametrize(("name", "shape"), SAMPLES.values(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_sample_has_the_shape_in_which_it_is_sent(name: str, shape: type[BaseModel]) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    shape.model_validate({**event, "detail": {}} if shape is EventBridgeModel else event)  # the scheduler's is a text
