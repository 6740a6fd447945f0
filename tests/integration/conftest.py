"""The single table as the stack defines it, and a whole desk on it, in moto."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from functions.shared.contracts.events import ClockStarted, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.directory_search import DirectorySearch
from functions.shared.gateways.tickets import TicketTable
from ops.keys import ensure_keys
from tests.factories import DESK, default_config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "aftercare"
BLOBS = "aftercare-blobs"
TOKEN_KEYS = "/aftercare/token-keys"
OF_THE_DESK = {"desk_id": DESK, "table_name": TABLE, "blobs_bucket": BLOBS}
"""Values of `DeskSettings`."""
INDEXES = ("by_contact", "by_company", "by_queue", "by_agent", "by_timer")


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    del aws
    client = boto3.client("dynamodb")
    create_table(client)
    return client


def create_table(client: "DynamoDBClient") -> None:
    """The single table, without its stream."""
    names = [index.removeprefix("by_") for index in INDEXES]
    attributes = ["pk", "sk", *(f"{name}_{part}" for name in names for part in ("pk", "sk"))]
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by_{name}",
                "KeySchema": [
                    {"AttributeName": f"{name}_pk", "KeyType": "HASH"},
                    {"AttributeName": f"{name}_sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]},
            }
            for name in names
        ],
    )


@contextmanager
def live_desk(
    dynamodb: "DynamoDBClient", environment: Mapping[str, str], *modules: ModuleType, config: DeskConfig | None = None
) -> Iterator[None]:
    """A desk with signing keys and a configuration, the default one unless another is given.

    What `modules` keep is made anew, and forgotten after.
    """
    content = config or default_config()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BLOBS)
    ensure_keys(boto3.client("ssm"), TOKEN_KEYS)
    store = ConfigStore(dynamodb, s3, table=TABLE, bucket=BLOBS, desk=content.desk.id)
    store.publish(content, author="test", note="", now=datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        _forget(modules)
        yield
    _forget(modules)


def only_ticket(dynamodb: "DynamoDBClient") -> str:
    """The id of the one ticket that there is."""
    found = dynamodb.scan(TableName=TABLE, FilterExpression="sk = :h", ExpressionAttributeValues={":h": {"S": "HEAD"}})
    (head,) = found["Items"]
    return head["pk"]["S"].rpartition("#")[2]


def opened_triaged(store: TicketTable, ticket_id: str) -> Ticket:
    """The ticket, of which nothing is stored yet but one commit: that of a door that triages what it opens."""
    ticket, (opened, *followed) = store.get(ticket_id), store.timeline(ticket_id)
    assert ticket.version == 1
    assert isinstance(opened, TicketOpened)
    assert opened.is_triaged
    assert {TicketTriaged, ClockStarted} <= {type(event) for event in followed}
    assert ticket.priority
    assert ticket.team
    return ticket


def _forget(modules: tuple[ModuleType, ...]) -> None:
    for part in [part for module in modules for part in vars(module).values()]:
        if hasattr(part, "cache_clear"):
            part.cache_clear()


@pytest.fixture
def directory(dynamodb: "DynamoDBClient") -> Directory:
    return Directory(dynamodb, TABLE, DESK, Language.ZH)


@pytest.fixture
def search(dynamodb: "DynamoDBClient", directory: Directory) -> DirectorySearch:
    return DirectorySearch(dynamodb, TABLE, DESK, directory)
