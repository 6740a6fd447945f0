"""Merging through the agents' door, and a mail to a merged ticket, with the real table behind them."""

import json
from typing import Any

from functions.desk import http, wiring
from functions.shared.contracts.events import TicketTriaged
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import opened
from functions.shared.gateways.tickets import TicketTable
from tests.factories import DESK, NOON, SYSTEM, make_opened
from tests.integration import test_intake_mail as mails
from tests.integration.conftest import TABLE
from tests.integration.desk_door import fresh_token
from tests.integration.test_desk_doors import _desk
from tests.integration.test_intake_mail import _desk as mail_desk
from tests.lambdas import CONTEXT, http_event

__all__ = ["_desk", "mail_desk"]  # fixtures

MAIL = b"From: wang@acme.example\r\nTo: support@aftercare.example\r\n"


def post(path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {fresh_token()}"}
    answer = http.handler(http_event("POST", f"/api/v1/desk/tickets/{path}", json.dumps(body or {}), headers), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def triaged(ticket_id: str) -> str:
    wiring.wiring().tickets.handle(
        ticket_id,
        lambda it: [it.happening(TicketTriaged, actor=SYSTEM, now=NOON, priority="P2", team="first-line")],
    )
    return reference(ticket_id, "AS")


def stored(number: int) -> str:
    event = make_opened(number)
    wiring.wiring().store.append(opened(event), [event])
    return triaged(event.ticket_id)


def test_agents_merge_and_unmerge_through_their_api() -> None:
    one, two = stored(1), stored(2)

    status, merged = post(f"{one}/merge", {"into": two})

    store = wiring.wiring().store
    assert (status, merged["status"], merged["timer"]) == (200, "closed", None)
    assert merged["merged_into"] == store.timeline(merged["merged_into"])[-1].ticket_id
    assert {clock["state"] for clock in merged["clocks"]} <= {"stopped", "cancelled"}
    status, refused = post(f"{two}/merge", {"into": one})
    assert (status, refused["code"]) == (409, "merge_refused")
    assert refused["reason"] == "circle"
    assert refused["detail"] == "这两张工单无法合并。该工单已合并到当前工单。"
    assert post(f"{one}/merge", {"into": "AS-9999-9999"})[0] == 404
    assert post(f"{one}/merge")[0] == 422

    status, back = post(f"{one}/unmerge")
    assert (status, back["status"]) == (200, "open")
    assert "merged_into" not in back or back["merged_into"] is None


def test_an_answer_to_a_merged_mail_lands_on_the_ticket_that_goes_on(dynamodb: Any) -> None:
    mails.receive(MAIL + b"Message-ID: <1@acme>\r\nSubject: paper jam\r\n\r\nin tray 2\r\n")
    mails.receive(MAIL + b"Message-ID: <2@acme>\r\nSubject: printer\r\n\r\nstuck\r\n")
    table = TicketTable(dynamodb, TABLE, DESK)
    duplicate, into = (next(t for t in _all(dynamodb, table) if t.title == title) for title in ("paper jam", "printer"))
    assert post(f"{triaged(duplicate.id)}/merge", {"into": triaged(into.id)})[0] == 200

    mails.receive(
        MAIL + b"Message-ID: <3@acme>\r\nIn-Reply-To: <1@acme>\r\nSubject: Re: paper jam\r\n\r\nstill stuck\r\n"
    )

    assert len(_all(dynamodb, table)) == 2
    assert table.timeline(into.id)[-1].type in ("MessageReceived", "ClockStarted")
    assert "still stuck" in str(table.timeline(into.id))
    assert table.get(duplicate.id).status == "closed"


def _all(dynamodb: Any, table: TicketTable) -> list[Any]:
    found = dynamodb.scan(TableName=TABLE, FilterExpression="sk = :h", ExpressionAttributeValues={":h": {"S": "HEAD"}})
    return [table.get(head["pk"]["S"].rpartition("#")[2]) for head in found["Items"]]
