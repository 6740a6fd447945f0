"""What the front door hands on, and what it keeps to itself."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from ops.local.front_door import FrontDoor, end_to_end, new_client
from ops.local.settings import LocalSettings
from tests.unit.local_cloud.visitor import Visitor

SETTINGS = LocalSettings(front_door_port=8080, aws_port=4566)


class Api:
    """The API behind the door: remembers what it was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.asked: list[httpx.Request] = []
        self._answer = answer or (lambda _: httpx.Response(200, text="ok"))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answer(request)
        return httpx.Response(answer.status_code, headers=answer.headers.raw, content=_streamed(answer.content))


async def _streamed(content: bytes) -> AsyncIterator[bytes]:
    yield content


def visitor(api: Api) -> Visitor:
    door = FrontDoor(SETTINGS, new_client(httpx.MockTransport(api)))
    routes = [Route("/{rest:path}", door.hand_on, methods=["GET", "POST", "PUT", "DELETE"])]
    return Visitor(Starlette(routes=routes))


def test_the_api_is_asked_under_its_own_name_and_told_who_asks() -> None:
    api = Api()

    visitor(api).get("/report", headers={"Accept-Language": "zh", "X-Forwarded-Host": "evil.example"})

    [asked] = api.asked
    assert asked.headers["host"] == "de5c0001.execute-api.localhost:4566"
    assert asked.headers["x-forwarded-host"] == "localhost:8080"
    assert asked.headers["x-forwarded-proto"] == "http"
    assert asked.headers["x-forwarded-port"] == "8080"
    assert asked.headers["x-forwarded-for"] == "127.0.0.1"
    assert asked.headers["accept-language"] == "zh"


@pytest.mark.parametrize(
    "path", ["/oauth2/authorize?client_id=x", "/oauth2/token", "/login", "/us-east-1_aB3/.well-known/jwks.json"]
)
def test_managed_login_is_cognitos(path: str) -> None:
    api = Api()

    visitor(api).get(path)

    assert api.asked[0].headers["host"] == "localhost:4566"


@pytest.mark.parametrize("path", ["/", "/desk/sign-in", "/loginx", "/help/oauth2/x"])
def test_every_other_path_is_the_apis(path: str) -> None:
    api = Api()

    visitor(api).get(path)

    assert api.asked[0].headers["host"].startswith("de5c0001.")


def test_the_path_goes_on_as_it_was_written() -> None:
    api = Api()

    visitor(api).get("/help/%E9%80%80%E6%AC%BE%2Fx?q=a%20b&q=%26")

    assert api.asked[0].extensions["target"] == b"/help/%E9%80%80%E6%AC%BE%2Fx?q=a%20b&q=%26"


def test_a_binary_body_arrives_byte_for_byte() -> None:
    api = Api()
    body = bytes(range(256)) * 300

    visitor(api).post("/api/v1/attachments", content=body)

    assert api.asked[0].content == body


def test_the_answer_comes_back_byte_for_byte_with_all_its_cookies() -> None:
    cookies = [(b"set-cookie", b"a=1; HttpOnly"), (b"set-cookie", b"b=2; Secure")]
    api = Api(lambda _: httpx.Response(201, headers=[*cookies, (b"content-type", b"image/png")], content=b"\x89PNG\0"))

    answer = visitor(api).get("/static/x.png")

    assert answer.status_code == 201
    assert answer.headers.get_list("set-cookie") == ["a=1; HttpOnly", "b=2; Secure"]
    assert answer.content == b"\x89PNG\0"


def test_one_visitors_cookies_are_not_sent_with_anothers_requests() -> None:
    api = Api(lambda _: httpx.Response(303, headers={"set-cookie": "aftercare_id=li-na; Path=/; HttpOnly"}))
    door = visitor(api)

    door.get("/desk/callback")
    door.get("/desk")
    door.get("/desk", headers={"Cookie": "aftercare_id=mine"})

    assert [asked.headers.get("cookie") for asked in api.asked] == [None, None, "aftercare_id=mine"]


def test_a_redirect_is_the_visitors_to_follow() -> None:
    api = Api(lambda _: httpx.Response(303, headers={"location": "/track/abc"}))

    answer = visitor(api).post("/report", data={"title": "x"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/track/abc")


def test_headers_of_one_connection_stay_on_it() -> None:
    headers = [
        (b"Connection", b"keep-alive, X-Private"),
        (b"Keep-Alive", b"timeout=5"),
        (b"Transfer-Encoding", b"chunked"),
        (b"X-Private", b"1"),
        (b"Cookie", b"a=1"),
        (b"Cookie", b"b=2"),
    ]

    assert end_to_end(headers) == [(b"cookie", b"a=1"), (b"cookie", b"b=2")]


def test_a_cloud_that_is_down_gives_one_plain_sentence() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    answer = visitor(Api(refuse)).get("/")

    assert answer.status_code == 502
    assert "desk status" in answer.text


def test_a_crowd_is_let_in_a_few_at_a_time() -> None:
    inside, most = 0, 0

    async def api(request: httpx.Request) -> httpx.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        return httpx.Response(200, request=request, content=_streamed(b"ok"))

    async def crowd() -> list[int]:
        door = FrontDoor(SETTINGS, new_client(httpx.MockTransport(api)))
        app = Starlette(routes=[Route("/{rest:path}", door.hand_on)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080") as visitors:
            answers = await asyncio.gather(*(visitors.get("/report") for _ in range(40)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(crowd()) == [200] * 40
    assert 1 < most <= 6
