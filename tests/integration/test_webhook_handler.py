"""Events that name webhooks, from the queue to the local sink, over the real gateways in moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.notifier import webhooks
from functions.shared.contracts.events import WebhookFailed, WebhookSent
from functions.shared.domain.config import DeskConfig
from functions.shared.gateways.webhooks import Answer, Unreachable
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from tests.factories import NOON, default_config, make_opened
from tests.integration.conftest import OF_THE_DESK, live_desk
from tests.lambdas import CONTEXT

SAMPLE = json.loads((Path(__file__).parents[2] / "events" / "notifier_webhook.json").read_text(encoding="utf-8"))
ENVIRONMENT = {
    **{name.upper(): value for name, value in OF_THE_DESK.items()},
    "PUBLIC_URL": "https://desk.example",
    "WEBHOOK_SECRETS": "/aftercare/after-sales/webhooks",
    "TRIES": "5",
    "SINK": "http://127.0.0.1:1/webhooks/sink",
}


@pytest.fixture
def desk(dynamodb: Any) -> Iterator[DeskWiring]:
    with live_desk(dynamodb, ENVIRONMENT, webhooks):
        parts = DeskWiring(DeskSettings(**OF_THE_DESK))
        hook = {"id": "ops-room", "url": "https://chat.example.com/send?key={secret}", "format": "wecom"}
        config = DeskConfig.model_validate({**default_config().content(), "webhooks": [hook]})
        parts.config.publish(config, author="test", note="", now=NOON)
        name = "/aftercare/after-sales/webhooks/ops-room"
        boto3.client("ssm").put_parameter(Name=name, Value="s3cret", Type="SecureString")
        parts.tickets.open(lambda _: make_opened())
        yield parts


def told(desk: DeskWiring) -> list[str]:
    return [e.type for e in desk.store.timeline("tkt_00000001") if isinstance(e, WebhookSent | WebhookFailed)]


def test_the_sample_is_told_and_recorded(desk: DeskWiring, monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list[tuple[str, bytes]] = []

    def post(_self: Any, url: str, body: bytes, _headers: Any) -> Answer:
        posts.append((url, body))
        return Answer(200, b'{"errcode":0}')

    monkeypatch.setattr("functions.shared.gateways.webhooks.LocalSink.post", post)
    assert webhooks.handler(SAMPLE, CONTEXT) == {"batchItemFailures": []}
    ((url, body),) = posts
    assert url == "https://chat.example.com/send?key=s3cret"
    assert "AS-0000-0001" in json.loads(body)["text"]["content"]
    assert told(desk) == ["WebhookSent"]


@pytest.mark.parametrize(("count", "recorded"), [("1", []), ("5", ["WebhookFailed"])])
def test_what_cannot_be_told_comes_again_and_the_last_failure_is_recorded(
    desk: DeskWiring, monkeypatch: pytest.MonkeyPatch, count: str, recorded: list[str]
) -> None:
    def post(_self: Any, _url: str, _body: bytes, _headers: Any) -> Answer:
        raise Unreachable("timed out")

    monkeypatch.setattr("functions.shared.gateways.webhooks.LocalSink.post", post)
    (record,) = SAMPLE["Records"]
    again = {**record, "attributes": {**record["attributes"], "ApproximateReceiveCount": count}}
    failed = [{"itemIdentifier": record["messageId"]}]
    assert webhooks.handler({"Records": [again]}, CONTEXT) == {"batchItemFailures": failed}
    assert told(desk) == recorded
