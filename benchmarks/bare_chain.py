"""The bare chain: one item → stream → bus → function → schedule, and nothing else."""

import io
import json
import textwrap
import time
import zipfile
from collections.abc import Callable
from typing import Any, Final

NAME: Final = "bare"
_TABLE: Final = f"{NAME}-items"

_TELL: Final = """
    import boto3, json, os
    events = boto3.client("events")
    def handler(event, context):
        for record in event["Records"]:
            if record["eventName"] == "INSERT":
                detail = json.dumps({"id": record["dynamodb"]["Keys"]["pk"]["S"]})
                events.put_events(Entries=[
                    {"EventBusName": os.environ["BUS"], "Source": "bare", "DetailType": "ItemPut", "Detail": detail}
                ])
"""

_SCHEDULE: Final = """
    import boto3, os
    scheduler = boto3.client("scheduler")
    def handler(event, context):
        scheduler.create_schedule(
            Name=event["detail"]["id"],
            ScheduleExpression="at(2099-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": os.environ["QUEUE"], "RoleArn": os.environ["ROLE"], "Input": "{}"},
        )
"""

Client = Callable[[str], Any]
"""Gives the boto3 client of a service."""


class BareChain:
    """Built beside the desk in the same emulator, with nothing in it that such a chain does not need."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def build(self) -> None:
        """Create the table, the bus, two functions and what ties them together."""
        role = self._role(NAME)
        queue = self._client("sqs").create_queue(QueueName=NAME)["QueueUrl"]
        found = self._client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        self._client("events").create_event_bus(Name=NAME)
        tell = self._function("tell", _TELL, role, {"BUS": NAME})
        schedule = self._function("schedule", _SCHEDULE, role, {"QUEUE": found["Attributes"]["QueueArn"], "ROLE": role})
        table = self._client("dynamodb").create_table(
            TableName=_TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        self._client("lambda").create_event_source_mapping(
            EventSourceArn=table["TableDescription"]["LatestStreamArn"],
            FunctionName=tell,
            StartingPosition="TRIM_HORIZON",
        )
        events = self._client("events")
        events.put_rule(Name=NAME, EventBusName=NAME, EventPattern=json.dumps({"source": ["bare"]}))
        events.put_targets(Rule=NAME, EventBusName=NAME, Targets=[{"Id": "schedule", "Arn": schedule}])

    def run(self, item: str) -> float:
        """Put one item; seconds until its schedule was there."""
        started = time.time()
        self._client("dynamodb").put_item(TableName=_TABLE, Item={"pk": {"S": item}, "text": {"S": "x" * 1000}})
        return created_at(self._client, item, "default") - started

    def _role(self, name: str) -> str:
        services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": services}}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        iam = self._client("iam")
        role: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_policy(everything))
        return role

    def _function(self, name: str, source: str, role: str, environment: dict[str, str]) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", textwrap.dedent(source))
        created: dict[str, str] = self._client("lambda").create_function(
            FunctionName=f"{NAME}-{name}",
            Runtime="python3.13",
            Handler="index.handler",
            Role=role,
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": environment},
            Timeout=25,
            MemorySize=512,
        )
        return created["FunctionArn"]


def created_at(client: Client, name: str, group: str, *, patience_s: float = 30.0) -> float:
    """When the schedule `name` was created, by the emulator's own clock (seconds since 1970).

    Raises:
        TimeoutError: it was not, within `patience_s`.
    """
    scheduler = client("scheduler")
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            found = scheduler.get_schedule(Name=name, GroupName=group)
        except scheduler.exceptions.ResourceNotFoundException:
            time.sleep(0.05)
            continue
        return float(found["CreationDate"].timestamp())
    raise TimeoutError(f"no schedule {name} within {patience_s} s")


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
