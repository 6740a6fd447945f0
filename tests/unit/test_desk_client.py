"""The running desk as the command line asks it."""

import httpx
import pytest

from ops.desk_client import DeskClient


@pytest.mark.parametrize(
    ("named", "part"),
    [
        ("AS-1", b"AS-1"),
        ("../../x", b"..%2F..%2Fx"),
        ("..", b"%2E%2E"),
        ("a?b#c", b"a%3Fb%23c"),
        ("发票", b"%E5%8F%91%E7%A5%A8"),
    ],
)
def test_what_is_named_stays_one_part_of_the_path(named: str, part: bytes) -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json={})

    client = DeskClient("http://desk.example")
    client._http = httpx.Client(base_url="http://desk.example", transport=httpx.MockTransport(answer))

    client.rule_reason(named, named)
    client.ticket(named)

    tickets = b"/api/v1/desk/tickets/"
    assert asked == [tickets + part + b"/rules/" + part, tickets + part]
