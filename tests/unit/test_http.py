"""The shared HTTP edge: every failure is a problem that says what the client can do about it."""

import base64
import json
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from functions.shared.domain import errors
from functions.shared.domain.errors import AftercareError, ConfigMissing, InvalidInput, StaleTicket, TicketNotFound
from functions.shared.domain.saying import Saying
from functions.shared.http import HttpResolver, build_resolver
from functions.shared.problems import STATUS, Problem


class Contact(BaseModel):
    email: str = Field(max_length=20)


class Report(BaseModel):
    title: str = Field(min_length=1)
    contact: Contact


class Opened(BaseModel):
    reference: str


def desk_like_app(**options: Any) -> HttpResolver:
    app = build_resolver(Logger(service="test"), **options)

    @app.post("/api/v1/tickets")
    def open_ticket(report: Report) -> Opened:
        return Opened(reference=report.title)

    @app.get("/api/v1/tickets/<ticket_id>")
    def show_ticket(ticket_id: str) -> dict[str, str]:
        raise TicketNotFound(ticket_id)

    @app.get("/api/v1/queue")
    def show_queue(limit: int) -> dict[str, int]:
        return {"limit": limit}

    @app.get("/raises/<name>")
    def raises(name: str) -> dict[str, str]:
        raise {
            "stale": StaleTicket(),
            "unconfigured": ConfigMissing("after-sales/17"),
            "invalid": InvalidInput.of("contact.email", "unknown_domain", Saying.of("objection.not_an_address")),
            "bug": RuntimeError("secret internals"),
            "http": BadRequestError("No."),
        }[name]

    @app.get("/wrong-answer")
    def wrong_answer() -> Opened:
        return {"nothing": "expected"}  # type: ignore[return-value]  # the bug under test

    @app.get("/moved")
    def moved() -> Response[None]:
        return Response(303, headers={"Location": "/page"})

    @app.get("/page")
    def page() -> Response[str]:
        return Response(200, "text/html", "<p>中文</p>", headers={"cache-control": "max-age=60"})

    return app


def ask(
    app: HttpResolver, method: str, path: str, body: str | None = None, *, is_base64: bool = False, **headers: str
) -> tuple[int, dict[str, Any]]:
    answer = app.resolve(request(method, path, body, is_base64=is_base64, **headers), LambdaContext())
    assert answer["headers"]["Content-Type"] in ("application/json", "application/problem+json")
    return answer["statusCode"], json.loads(answer["body"])


def request(
    method: str, path: str, body: str | None = None, *, is_base64: bool = False, **headers: str
) -> dict[str, Any]:
    path, _, query = path.partition("?")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&") if pair),
        "headers": {"content-type": "application/json", **headers},
        "requestContext": {"requestId": "req-1", "stage": "$default", "http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": is_base64,
    }


def test_every_domain_error_has_a_status_and_a_code_of_its_own() -> None:
    known = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AftercareError)]

    assert set(STATUS) == set(known) - {AftercareError}
    assert len({kind.code for kind in known}) == len(known)


def test_a_valid_request_is_answered_in_plain_utf8() -> None:
    status, answer = ask(desk_like_app(), "POST", "/api/v1/tickets", '{"title":"网站","contact":{"email":"a@b.c"}}')

    assert (status, answer) == (200, {"reference": "网站"})


def test_a_domain_error_is_a_problem_with_its_code_and_the_request_to_quote() -> None:
    assert ask(desk_like_app(), "GET", "/api/v1/tickets/tkt_7f3k92qd") == (
        404,
        {
            "type": "urn:aftercare:problem:ticket_not_found",
            "title": "There is no such ticket.",
            "status": 404,
            "detail": "There is no such ticket. (tkt_7f3k92qd)",
            "code": "ticket_not_found",
            "instance": "req-1",
        },
    )


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("stale", 409, "stale_ticket"),
        ("unconfigured", 503, "config_missing"),
        ("invalid", 422, "invalid_input"),
        ("bug", 500, "internal_error"),
        ("http", 400, "bad_request"),
    ],
)
def test_each_failure_has_its_status_and_code(name: str, status: int, code: str) -> None:
    answer_status, problem = ask(desk_like_app(), "GET", f"/raises/{name}")

    assert (answer_status, problem["status"], problem["code"]) == (status, status, code)


@pytest.mark.parametrize(
    ("wanted", "language", "detail", "message"),
    [
        ("zh-CN,zh;q=0.9", "zh", "没有找到这张工单。（tkt_7f3k92qd）", "请填写此项。"),
        ("en-GB", "en", "There is no such ticket. (tkt_7f3k92qd)", "Please fill this in."),
        ("fr", "zh", "没有找到这张工单。（tkt_7f3k92qd）", "请填写此项。"),
    ],
)
def test_a_failure_is_told_in_the_language_of_the_request_else_in_the_desks(
    wanted: str, language: str, detail: str, message: str
) -> None:
    app = desk_like_app(desk_language=lambda: "zh")
    headers = {"accept-language": wanted}

    missing = app.resolve(request("GET", "/api/v1/tickets/tkt_7f3k92qd", **headers), LambdaContext())
    refused = app.resolve(
        request("POST", "/api/v1/tickets", '{"contact":{"email":"a@b.c"}}', **headers), LambdaContext()
    )

    assert {answer["headers"]["Content-Language"] for answer in (missing, refused)} == {language}
    assert json.loads(missing["body"])["detail"] == detail
    assert json.loads(refused["body"])["errors"] == [{"field": "title", "code": "missing", "message": message}]


@pytest.mark.parametrize("name", ["bug", "unconfigured"])
def test_a_fault_of_ours_tells_nothing_of_its_inside(name: str) -> None:
    _, problem = ask(desk_like_app(), "GET", f"/raises/{name}")

    assert "internals" not in str(problem)
    assert "17" not in str(problem)


def test_each_wrong_field_is_named_with_its_path() -> None:
    body = json.dumps({"contact": {"email": "x" * 21}})

    status, problem = ask(desk_like_app(), "POST", "/api/v1/tickets", body)

    assert status == 422
    assert {(error["field"], error["code"]) for error in problem["errors"]} == {
        ("title", "missing"),
        ("contact.email", "string_too_long"),
    }
    assert "x" * 21 not in str(problem)


def test_a_wrong_query_parameter_is_named_as_one() -> None:
    status, problem = ask(desk_like_app(), "GET", "/api/v1/queue?limit=many")

    assert (status, problem["errors"][0]["field"]) == (422, "query.limit")


@pytest.mark.parametrize(
    "body",
    ["{", "{'title': 1}", '{"title": NaN}', "[" * 200_000, '{"title": ' + "9" * 5000 + "}", r'{"a": "\ud800"}'],
    ids=["cut off", "python", "nan", "deep", "endless number", "half a character"],
)
def test_a_body_that_is_not_json_is_malformed(body: str) -> None:
    status, problem = ask(desk_like_app(), "POST", "/api/v1/tickets", body)

    assert (status, problem["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", ""])
def test_json_of_another_shape_is_invalid_input(body: str) -> None:
    status, problem = ask(desk_like_app(), "POST", "/api/v1/tickets", body)

    assert (status, problem["code"]) == (422, "invalid_input")
    assert problem["errors"]


@pytest.mark.parametrize("body", [base64.b64encode(b"\xff\xfe{}").decode(), "%%%"])
def test_a_body_that_is_not_utf8_is_malformed(body: str) -> None:
    status, problem = ask(desk_like_app(), "POST", "/api/v1/tickets", body, is_base64=True)

    assert (status, problem["code"], problem["instance"]) == (400, "malformed_request", "req-1")


@pytest.mark.parametrize("is_base64", [True, False])
def test_a_body_beyond_the_limit_is_refused_unread(is_base64: bool) -> None:
    body = "{" * 2000
    sent = base64.b64encode(body.encode()).decode() if is_base64 else body

    status, problem = ask(desk_like_app(max_body_bytes=1999), "POST", "/api/v1/tickets", sent, is_base64=is_base64)

    assert (status, problem["code"]) == (413, "too_large")


def test_an_unknown_content_type_is_said_to_be_unknown() -> None:
    event = request("POST", "/api/v1/tickets", "<a/>") | {"headers": {"content-type": "application/xml"}}

    assert desk_like_app().resolve(event, LambdaContext())["statusCode"] == 415


def test_an_unknown_address_is_not_found() -> None:
    status, problem = ask(desk_like_app(), "GET", "/api/v1/nothing")

    assert (status, problem["code"]) == (404, "route_not_found")


@pytest.mark.parametrize(
    ("path", "location"),
    [("/page/", "/page"), ("/page//", "/page"), ("/page/?lang=zh", "/page?lang=zh"), ("//evil.example/", None)],
)
def test_a_slash_too_many_leads_to_the_page_without_it(path: str, location: str | None) -> None:
    answer = desk_like_app().resolve(request("GET", path), LambdaContext())

    assert answer["headers"].get("Location") == location


def test_a_known_address_with_another_method_says_which_it_understands() -> None:
    answer = desk_like_app().resolve(request("DELETE", "/api/v1/tickets"), LambdaContext())

    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "POST")


def test_an_answer_that_breaks_our_own_contract_is_our_fault() -> None:
    status, problem = ask(desk_like_app(), "GET", "/wrong-answer")

    assert (status, problem["code"]) == (500, "internal_error")


def test_answers_are_not_stored_unless_the_route_says_so() -> None:
    app = desk_like_app()

    problem = app.resolve(request("GET", "/nowhere"), LambdaContext())
    page = app.resolve(request("GET", "/page"), LambdaContext())

    assert problem["headers"]["Cache-Control"] == "no-store"
    assert page["headers"]["cache-control"] == "max-age=60"
    assert "Cache-Control" not in page["headers"]
    assert page["headers"]["X-Content-Type-Options"] == "nosniff"


def test_an_answer_without_a_body_has_an_empty_one() -> None:
    answer = desk_like_app().resolve(request("GET", "/moved"), LambdaContext())

    assert (answer["statusCode"], answer["headers"]["Location"], answer["body"]) == (303, "/page", "")


def error_page(problem: Problem) -> Response[str]:
    return Response(problem.status, "text/html", f"<h1>{problem.code}</h1>")


@pytest.mark.parametrize(
    ("path", "accept", "is_page"),
    [
        ("/nowhere", "text/html,*/*", True),
        ("/raises/bug", "text/html,*/*", True),
        ("/nowhere", "application/json", False),
        ("/api/v1/nothing", "text/html,*/*", False),
    ],
)
def test_a_person_gets_the_page_of_the_slice_and_a_program_gets_json(path: str, accept: str, is_page: bool) -> None:
    answer = desk_like_app(problem_page=error_page).resolve(request("GET", path, accept=accept), LambdaContext())

    assert answer["body"].startswith("<h1>") == is_page


def test_a_person_whose_form_is_too_large_gets_the_page_too() -> None:
    app = desk_like_app(problem_page=error_page, max_body_bytes=5)

    answer = app.resolve(request("POST", "/report", "too long", accept="text/html"), LambdaContext())

    assert (answer["statusCode"], answer["body"]) == (413, "<h1>too_large</h1>")
