"""The public API over the real gateways, in moto."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.intake import http, wiring
from functions.intake.limits import Gate
from functions.intake.pages import routes
from functions.intake.settings import IntakeHttpSettings
from functions.shared.contracts.words import Metric
from functions.shared.domain.limits import Limits
from functions.shared.domain.mail_rules import Brake
from functions.shared.gateways import keys
from functions.shared.gateways.window_counts import WindowCounts
from tests.factories import DESK, default_config
from tests.integration.conftest import BLOBS, OF_THE_DESK, TABLE, TOKEN_KEYS, live_desk, only_ticket, opened_triaged
from tests.lambdas import CONTEXT, http_event
from tests.unit.pages.browser import Browser
from tests.unit.test_proofs import solved

SAMPLE = Path(__file__).parents[2] / "events" / "intake_report.json"
BODY: dict[str, Any] = {
    "company": "Acme",
    "contact": {"name": "王芳", "address": "wang@acme.example"},
    "title": "报表打不开",
    "description": "一直转圈",
    "module": "data-reports",
    "impact": "department",
    "urgency": "high",
}
FORM = {
    **{name: str(BODY[name]) for name in ("title", "description", "module", "impact", "urgency")},
    **{"topic": "question", "contact_name": "王芳", "contact_email": "wang@acme.example", "company": "Acme"},
}
PROMISED = (Metric.FIRST_RESPONSE, Metric.RESOLUTION)


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    environment = IntakeHttpSettings.to_env(
        **OF_THE_DESK,
        public_url="https://desk.example",
        token_key_parameter=TOKEN_KEYS,
        support_address="support@aftercare.example",
        inbound_bucket="aftercare-inbound",
        channel_secrets_parameter="/aftercare/channel-secrets",
    )
    with live_desk(dynamodb, environment, wiring):
        yield


def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    answer = http.handler(http_event(method, path, body, headers), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"]) if answer.get("body") else None


def test_the_sample_request_opens_a_ticket() -> None:
    answer = http.handler(json.loads(SAMPLE.read_text(encoding="utf-8")), CONTEXT)

    assert answer["statusCode"] == 201
    assert json.loads(answer["body"])["reference"].startswith("AS-")


def test_a_report_is_triaged_in_the_commit_that_opens_its_ticket_and_the_answer_says_what_is_promised() -> None:
    status, reported = call("POST", "/api/v1/tickets", BODY)

    assert status == 201
    ticket = opened_triaged(wiring.wiring().store, reported["id"])
    assert (reported["status"], reported["priority"]) == (ticket.status, ticket.priority) == ("open", "P1")
    told = {metric: datetime.fromisoformat(reported[f"{metric}_due_at"]) for metric in PROMISED}
    assert told == {metric: ticket.promised(metric) for metric in PROMISED}
    assert told[Metric.FIRST_RESPONSE] < told[Metric.RESOLUTION]


def test_a_report_by_the_portals_form_is_triaged_in_the_commit_that_opens_its_ticket(dynamodb: Any) -> None:
    visitor = Browser(http.handler, "en")
    visitor.get("/report")

    assert visitor.post("/report", **FORM) == 200

    assert opened_triaged(wiring.wiring().store, only_ticket(dynamodb)).channel == "form"


def test_a_report_can_be_tracked_and_answered_with_its_token() -> None:
    status, reported = call("POST", "/api/v1/tickets", BODY)
    assert status == 201
    assert reported["tracking_url"].startswith(f"https://desk.example/track/{reported['reference']}?token=")

    bearer = {"authorization": f"Bearer {reported['token']}"}
    path = f"/api/v1/tickets/{reported['reference']}"
    status, tracked = call("GET", path, **bearer)
    assert (status, tracked["status"], tracked["timeline"][0]["text"]) == (200, "open", "一直转圈")

    status, tracked = call("POST", f"{path}/messages", {"text": "补充截图"}, **bearer)
    assert (status, tracked["timeline"][-1]["text"]) == (201, "补充截图")

    status, lines = call("GET", "/api/v1/tickets", **bearer)
    assert (status, [line["reference"] for line in lines]) == (200, [reported["reference"]])


def test_a_repeated_request_is_answered_with_the_first_ticket() -> None:
    key = {"idempotency-key": "7d9f"}
    first, again = call("POST", "/api/v1/tickets", BODY, **key), call("POST", "/api/v1/tickets", BODY, **key)
    assert (first[0], again[0]) == (201, 200)
    assert again[1]["reference"] == first[1]["reference"]

    status, problem = call("POST", "/api/v1/tickets", {**BODY, "title": "别的"}, **key)
    assert (status, problem["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("body", "status", "code", "fields"),
    [
        ({**BODY, "title": ""}, 422, "invalid_input", ["title"]),
        ({**BODY, "module": "nonsense"}, 422, "invalid_input", ["module"]),
        ({**BODY, "description": "x" * 300_000}, 422, "invalid_input", ["description"]),
        ({**BODY, "attachments": ["att_none"]}, 422, "invalid_input", ["attachments.0"]),
        ({**BODY, "contact": "王芳"}, 422, "invalid_input", ["contact.address"]),
        ("{not json", 400, "malformed_request", None),
        ([1, 2], 422, "invalid_input", None),
        ({**BODY, "description": "x" * 2_000_000}, 413, "too_large", None),
    ],
)
def test_bad_input_is_a_problem_and_stores_nothing(
    body: Any, status: int, code: str, fields: list[str] | None, dynamodb: Any
) -> None:
    before = kept(dynamodb)
    answered, problem = call("POST", "/api/v1/tickets", body)

    assert (answered, problem["code"]) == (status, code)
    if fields is not None:
        assert [error["field"] for error in problem["errors"]] == fields
    assert kept(dynamodb) == before


@pytest.mark.parametrize("path", ["x; Domain=evil.example", "x;%20Secure", "AS-ZZZZ-ZZZZ", "other"])
def test_a_links_cookie_is_set_for_a_ticket_of_its_own_only(path: str) -> None:
    _, reported = call("POST", "/api/v1/tickets", BODY)
    _, other = call("POST", "/api/v1/tickets", BODY)
    path = other["reference"] if path == "other" else path
    refused = http.handler(http_event("GET", f"/track/{path}?token={reported['token']}"), CONTEXT)
    opened = http.handler(http_event("GET", f"/track/{reported['reference']}?token={reported['token']}"), CONTEXT)

    assert (refused["statusCode"], refused.get("cookies", [])) == (404, [])
    assert opened["statusCode"] == 303
    assert f"Path=/track/{reported['reference']};" in opened["cookies"][0]


def test_a_wrong_token_opens_nothing() -> None:
    _, reported = call("POST", "/api/v1/tickets", BODY)
    _, other = call("POST", "/api/v1/tickets", BODY)
    path = f"/api/v1/tickets/{reported['reference']}"

    assert call("GET", path)[0] == 401
    assert call("GET", path, authorization=f"Bearer {reported['token']}x")[0] == 401
    assert call("GET", path, authorization=f"Bearer {other['token']}")[0] == 404


def test_an_uploaded_file_travels_with_the_report() -> None:
    status, upload = call("POST", "/api/v1/attachments", {"name": "截图.png", "content_type": "image/png", "size": 4})
    assert status == 201
    assert upload["fields"]["Content-Type"] == "image/png"
    boto3.client("s3").put_object(
        Bucket=BLOBS,
        Key=upload["fields"]["key"],
        Body=b"\x89PNG",
        ContentType="image/png",
        Metadata={"name": upload["fields"]["x-amz-meta-name"]},
    )
    _, reported = call("POST", "/api/v1/tickets", {**BODY, "attachments": [upload["attachment"]]})
    bearer = {"authorization": f"Bearer {reported['token']}"}

    _, tracked = call("GET", f"/api/v1/tickets/{reported['reference']}", **bearer)
    assert tracked["timeline"][0]["attachments"] == [
        {"number": 1, "name": "截图.png", "content_type": "image/png", "size": 4, "standing": None}
    ]
    answer = http.handler(
        http_event("GET", f"/api/v1/tickets/{reported['reference']}/attachments/1", None, bearer), CONTEXT
    )
    assert answer["statusCode"] == 303
    assert "response-content-disposition=attachment" in answer["headers"]["Location"]


def test_the_form_is_published_as_json_schema() -> None:
    status, schema = call("GET", "/api/v1/form")

    assert status == 200
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "data-reports" in {choice["const"] for choice in schema["properties"]["module"]["oneOf"]}
    assert schema["properties"]["title"]["title"] == "一句话描述问题"


def test_the_form_is_published_in_the_language_asked_for_and_by_its_name() -> None:
    _, schema = call("GET", "/api/v1/form?form=after-sales&channel=form&language=en")
    status, problem = call("GET", "/api/v1/form?form=before-sales")

    assert schema["properties"]["title"]["title"] == "The problem in one line"
    assert schema["properties"]["form"] == {"const": "after-sales"}
    assert status == 422
    assert problem["errors"][0]["field"] == "form"


def kept(dynamodb: Any) -> int:
    """How many items there are, but for the counters of the limits."""
    return sum(item["sk"]["S"] != keys.BRAKE for item in dynamodb.scan(TableName=TABLE)["Items"])


def limited(monkeypatch: pytest.MonkeyPatch, dynamodb: Any, **limits: Brake) -> None:
    config = default_config()
    desk = config.desk.model_copy(update={"limits": Limits(**limits)})
    gate = Gate(lambda: desk.limits, WindowCounts(dynamodb, TABLE, DESK))
    monkeypatch.setattr(wiring, "gate", lambda: gate)
    monkeypatch.setattr(http, "gate", lambda: gate)


def test_a_source_that_sends_too_much_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch, dynamodb: Any
) -> None:
    limited(monkeypatch, dynamodb, source=Brake(at_most=2, within="24h"))
    upload = {"name": "a.png", "content_type": "image/png", "size": 4}
    statuses = [call("POST", "/api/v1/tickets", BODY)[0], call("POST", "/api/v1/attachments", upload)[0]]
    refused = http.handler(http_event("POST", "/api/v1/tickets", BODY), CONTEXT)
    page = http.handler(http_event("POST", "/report", "", {"accept": "text/html", "accept-language": "en"}), CONTEXT)

    assert statuses == [201, 201]
    assert (refused["statusCode"], json.loads(refused["body"])["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused["headers"]["Retry-After"]) <= 86_400
    assert refused["headers"]["Content-Type"] == "application/problem+json"
    assert (page["statusCode"], "wait a few minutes" in page["body"]) == (429, True)
    assert call("GET", "/api/v1/form")[0] == 200


def test_a_contact_cannot_be_flooded_from_many_places_and_a_repeat_is_still_answered(
    monkeypatch: pytest.MonkeyPatch, dynamodb: Any
) -> None:
    limited(monkeypatch, dynamodb, contact=Brake(at_most=1, within="1h"))
    first = call("POST", "/api/v1/tickets", BODY, **{"idempotency-key": "k"})
    again = call("POST", "/api/v1/tickets", BODY, **{"idempotency-key": "k"})
    other = {**BODY, "contact": {"name": "x", "address": "other@else.example"}}

    assert (first[0], again[0]) == (201, 200)
    assert call("POST", "/api/v1/tickets", BODY)[0] == 429
    assert call("POST", "/api/v1/tickets", other)[0] == 201


def guard_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every form ask for a proof of work."""
    config = default_config()
    forms = tuple(form.model_copy(update={"proof_of_work": True}) for form in config.forms)
    guarded = config.model_copy(update={"forms": forms})
    monkeypatch.setattr(routes, "desk_config", lambda: guarded)
    monkeypatch.setattr(wiring.intake(), "_config", lambda: guarded)


def test_a_form_that_asks_for_a_proof_of_work_takes_each_proof_once(monkeypatch: pytest.MonkeyPatch) -> None:
    guard_forms(monkeypatch)
    status, challenge = call("GET", "/api/v1/challenge")
    assert status == 200
    proof, key = {"x-aftercare-proof": solved(challenge)}, {"idempotency-key": "k1"}
    deep = {"x-aftercare-proof": base64.b64encode(b"[" * 1400).decode()}
    unsent = {**BODY, "attachments": ["att_" + "0" * 32]}

    def refusal(body: Any, **headers: str) -> str:
        answer = call("POST", "/api/v1/tickets", body, **headers)
        return f"{answer[0]} {answer[1]['errors'][0]['code']}"

    assert refusal(BODY) == "422 proof_required"
    assert refusal(BODY, **deep) == "422 proof_refused"
    assert refusal({**BODY, "title": ""}, **proof) == "422 required"
    assert refusal(unsent, **proof) == "422 not_uploaded"
    status, first = call("POST", "/api/v1/tickets", BODY, **proof, **key)
    assert status == 201
    for again in ({**proof, **key}, key, proof):
        status, repeated = call("POST", "/api/v1/tickets", BODY, **again)
        assert (status, repeated["reference"]) == (200, first["reference"])
    assert refusal({**BODY, "title": "别的问题"}, **proof) == "422 proof_refused"


def test_the_page_of_such_a_form_calculates_and_asks_again_for_what_does_not_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guard_forms(monkeypatch)
    visitor = Browser(http.handler, "en")

    assert visitor.get("/report") == 200
    assert 'data-proof="/api/v1/challenge"' in visitor.html
    assert "/proof.js" in visitor.html


def test_a_double_click_on_such_a_page_leads_to_its_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    guard_forms(monkeypatch)
    visitor = Browser(http.handler, "en")
    visitor.get("/report")
    page, proof = visitor.html, solved(call("GET", "/api/v1/challenge")[1])

    assert visitor.post("/report", **FORM, proof=proof) == 200
    first, visitor.html = visitor.path, page
    assert visitor.post("/report", **FORM, proof=proof) == 200
    assert visitor.path == first
    assert visitor.path.endswith("/reported")


def test_nobody_learns_by_asking_whether_a_ticket_exists() -> None:
    _, mine = call("POST", "/api/v1/tickets", BODY)
    _, other = call("POST", "/api/v1/tickets", {**BODY, "contact": {"name": "x", "address": "x@else.example"}})
    bearer = {"authorization": f"Bearer {mine['token']}"}

    def told(path: str, **headers: str) -> tuple[int, str]:
        status, problem = call("GET", path, **headers)
        return status, problem["code"]

    for prefix in ("/api/v1/tickets", "/track"):
        strangers = {told(f"{prefix}/{name}") for name in (other["reference"], "AS-ZZZZ-ZZZZ")}
        customers = {told(f"{prefix}/{name}", **bearer) for name in (other["reference"], "AS-ZZZZ-ZZZZ")}
        assert (strangers, customers) == ({(401, "not_signed_in")}, {(404, "ticket_not_found")})
