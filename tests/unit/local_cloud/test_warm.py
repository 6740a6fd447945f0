"""Waking the functions touches each of them, and waits for none that will not wake."""

import json

import boto3
import httpx
import pytest
from botocore.stub import Stubber

from ops.local import warm
from ops.local.aws import LocalAws
from ops.local.settings import LocalSettings


def test_workers_get_an_empty_batch_and_doors_a_knock(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = boto3.client("lambda", region_name="us-east-1")
    knocked: list[str] = []

    def get(url: str, **_: object) -> httpx.Response:
        knocked.append(url)
        raise httpx.ReadTimeout("still asleep")

    monkeypatch.setattr(httpx, "get", get)
    settings = LocalSettings()
    aws = LocalAws(settings)
    vars(aws)["functions"] = functions
    with Stubber(functions) as stub:
        entry_points = {"Door": "functions.desk.http.handler", "Router": "functions.router.triage.handler"}
        listed = [{"FunctionName": name, "Handler": handler} for name, handler in entry_points.items()]
        stub.add_response("list_functions", {"Functions": listed})
        stub.add_client_error("invoke", "TooManyRequestsException", expected_params={
            "FunctionName": "Router", "Payload": json.dumps({"Records": []}),
        })  # fmt: skip
        warm.wake(settings, aws)
        stub.assert_no_pending_responses()

    assert knocked == [settings.url + path for path in ("/api/v1/form", "/api/v1/desk/queue", "/help")]
