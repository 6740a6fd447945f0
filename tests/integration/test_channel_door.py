"""Messages that a chat tool posts, with real table, buckets and secrets."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from functions.intake import http, mail, wiring
from functions.intake.channels import generic
from functions.intake.delivery import Delivery
from functions.intake.settings import IntakeHttpSettings, IntakeMailSettings
from functions.shared.contracts.events import MessageReceived, NoteAdded
from functions.shared.contracts.words import DeletionReason
from functions.shared.domain.decisions import close, resolve
from functions.shared.domain.deletion import delete
from functions.shared.gateways.quarantine import Quarantine
from ops.cli import app
from tests.factories import AGENT, DESK, NOON
from tests.integration.conftest import OF_THE_DESK, TABLE, TOKEN_KEYS, live_desk, only_ticket, opened_triaged
from tests.lambdas import CONTEXT, http_event

SECRETS = "/aftercare/channel-secrets"
SAMPLE = json.loads((Path(__file__).parents[2] / "events" / "channels" / "generic.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    environment = IntakeHttpSettings.to_env(
        **OF_THE_DESK,
        public_url="https://desk.example",
        token_key_parameter=TOKEN_KEYS,
        support_address="support@aftercare.example",
        inbound_bucket="inbound",
        channel_secrets_parameter=SECRETS,
    )
    # What was held comes again by the function that takes in mail.
    environment |= IntakeMailSettings.to_env(
        **OF_THE_DESK,
        inbound_bucket="inbound",
        token_key_parameter=TOKEN_KEYS,
        support_address="support@aftercare.example",
    )
    boto3.client("s3").create_bucket(Bucket="inbound")
    with live_desk(dynamodb, environment, wiring, mail):
        yield


@pytest.fixture
def secret() -> str:
    return command("secret", "webchat")


def command(*words: str) -> str:
    done = CliRunner().invoke(app, ["channel", *words, "--parameter", SECRETS])
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def post(secret: str, payload: Any = SAMPLE, channel: str = "webchat", *, age: int = 0) -> tuple[int, Any]:
    body = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    at = int(time.time()) - age
    signed = {generic.TIMESTAMP: str(at), generic.SIGNATURE: generic.sign(body.encode(), at, secret.encode())}
    answer = http.handler(http_event("POST", f"/api/v1/channels/{channel}", body, signed), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def said(number: int, conversation: str | None = "c-1", **visitor: Any) -> dict[str, Any]:
    conversation_part = {"conversation": {"id": conversation}} if conversation else {}
    message = {"id": f"m{number}", "text": f"说{number}"}
    return {**conversation_part, "visitor": visitor or {"id": "v-1"}, "message": message}


def ticket(answer: tuple[int, Any]) -> Any:
    return wiring.wiring().store.get(answer[1]["id"])


def test_the_sample_opens_a_ticket_with_its_file_and_sender(secret: str) -> None:
    answer = post(secret)

    assert (answer[0], answer[1]["fate"]) == (201, "opened")
    opened = ticket(answer)
    assert (opened.channel, opened.title, opened.contact.name) == ("chat", "门店的报表打不开", "王芳")
    assert "impact" in opened.missing
    (first, *_) = wiring.wiring().store.timeline(opened.id)
    (file,) = first.problem.description.attachments
    assert wiring.wiring().blobs.get(file.key) == b"HTTP 504\n"


def test_a_message_is_triaged_in_the_commit_that_opens_its_ticket(secret: str) -> None:
    opened_triaged(wiring.wiring().store, post(secret, said(1))[1]["id"])


def test_a_repeated_message_is_one(secret: str) -> None:
    first, again = post(secret), post(secret)

    assert (again[0], again[1]) == (200, {**first[1], "fate": "repeated"})


def test_a_conversation_is_one_ticket_until_that_is_closed(secret: str) -> None:
    first, second, other = post(secret, said(1)), post(secret, said(2)), post(secret, said(3, "c-2"))
    assert (second[1]["fate"], second[1]["id"]) == ("appended", first[1]["id"])
    assert other[1]["id"] != first[1]["id"]
    received = wiring.wiring().store.timeline(first[1]["id"])[-1]
    assert isinstance(received, MessageReceived)
    assert (received.message.text, received.channel) == ("说2", "chat")

    def finish(current: Any) -> Any:
        return resolve(current, root_cause="other", cause="", solution="好了", actor=AGENT, now=NOON)

    wiring.wiring().tickets.handle(first[1]["id"], finish)
    wiring.wiring().tickets.handle(first[1]["id"], lambda current: close(current, actor=AGENT, now=NOON))
    fresh, next_one = post(secret, said(4)), post(secret, said(5))
    assert fresh[1]["fate"] == "opened"
    assert fresh[1]["id"] != first[1]["id"]
    assert (next_one[1]["fate"], next_one[1]["id"]) == ("appended", fresh[1]["id"])
    assert post(secret, said(2))[1] == {**second[1], "fate": "repeated"}


def test_the_conversation_of_a_deleted_ticket_goes_on_in_a_new_one(secret: str) -> None:
    first = post(secret, said(1))
    wiring.wiring().tickets.handle(
        first[1]["id"], lambda it: delete(it, reason=DeletionReason.SPAM, note="", actor=AGENT, now=NOON)
    )

    fresh = post(secret, said(2))
    assert fresh[1]["fate"] == "opened"
    assert post(secret, said(3))[1]["id"] == fresh[1]["id"]
    assert post(secret, said(1))[1] == {**first[1], "fate": "repeated"}


def test_who_has_neither_address_nor_phone_is_known_by_the_account(secret: str) -> None:
    same = [ticket(post(secret, said(number, f"c{number}", id="v-9"))).contact.id for number in (1, 2)]
    other = ticket(post(secret, said(3, "c3", id="v-10"))).contact.id

    assert same[0] == same[1] != other


def test_every_way_not_to_be_a_channel_is_answered_alike(secret: str) -> None:
    wrong = "x" * len(secret)
    answers = [post(secret, channel="unknown"), post(wrong), post(secret, age=301), post(secret, age=-400)]
    unsigned = http.handler(http_event("POST", "/api/v1/channels/webchat", json.dumps(SAMPLE)), CONTEXT)
    answers.append((unsigned["statusCode"], json.loads(unsigned["body"])))
    command("secret", "webchat", "--remove")
    wiring.channels.cache_clear()
    answers.append(post(secret))

    assert {(status, answer["code"], answer["detail"]) for status, answer in answers} == {
        (401, "not_signed_in", "请先登录，或使用我们发给您的链接。")
    }


def test_a_new_secret_holds_beside_the_last_one_until_it_is_settled(secret: str) -> None:
    new = command("secret", "webchat")
    assert (post(secret)[0], post(new)[0]) == (201, 200)

    command("secret", "webchat", "--settle")
    wiring.channels.cache_clear()
    assert (post(secret)[0], post(new)[0]) == (401, 200)


def test_a_file_whose_type_and_name_could_fool_somebody_is_kept(secret: str) -> None:
    files = [{"name": "x.txt", "type": "text/plain\nX: y", "base64": "eA=="}, {"name": "a\ud800", "base64": "eA=="}]
    answer = post(secret, json.dumps({"message": {"id": "m", "text": "x\udc00", "files": files}}))

    (first, *_) = wiring.wiring().store.timeline(ticket(answer).id)
    assert [(file.name, file.content_type) for file in first.problem.description.attachments] == [
        ("x.txt", "text/plain"),
        ("a", "text/plain"),
    ]


def test_a_message_comes_in_without_what_does_not_fit_and_a_note_says_so(secret: str) -> None:
    answer = post(secret, said(1, id="v-1", email="not an email", phone="abc", name="n" * 121))

    assert answer[0] == 201
    opened = ticket(answer)
    assert (opened.contact.address, opened.contact.phone) == (None, None)
    noted = wiring.wiring().store.timeline(opened.id)[-1]
    assert isinstance(noted, NoteAdded)
    assert "address: not an email" in noted.message.text
    assert "phone: abc" in noted.message.text
    assert post(secret, said(1, id="v-1", email="not an email"))[1]["fate"] == "repeated"


def test_what_breaks_something_further_in_is_held_and_told(
    secret: str, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")

    monkeypatch.setattr(wiring.wiring().directory, "recognise", broken)
    status, problem = post(secret, said(1))

    assert (status, problem["errors"][0]["code"]) == (422, "unreadable")
    (held,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    assert "UnicodeEncodeError" in held.why


def test_what_cannot_be_read_waits_with_its_reason_and_whole(secret: str, dynamodb: Any) -> None:
    status, problem = post(secret, '{"message": {"id": "m"}}')

    assert (status, problem["errors"][0]["code"]) == (422, "unreadable")
    (held,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    assert (held.held, held.channel, "text" in held.why) == ("bad_payload", "webchat", True)
    kept = boto3.client("s3").get_object(Bucket="inbound", Key=held.raw_key)["Body"].read()
    assert kept == b'{"message": {"id": "m"}}'


def test_what_is_wrong_with_a_payload_is_told_in_the_callers_language(secret: str, dynamodb: Any) -> None:
    files = [{"name": "a", "base64": "eA=="}] * 300
    asked = (json.dumps(said(1) | {"message": {"id": "m", "text": "x", "files": files}}), "nonsense")
    told = [post(secret, payload)[1]["errors"][0]["message"] for payload in asked]

    assert told == [
        f"无法读取（{why}），内容已保存，供服务台查看。" for why in ("files：最多 10 项。", "内容不是 JSON")
    ]
    kept = {held.why for held in Quarantine(dynamodb, TABLE, DESK).newest().mails}
    assert kept == {"files: At most 10.", "the payload is not JSON"}


def test_what_cannot_be_read_waits_once_however_often_it_is_posted(secret: str, dynamodb: Any) -> None:
    answers = [post(secret, "nonsense") for _ in range(3)]

    assert [status for status, _ in answers] == [422] * 3
    assert len(Quarantine(dynamodb, TABLE, DESK).newest().mails) == 1


def test_what_was_held_is_read_again_as_the_configuration_of_now_says(
    secret: str, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(secret, {"message": {"id": "m", "words": "打不开"}})[0] == 422
    (held,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    notification = held.notification("inbound")
    delivery = Delivery.parse(json.dumps(notification))
    assert (delivery.channel, delivery.key) == ("webchat", held.raw_key)
    assert wiring.channels().replay("webchat", held.raw_key, received_at=delivery.received_at, now=NOON) is None
    (again,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    assert (again.id, again.raw_key, again.standing) == (held.id, held.raw_key, "held")

    config = wiring.desk_config()
    (hook,) = config.channels
    mapped = hook.model_copy(update={"fields": hook.fields.model_copy(update={"text": "message.words"})})
    changed = config.model_copy(update={"channels": (mapped,)})
    monkeypatch.setattr(wiring.channels(), "_config", lambda: changed)
    accepted = wiring.channels().replay("webchat", held.raw_key, received_at=delivery.received_at, now=NOON)
    assert accepted is not None
    assert wiring.wiring().store.get(accepted.ticket_id).title == "打不开"


def test_what_was_held_is_triaged_in_the_commit_that_opens_its_ticket_too(
    secret: str, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(wiring.wiring().directory, "recognise", None)
        assert post(secret, said(1))[0] == 422
    (held,) = Quarantine(dynamodb, TABLE, DESK).newest().mails
    again = {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(held.notification("inbound"))}

    assert mail.handler({"Records": [again]}, CONTEXT) == {"batchItemFailures": []}

    ticket = opened_triaged(wiring.wiring().store, only_ticket(dynamodb))
    assert (ticket.channel, ticket.title) == ("chat", "说1")
