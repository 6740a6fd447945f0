"""Mail on its way to the emulated SES."""

import base64
import json
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from ops.local.outgoing_mail import OutgoingMail
from ops.local.sent_mail import SentMailFolder
from ops.local.settings import LocalSettings
from tests.unit.local_cloud.visitor import Visitor

RAW = b"From: support@desk.example\r\nTo: lei@customer.example\r\nAuto-Submitted: auto-replied\r\n\r\nhello\r\n"


def order(**more: object) -> dict[str, object]:
    return {"Content": {"Raw": {"Data": base64.b64encode(RAW).decode()}}, **more}


def functions_client(home: Path, ses: httpx.MockTransport) -> Visitor:
    client = httpx.AsyncClient(transport=ses)
    client.headers.clear()
    way_out = OutgoingMail(LocalSettings(home=home), client, SentMailFolder(home))
    return Visitor(Starlette(routes=[Route("/{rest:path}", way_out.hand_on, methods=["POST", "GET"])]))


def accepting(asked: list[httpx.Request]) -> httpx.MockTransport:
    def accept(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"MessageId": "0100-abc@email.amazonses.com"})

    return httpx.MockTransport(accept)


def test_a_raw_message_is_kept_whole_under_the_id_that_ses_gave(tmp_path: Path) -> None:
    client = functions_client(tmp_path, accepting([]))
    destination = {"ToAddresses": ["李雷 <lei@customer.example>"], "BccAddresses": ["audit@desk.example"]}

    answer = client.post("/v2/email/outbound-emails", json=order(Destination=destination))

    assert answer.json() == {"MessageId": "0100-abc"}
    [mail] = SentMailFolder(tmp_path).newest()
    assert mail.recipients == ("lei@customer.example", "audit@desk.example")
    assert mail.message["Message-ID"] == "<0100-abc@email.amazonses.com>"
    assert mail.message["Auto-Submitted"] == "auto-replied"
    assert mail.content.endswith(b"\r\n\r\nhello\r\n")


def test_without_a_destination_the_messages_own_recipients_count(tmp_path: Path) -> None:
    functions_client(tmp_path, accepting([])).post("/v2/email/outbound-emails", json=order())

    [mail] = SentMailFolder(tmp_path).newest()
    assert mail.recipients == ("lei@customer.example",)


def test_the_signed_request_reaches_ses_as_it_was(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []
    body = json.dumps(order()).encode()

    functions_client(tmp_path, accepting(asked)).post(
        "/v2/email/outbound-emails", content=body, headers={"Authorization": "AWS4 x", "Host": "127.0.0.1:8080"}
    )

    assert asked[0].content == body
    assert asked[0].headers["host"] == "127.0.0.1:8080"
    assert asked[0].headers["authorization"] == "AWS4 x"
    assert asked[0].extensions["target"] == b"/v2/email/outbound-emails"


def test_what_ses_refuses_has_not_left(tmp_path: Path) -> None:
    refusal = httpx.MockTransport(lambda _: httpx.Response(403, json={"message": "not authorized"}))

    answer = functions_client(tmp_path, refusal).post("/v2/email/outbound-emails", json=order())

    assert answer.status_code == 403
    assert [*SentMailFolder(tmp_path).newest()] == []
