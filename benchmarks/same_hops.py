"""The desk's own hops with no work in them: what is left between this and the desk's chain is what the desk does.

HTTP API → function that puts an item → stream → function that makes the schedule.
"""

import time
from typing import Final

import httpx

from benchmarks.bare_chain import BareChain, Client, created_at

_HOPS: Final = "hops"
_API: Final = "de5c0002"

# Each function says something: the emulator waits 50 ms for the log of one that does not.
_OPEN: Final = """
    import boto3, json, os, sys
    dynamodb = boto3.client("dynamodb")
    def handler(event, context):
        name = json.loads(event["body"])["name"]
        item = {"pk": {"S": name}, "text": {"S": "x" * 1000}}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)
        print("opened", file=sys.stderr, flush=True)
        return {"statusCode": 201, "body": "{}"}
"""

_SET: Final = """
    import boto3, os, sys
    scheduler = boto3.client("scheduler")
    def handler(event, context):
        for record in event["Records"]:
            scheduler.create_schedule(
                Name=record["dynamodb"]["Keys"]["pk"]["S"],
                ScheduleExpression="at(2099-01-01T00:00:00)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={"Arn": os.environ["QUEUE"], "RoleArn": os.environ["ROLE"], "Input": "{}"},
            )
        print("set", file=sys.stderr, flush=True)
"""


class SameHops(BareChain):
    """Built beside the desk and the bare chain; `endpoint` is the emulator's address, `port` its port."""

    def __init__(self, client: Client, *, endpoint: str, port: int) -> None:
        super().__init__(client)
        self._url = f"{endpoint}/items"
        self._host = f"{_API}.execute-api.localhost:{port}"
        self._http = httpx.Client(timeout=60, trust_env=False)

    def build(self) -> None:
        """Create the API, the table, two functions and what ties them together."""
        role = self._role(_HOPS)
        table, stream = self._table()
        queue = self._client("sqs").create_queue(QueueName=_HOPS)["QueueUrl"]
        found = self._client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        timer = self._function("set", _SET, role, {"QUEUE": found["Attributes"]["QueueArn"], "ROLE": role})
        self._client("lambda").create_event_source_mapping(
            EventSourceArn=stream, FunctionName=timer, StartingPosition="TRIM_HORIZON"
        )
        self._serve(self._function("open", _OPEN, role, {"TABLE": table}))

    def run(self, item: str) -> float:
        """Post one item; seconds until its schedule was there."""
        started = time.time()
        self._http.post(self._url, json={"name": item}, headers={"Host": self._host}).raise_for_status()
        return created_at(self._client, item, "default") - started

    def _table(self) -> tuple[str, str]:
        name = f"{_HOPS}-items"
        table = self._client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        return name, table["TableDescription"]["LatestStreamArn"]

    def _serve(self, function: str) -> None:
        gateway = self._client("apigatewayv2")
        api = gateway.create_api(Name=_HOPS, ProtocolType="HTTP", Tags={"ms-custom-id": _API})["ApiId"]
        integration = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
        )
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=api, RouteKey="POST /items", Target=target)
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        self._client("lambda").add_permission(
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
