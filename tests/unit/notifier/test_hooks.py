"""What webhooks are told, once each, and what the ticket says of it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.notifier.hooks import Hooks, NotDelivered
from functions.notifier.payloads import signature
from functions.shared.contracts.events import (
    AttentionCalled,
    SlaBreached,
    TicketEscalated,
    TicketEvent,
    WebhookFailed,
    WebhookSent,
)
from functions.shared.contracts.words import Metric, Priority
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing
from functions.shared.gateways.webhooks import Answer, NotPublic, Unreachable
from functions.shared.ticketing import Tickets
from tests.factories import NOON, SYSTEM, default_config, make_opened, make_ticket
from tests.fakes import CountedIds, InMemoryTickets, StillClocks
from tests.unit.notifier.test_service import SentInMemory

SECRET = "s3cret"
CLOCK: dict[str, Any] = {"metric": Metric.RESOLUTION, "cycle": 1, "due_at": NOON}


@dataclass
class Receiver:
    """Stands in for the other system."""

    answers: list[Answer | Exception] = field(default_factory=list)
    posts: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.posts.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else Answer(204)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Vault:
    secrets: dict[str, str]

    def of(self, webhook: str) -> str:
        if webhook not in self.secrets:
            raise ConfigMissing(f"webhook {webhook} has no secret")
        return self.secrets[webhook]


class World:
    """A triaged ticket on a desk with a webhook."""

    def __init__(self, *answers: Answer | Exception, **webhook: Any) -> None:
        self.store, self.receiver = InMemoryTickets(), Receiver(list(answers))
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        written = {"id": "pager", "url": "https://pager.example.com/hooks?room=7", **webhook}
        self.config = DeskConfig.model_validate({**default_config().content(), "webhooks": [written]})
        self.vault = Vault({"pager": SECRET})
        ticket, _ = self.tickets.open(lambda _: make_opened())
        self.ticket = ticket
        self.hooks = Hooks(
            public_url="https://desk.example",
            config=lambda: self.config,
            reader=self.store,
            tickets=self.tickets,
            sent=SentInMemory(),
            secrets=self.vault,
            post=self.receiver,
        )

    def happened(self, kind: type[TicketEvent], **fields: Any) -> TicketEvent:
        return make_ticket(priority=Priority.P1).happening(kind, actor=SYSTEM, now=NOON, **fields)

    def tell(self, event: TicketEvent, *, is_last_try: bool = False) -> int:
        return self.hooks.tell(event, now=NOON, is_last_try=is_last_try)

    def told(self) -> list[tuple[str, str]]:
        """What the timeline says of webhooks."""
        kinds = (WebhookSent, WebhookFailed)
        return [(e.type, getattr(e, "why", "")) for e in self.store.timeline(self.ticket.id) if isinstance(e, kinds)]


def breached(world: World, *recipients: str) -> TicketEvent:
    return world.happened(SlaBreached, **CLOCK, recipients=recipients or ("li-na", "webhook:pager"))


def test_a_webhook_is_told_the_event_and_the_ticket_and_can_check_from_whom() -> None:
    world = World()
    assert world.tell(breached(world)) == 1
    ((url, body, headers),) = world.receiver.posts
    assert url == "https://pager.example.com/hooks?room=7"
    told = json.loads(body)
    assert told["event"]["type"] == headers["Aftercare-Event"] == "SlaBreached"
    assert told["event"]["event_id"] == headers["Aftercare-Delivery"]
    assert told["ticket"]["url"] == "https://desk.example/desk/tickets/AS-0000-0001"
    assert told["ticket"]["reference"] == "AS-0000-0001"
    expected = hmac.new(SECRET.encode(), f"{int(NOON.timestamp())}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Aftercare-Timestamp"] == str(int(NOON.timestamp()))
    assert headers["Aftercare-Signature"] == f"v1={expected}"
    assert world.told() == [("WebhookSent", "")]


def test_the_signature_is_as_documented() -> None:
    assert signature("key", "1700000000", b'{"a":1}') == (hmac.new(b"key", b'1700000000.{"a":1}', "sha256").hexdigest())


def test_telling_again_tells_nobody_twice() -> None:
    world = World()
    event = breached(world)
    world.tell(event)
    world.tell(event)
    assert len(world.receiver.posts) == 1
    assert world.told() == [("WebhookSent", "")]


@pytest.mark.parametrize("answer", [Answer(503), Answer(429), Answer(408), Unreachable("pager.example.com: timed out")])
def test_what_may_pass_is_tried_again(answer: Answer | Exception) -> None:
    world = World(answer)
    event = breached(world)
    with pytest.raises(NotDelivered):
        world.tell(event)
    assert world.told() == []
    assert world.tell(event) == 1
    assert world.told() == [("WebhookSent", "")]


def test_the_last_failure_stands_on_the_timeline_and_the_event_becomes_a_dead_letter() -> None:
    world = World(Answer(503), Answer(503))
    event = breached(world)
    for is_last_try in (False, True):
        with pytest.raises(NotDelivered, match="pager: answered 503"):
            world.tell(event, is_last_try=is_last_try)
    assert world.told() == [("WebhookFailed", "answered 503")]


def test_a_replayed_dead_letter_is_delivered_after_all() -> None:
    world = World(Answer(503))
    event = breached(world)
    with pytest.raises(NotDelivered):
        world.tell(event, is_last_try=True)
    world.tell(event)
    assert world.told() == [("WebhookFailed", "answered 503"), ("WebhookSent", "")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(404), "answered 404"),
        (Answer(302), "answered 302"),
        (
            NotPublic("pager.example.com is not on the public internet"),
            "pager.example.com is not on the public internet",
        ),
    ],
)
def test_what_will_never_work_is_not_tried_again(answer: Answer | Exception, why: str) -> None:
    world = World(answer)
    event = breached(world)
    world.tell(event)
    world.tell(event)
    assert len(world.receiver.posts) == 1
    assert world.told() == [("WebhookFailed", why)]


def test_one_that_fails_keeps_nobody_else_from_hearing() -> None:
    world = World(Answer(503))
    content = world.config.content()
    content["webhooks"].append({"id": "other", "url": "https://other.example.com/"})
    world.config = DeskConfig.model_validate(content)
    world.vault.secrets["other"] = "x"
    event = breached(world, "webhook:pager", "webhook:other")
    with pytest.raises(NotDelivered, match=r"^pager: answered 503$"):
        world.tell(event)
    world.tell(event)
    assert [url.partition("/hooks")[0] for url, _, _ in world.receiver.posts] == [
        "https://pager.example.com",
        "https://other.example.com/",
        "https://pager.example.com",
    ]


def test_a_webhook_without_a_secret_waits_for_one() -> None:
    world = World()
    del world.vault.secrets["pager"]
    with pytest.raises(NotDelivered, match="no secret"):
        world.tell(breached(world))
    assert world.receiver.posts == []


def test_a_webhook_that_was_dropped_is_passed_over() -> None:
    world = World()
    world.config = default_config()
    world.tell(breached(world))
    assert (world.receiver.posts, world.told()) == ([], [])


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("slack", lambda body: body["text"]),
        ("wecom", lambda body: body["text"]["content"]),
        ("dingtalk", lambda body: body["text"]["content"]),
        ("feishu", lambda body: body["content"]["text"]),
    ],
)
def test_a_chat_room_gets_a_line_with_the_link(form: str, text: Any) -> None:
    world = World(Answer(200, b'{"errcode": 0}'), format=form, url="https://chat.example.com/send?key={secret}")
    world.tell(world.happened(TicketEscalated, **CLOCK, level=2, recipients=("webhook:pager",)))
    ((url, body, _),) = world.receiver.posts
    assert url == f"https://chat.example.com/send?key={SECRET}"
    line, link = text(json.loads(body)).split("\n")
    assert "AS-0000-0001" in line
    assert "报表打不开" in line
    assert link == "https://desk.example/desk/tickets/AS-0000-0001"


def test_a_chat_program_that_complains_in_its_answer_is_tried_again() -> None:
    world = World(Answer(200, b'{"errcode": 45009, "errmsg": "api freq out of limit"}'), format="wecom")
    with pytest.raises(NotDelivered, match="45009: api freq out of limit"):
        world.tell(breached(world))


def test_an_answer_that_is_nested_without_end_says_nothing() -> None:
    world = World(Answer(200, b"[" * 100_000), format="wecom")
    assert world.tell(breached(world)) == 1


def test_rules_call_webhooks_too() -> None:
    world = World(language="en")
    event = world.happened(AttentionCalled, recipients=("webhook:pager", "gao-yuan"))
    assert world.tell(event) == 1
    assert json.loads(world.receiver.posts[0][1])["text"].startswith("[AS-0000-0001]")
