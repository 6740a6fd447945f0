"""The knowledge base's door as API Gateway calls it, with the consumer of its events behind."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from functions.kb import http, publish, wiring
from functions.kb.settings import KbHttpSettings
from functions.shared.contracts.words import RootCause
from functions.shared.domain.decisions import resolve
from functions.shared.domain.ticket import evolve, opened
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.tickets import TicketTable
from ops.configuration import load_config
from ops.keys import ensure_keys
from tests.factories import AGENT, DESK, NOON, make_message, make_opened, make_problem
from tests.integration.conftest import TABLE
from tests.integration.desk_door import fresh_token
from tests.lambdas import CONTEXT, http_event
from tests.unit.identity.pool import pool_tokens

ENVIRONMENT = KbHttpSettings.to_env(
    desk_id=DESK,
    table_name=TABLE,
    blobs_bucket="blobs",
    site_bucket="site",
    public_url="http://localhost:8080",
    token_key_parameter="/aftercare/keys",
    user_pool_client_id="console-client",
    issuer="https://issuer",
    keys_url="https://issuer/keys",
    sign_in_url="https://sign-in",
)
CONFIG = load_config(Path(__file__).parents[2] / "config")


class Answer:
    """What the door answered."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers = {name.lower(): value for name, value in raw["headers"].items()}
        self.body: str = raw["body"] or ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def csrf_token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.body)
        assert found
        return found[1]


class Door:
    """Calls the handler, and keeps cookies as a browser does."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.cookies: dict[str, str] = {}
        self.token: str | None = None

    def __call__(self, method: str, path: str, *, json_body: Any = None, form: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None
        if json_body is not None:
            body, sent["content-type"] = json.dumps(json_body), "application/json"
        if form is not None:
            body, sent["content-type"] = urlencode(form), "application/x-www-form-urlencoded"
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        cookies = [f"{name}={value}" for name, value in self.cookies.items()]
        return Answer(http.handler({**http_event(method, path, body, sent), "cookies": cookies}, CONTEXT))

    def as_agent(self) -> "Door":
        """The same door for Li Na with a bearer token."""
        other = Door(self.dynamodb)
        other.token = agent_token()
        return other

    def signed_in(self) -> "Door":
        """The same door in Li Na's browser."""
        other = Door(self.dynamodb)
        other.cookies = {"aftercare_id": agent_token(), "aftercare_session": "browser-1"}
        return other

    def tell_consumer(self) -> None:
        """Deliver every article event so far, as the bus would."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        commits = [item for page in pages for item in page["Items"] if item["sk"]["S"].startswith("COMMIT#")]
        details = [detail for item in commits for detail in json.loads(item["events"]["S"])]
        records = [
            {"messageId": detail["event_id"], "body": json.dumps({"detail": detail}), "eventSource": "aws:sqs"}
            for detail in details
            if detail["type"] in ("ArticlePublished", "ArticleArchived")
        ]
        assert publish.handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}
        wiring.public_search.cache_clear()
        wiring.staff_search.cache_clear()


def agent_token(groups: Sequence[str] = ("agent",)) -> str:
    """A token of Li Na's that the pool signed just now."""
    return fresh_token(**{"cognito:groups": list(groups)})


TEXT = {"language": "zh", "title": "VPN 登录失败", "symptom": "提示 E1042", "solution": "重置密码"}


def published(door: Door, **changes: Any) -> dict[str, Any]:
    """An article that agents published and the consumer followed."""
    agent = door.as_agent()
    begun = agent("POST", "/api/v1/articles", json_body={"text": {**TEXT, **changes}})
    assert begun.status == 201
    answer = agent("POST", f"/api/v1/articles/{begun.json['id']}/publish")
    assert answer.status == 200
    door.tell_consumer()
    article: dict[str, Any] = answer.json
    return article


@pytest.fixture
def door(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Door:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    s3 = boto3.client("s3")
    for bucket in ("blobs", "site"):
        s3.create_bucket(Bucket=bucket)
    ensure_keys(boto3.client("ssm"), "/aftercare/keys")
    config = ConfigStore(dynamodb, s3, table=TABLE, bucket="blobs", desk=DESK)
    config.publish(CONFIG, author="test", note="", now=NOON)
    for module in (wiring, publish):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()
    monkeypatch.setattr(wiring, "_pool_tokens", pool_tokens)
    monkeypatch.setattr(
        publish.KbPublishSettings,
        "from_env",
        lambda: publish.KbPublishSettings(
            desk_id=DESK, table_name=TABLE, blobs_bucket="blobs", site_bucket="site", public_url="http://localhost:8080"
        ),
    )
    return Door(dynamodb)


@pytest.fixture
def solved_ticket(dynamodb: Any) -> str:
    """The reference of a ticket that was just resolved."""
    begun = make_opened(
        1,
        problem=make_problem(
            title="王芳的报表打不开", description=make_message("点开报表后白屏"), module="data-reports"
        ),
    )
    ticket = opened(begun)
    [done] = resolve(
        ticket, root_cause=RootCause.DEFECT, cause="缓存过期", solution="按 **Ctrl+F5** 刷新", actor=AGENT, now=NOON
    )
    store = TicketTable(dynamodb, TABLE, DESK)
    store.append(ticket, [begun])
    store.append(evolve(ticket, done).with_changes(version=2), [done])
    return "AS-0000-0001"
