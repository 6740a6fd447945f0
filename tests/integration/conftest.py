"""The single table as the stack defines it, in moto."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "aftercare"
BLOBS = "aftercare-blobs"
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
