"""What a new ticket needs is read along with its customer: nothing asked for twice, and nothing stale believed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded
from functions.shared.domain.directory import Caller
from functions.shared.domain.ticket import evolve, opened
from functions.shared.gateways import items, keys
from functions.shared.gateways.items import Along
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from ops.configuration import publish_config
from tests.factories import AGENT, NOON, make_opened
from tests.integration.conftest import BLOBS, OF_THE_DESK

WANG = Caller(name="王芳", address="wang@acme.example")


@pytest.fixture
def desk(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> DeskWiring:
    """A desk that knows its customer."""
    del dynamodb
    boto3.client("s3").create_bucket(Bucket=BLOBS)
    for name, value in OF_THE_DESK.items():
        monkeypatch.setenv(name.upper(), value)
    desk = DeskWiring(DeskSettings.from_env())
    publish_config(Path(__file__).parents[2] / "config", desk.config, author="test", note="", now=NOON)
    desk.config.live()
    desk.directory.recognise(WANG)
    return desk


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The calls that are made."""
    calls: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        call = BaseClient._make_api_call  # type: ignore[attr-defined]  # where every client's calls come by

        def noted(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
            calls[operation] += 1
            return call(client, operation, arguments)

        patch.setattr(BaseClient, "_make_api_call", noted)
        yield calls


def happen(desk: DeskWiring, ticket_id: str, kind: Any, **fields: Any) -> None:
    ticket = desk.store.get(ticket_id)
    event = ticket.happening(kind, actor=AGENT, now=NOON, **fields)
    desk.store.append(evolve(ticket, event).with_changes(version=ticket.version + 1), [event])


def test_a_known_customers_ticket_takes_one_read_and_one_transaction(desk: DeskWiring) -> None:
    for _ in range(2):  # what is read once is read by the first
        with counted() as calls:
            contact, company = desk.directory.recognise(WANG, desk.triage.ahead("data-reports"))
            new = make_opened(contact=contact, company=company)
            ticket, _ = desk.new_tickets.open(lambda id, new=new: new.model_copy(update={"ticket_id": id}))
        assert ticket.team == "data-reports"
        assert ticket.assignee

    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_where_the_rules_choose_another_team_that_one_is_read(desk: DeskWiring) -> None:
    with counted() as calls:
        contact, company = desk.directory.recognise(WANG, desk.triage.ahead("billing"))
        new = make_opened(contact=contact, company=company)
        ticket, _ = desk.new_tickets.open(lambda id: new.model_copy(update={"ticket_id": id}))

    assert ticket.team == "data-reports"
    assert calls["BatchGetItem"] == 2


def test_a_configuration_published_a_moment_ago_is_the_one_that_counts(desk: DeskWiring) -> None:
    live = desk.config.live()
    desk.directory.recognise(WANG)  # and here the request ended, before anybody asked
    DeskWiring(DeskSettings.from_env()).config.publish(
        live.model_copy(update={"rules": ()}), author="test", note="", now=NOON
    )

    assert desk.config.live(is_consistent=True).version == live.version + 1
    desk.directory.recognise(WANG)
    assert desk.config.live().rules == ()


def test_incidents_are_listed_again_only_after_one_began_or_ended(desk: DeskWiring) -> None:
    event = make_opened()
    desk.store.append(opened(event), [event])

    def running() -> tuple[list[str], int]:
        desk.directory.recognise(WANG)
        with counted() as calls:
            found = [one.id for one in desk.incidents.running()]
        return found, calls["Query"]

    assert [running(), running()] == [([], 1), ([], 0)]
    happen(desk, event.ticket_id, IncidentDeclared, title="网站")
    assert [running(), running()] == [([event.ticket_id], 1), ([event.ticket_id], 0)]
    happen(desk, event.ticket_id, IncidentEnded)
    assert [running(), running()] == [([], 1), ([], 0)]


def test_incidents_of_a_desk_from_before_they_were_counted_are_found(desk: DeskWiring, dynamodb: Any) -> None:
    event = make_opened()
    desk.store.append(opened(event), [event])
    happen(desk, event.ticket_id, IncidentDeclared, title="网站")
    counter = {"pk": {"S": keys.incidents(desk.desk_id)}, "sk": {"S": keys.CHANGES}}
    dynamodb.delete_item(TableName=OF_THE_DESK["table_name"], Key=counter)

    desk.directory.recognise(WANG)
    assert [one.id for one in desk.incidents.running()] == [event.ticket_id]


def test_what_was_read_along_is_good_once_and_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(items.time, "monotonic", lambda: now)
    along = Along(("a", "b"))
    assert along.take() is None

    along.tell({"pk": {"S": "a"}})
    assert [along.take(), along.take()] == [{"pk": {"S": "a"}}, None]

    along.tell({})
    assert along.take() == {}
    along.tell({"pk": {"S": "a"}})
    now += 1.0
    assert along.take() is None
