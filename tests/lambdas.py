"""The entry points, and what Lambda and API Gateway hand to them."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions

CONTEXT: LambdaContext = SimpleNamespace(  # type: ignore[assignment]  # only these are read
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:test",
    aws_request_id="00000000-0000-0000-0000-000000000000",
)


def http_event(method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An HTTP API event (payload format 2.0); a `body` that is no text is sent as JSON."""
    path, _, query = path.partition("?")
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(pair.split("=", 1) for pair in query.split("&")) if query else {},
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"},
            "requestId": "request-1",
            "stage": "$default",
        },
        "body": text,
        "isBase64Encoded": False,
    }


def entry_points() -> Iterator[str]:
    """Every `handler` in a module directly inside a slice."""
    for slice_ in pkgutil.iter_modules(functions.__path__):
        if not slice_.ispkg or slice_.name == "shared":
            continue
        package = importlib.import_module(f"functions.{slice_.name}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not module.ispkg and callable(getattr(importlib.import_module(module.name), "handler", None)):
                yield f"{module.name}.handler"
