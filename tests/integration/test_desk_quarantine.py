"""The quarantine at the leads' API: as long as it is, a page at a time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.desk.pages import visit
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.gateways.quarantine import Quarantine
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE
from tests.integration.desk_door import desk_door, fresh_token
from tests.lambdas import CONTEXT, http_event

PATH = "/api/v1/desk/mail/quarantine"


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    with desk_door(dynamodb, visit, public_url="http://localhost:8080"):
        yield


def call(path: str) -> dict[str, Any]:
    lead = next(person for person in wiring.desk_config().people if person.role == "lead")
    token = fresh_token(lead.email, lead.role)
    return http.handler(http_event("GET", path, headers={"authorization": f"Bearer {token}"}), CONTEXT)


def hold(dynamodb: Any, number: int, held: Held, why: str = "") -> None:
    at = NOON + timedelta(seconds=number)
    mail = HeldMail(id=f"ses-{number}", received_at=at, held=held, why=why, raw_key=f"ses-{number}")
    Quarantine(dynamodb, TABLE, DESK).hold(mail)


def read_through(path: str) -> list[list[str]]:
    """The ids on each page, from the first to the one that names no other."""
    pages = []
    while path:
        answer = call(path)
        assert answer["statusCode"] == 200
        pages.append([mail["id"] for mail in json.loads(answer["body"])])
        path = answer["headers"].get("Link", "").partition(">")[0].removeprefix("<")
    return pages


def test_every_mail_that_waits_is_on_some_page(dynamodb: Any) -> None:
    for number in range(3):
        hold(dynamodb, number, Held.UNREADABLE)
    for number in range(3, 10):
        hold(dynamodb, number, Held.MACHINE)

    pages = read_through(f"{PATH}?limit=4")
    assert pages == [[f"ses-{number}" for number in numbers] for numbers in ((9, 8, 7, 6), (5, 4, 3, 2), (1, 0))]
    assert read_through(f"{PATH}?limit=2&needs_a_look=true") == [["ses-2", "ses-1"], ["ses-0"]]
    assert call(f"{PATH}?after=nowhere")["statusCode"] == 422


def test_why_a_mail_waits_is_told_in_both_languages(dynamodb: Any) -> None:
    hold(dynamodb, 1, Held.FORGED, "DMARC failed, and the sender's domain asks to reject such mail")
    hold(dynamodb, 2, Held.SPAM, "in words of long ago")

    newer, older = json.loads(call(PATH)["body"])
    zh = "DMARC 没有通过，且发件人的域名要求对这类邮件执行 reject"
    assert older["details"] == {"zh": zh, "en": older["why"]}
    assert newer["details"] == {"zh": newer["why"], "en": newer["why"]}
    assert json.loads(call(f"{PATH}/ses-1")["body"]) == older
