"""Deleting a ticket through the agents' door, with mail, files, table and buckets behind it: nothing of it is left."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.desk import erase, http, wiring
from functions.desk.settings import EraseSettings
from functions.intake.uploads import Uploads
from functions.shared.contracts.events import NotificationSent
from functions.shared.contracts.words import Channel
from functions.shared.domain.decisions import receive
from functions.shared.domain.errors import TicketGone
from functions.shared.domain.mail_log import Fate
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.domain.tombstone import Tombstone
from functions.shared.gateways.mail_log import MailLog
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.sent import SentMail
from functions.shared.gateways.tickets import TicketTable
from ops.reconcile import reconcile
from tests.factories import CUSTOMER, DESK, NOON, SYSTEM, make_message
from tests.integration import test_intake_mail as mails
from tests.integration.conftest import BLOBS, OF_THE_DESK, TABLE
from tests.integration.desk_door import fresh_token
from tests.integration.test_desk_doors import _desk
from tests.integration.test_intake_mail import _desk as mail_desk
from tests.integration.test_merging import post, triaged
from tests.lambdas import CONTEXT, http_event

__all__ = ["_desk", "mail_desk"]  # fixtures

SAMPLE = Path(__file__).parents[2] / "events" / "desk_ticket_deleted.json"
UPLOAD = f"att_{'0' * 32}"
WORDS = ("secretword", "wang@acme.example", "Wang Fang", "duty@acme.example")


@pytest.fixture
def _eraser() -> Iterator[None]:
    boto3.client("s3").put_bucket_versioning(Bucket=BLOBS, VersioningConfiguration={"Status": "Enabled"})
    # A patch of its own: the test's is undone after the desk's, and would put the desk's names back.
    with pytest.MonkeyPatch.context() as patch:
        for name, value in EraseSettings.to_env(**OF_THE_DESK, inbound_bucket="inbound").items():
            patch.setenv(name, value)
        erase.eraser.cache_clear()
        yield
    erase.eraser.cache_clear()


def letter(number: int, *, answers: str = "", words: str = "secretword") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Wang Fang <wang@acme.example>", "support@aftercare.example"
    mail["Subject"], mail["Message-ID"] = f"{words} jam", f"<{number}@acme>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(f"{words} in tray 2\n" * (400 if number == 1 else 1))
    mail.add_alternative(f"<p>{words}</p>", subtype="html")
    mail.add_attachment(f"the logo of {words}".encode(), maintype="image", subtype="png", filename=f"{words}.png")
    return mail.as_bytes()


def everything(dynamodb: Any) -> str:
    """All that is stored, in the table and in every version of every object, but for the customer's own record."""
    found = []
    for page in dynamodb.get_paginator("scan").paginate(TableName=TABLE):
        found += [str(item) for item in page["Items"] if "#CONTACT" not in item["pk"]["S"]]
    s3 = boto3.client("s3")
    for bucket in ("inbound", BLOBS):
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", ()):
            body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            found.append(f"{version['Key']} {body!r}")
    return "\n".join(found)


def heads(dynamodb: Any) -> list[str]:
    found = dynamodb.scan(TableName=TABLE, FilterExpression="sk = :h", ExpressionAttributeValues={":h": {"S": "HEAD"}})
    return sorted(head["pk"]["S"].rpartition("#")[2] for head in found["Items"])


def deleted(ticket_id: str, **told: Any) -> dict[str, Any]:
    """What the bus tells of a deletion, as it comes from the queue."""
    sample: dict[str, Any] = json.loads(
        (Path(__file__).parents[2] / "events" / "desk_ticket_deleted.json").read_text("utf-8")
    )
    body = json.loads(sample["Records"][0]["body"])
    body["detail"] |= {"ticket_id": ticket_id, **told}
    sample["Records"][0]["body"] = json.dumps(body)
    return sample


def remove(name: str, **wish: Any) -> tuple[int, Any]:
    """A manager deletes the ticket."""
    token = fresh_token("gao.yuan@aftercare.example", "manager")
    body = json.dumps({"reason": "privacy", "confirm": name, **wish})
    event = http_event("POST", f"/api/v1/desk/tickets/{name}/delete", body, {"authorization": f"Bearer {token}"})
    answer = http.handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_nothing_that_a_customer_said_is_left_of_a_deleted_ticket(dynamodb: Any) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    mails.receive(letter(2, answers="<1@acme>"))
    name = triaged(ticket_id)
    SentMail(dynamodb, TABLE, DESK).claim(f"{ticket_id}-000001#wang@acme.example", now=NOON)
    SentMail(dynamodb, TABLE, DESK).claim(f"{ticket_id}-000002#duty@acme.example", now=NOON)
    wiring.wiring().tickets.handle(ticket_id, _noticed)
    assert all(word in everything(dynamodb) for word in WORDS)

    assert post(f"{name}/delete", {"reason": "spam", "confirm": name})[0] == 403
    assert remove(name, confirm="AS-0000-0000")[0] == 422
    assert remove(name, reason="boredom")[0] == 422
    status, answer = remove(name, note="asked in writing")
    assert (status, answer["reason"], answer["note"], answer["by"]["id"]) == (
        200,
        "privacy",
        "asked in writing",
        "gao-yuan",
    )
    assert "erased_at" not in answer or answer["erased_at"] is None

    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}

    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []
    again = remove(name, note="another")[1]
    assert (again["note"], bool(again["erased_at"])) == ("asked in writing", True)
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    with pytest.raises(TicketGone) as gone:
        TicketTable(dynamodb, TABLE, DESK).get(ticket_id)
    assert isinstance(gone.value.tombstone, Tombstone)


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_what_comes_later_opens_a_new_ticket_and_other_tickets_keep_their_files(dynamodb: Any) -> None:
    first = letter(1)
    mails.receive(first)
    (ticket_id,) = heads(dynamodb)
    other = letter(7).replace(b"secretword jam", b"quite another matter")
    mails.receive(other)  # with the same file
    (second,) = set(heads(dynamodb)) - {ticket_id}
    remove(triaged(ticket_id))
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}

    mails.receive(first)  # the mail server delivers it again
    assert len(heads(dynamodb)) == 2
    mails.receive(letter(2, answers="<1@acme>", words="still"))

    assert len(heads(dynamodb)) == 3
    table = TicketTable(dynamodb, TABLE, DESK)
    opened: Any = table.timeline(second)[0]
    file = opened.problem.description.attachments[0]
    assert wiring.wiring().blobs.get(file.key) == b"the logo of secretword"


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_an_eraser_that_dies_anywhere_is_done_by_its_next_try(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    for number in (2, 3):
        mails.receive(letter(number, answers="<1@acme>"))
    remove(triaged(ticket_id))
    eraser = erase.eraser()
    died = 0
    for at in range(1, 200):
        calls = iter(range(1, 10_000))

        def maybe_die(call: Any, at: int = at, calls: Iterator[int] = calls) -> Any:
            def called(*args: Any, **kwargs: Any) -> Any:
                if next(calls) == at:
                    raise ConnectionError("died")
                return call(*args, **kwargs)

            return called

        with monkeypatch.context() as patched:
            for part, name in (
                (eraser._blobs, "erase"),
                (eraser._inbound, "remove"),
                (eraser._mail_log, "erased"),
                (eraser._erasure, "forget_commit"),
                (eraser._erasure, "finish"),
            ):
                patched.setattr(part, name, maybe_die(getattr(part, name)))
            failed = erase.handler(deleted(ticket_id), CONTEXT)["batchItemFailures"]
        if not failed:
            break
        died += 1
    left = everything(dynamodb)
    assert died >= 2
    assert [word for word in WORDS if word in left] == []


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_a_mail_that_was_let_out_of_quarantine_is_forgotten_there_too(dynamodb: Any) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    now = datetime.now(UTC)
    (line,) = MailLog(dynamodb, TABLE, DESK).of_ticket(ticket_id, [now.date()])
    quarantine = Quarantine(dynamodb, TABLE, DESK)
    held = HeldMail(
        id=line.id, received_at=line.received_at, held=Held.SPAM, why="spam", raw_key=line.raw_key, subject=WORDS[0]
    )
    quarantine.hold(held.settled("released", by="gao-yuan", at=now))
    remove(triaged(ticket_id))

    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_of_a_file_that_was_uploaded_the_original_goes_too(dynamodb: Any) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    for words in (b"secretword, mistyped", b"secretword"):
        boto3.client("s3").put_object(Bucket=BLOBS, Key=f"uploads/{DESK}/{UPLOAD}", Body=words)
    boto3.client("s3").put_object(Bucket=BLOBS, Key=f"uploads/{DESK}/{UPLOAD[:-1]}1", Body=b"another's")
    files = Uploads(wiring.wiring().blobs, DESK).accept([UPLOAD], scope="message:1")
    said = make_message("see the file", attachments=files)
    wiring.wiring().tickets.handle(
        ticket_id, lambda ticket: receive(ticket, said, channel=Channel.FORM, actor=CUSTOMER, now=NOON)
    )
    remove(triaged(ticket_id))

    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []
    assert "another's" in left


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_what_is_written_on_a_deleted_ticket_or_at_that_moment_is_not_kept(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    name = triaged(ticket_id)
    long = "a secretword " * 400
    store = wiring.wiring().store
    head = store.get(ticket_id)
    remove(name)
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}

    assert post(f"{name}/note", {"text": long})[0] == 410
    left = everything(dynamodb)
    assert "secretword" not in left

    reads = iter([head])  # of somebody who read the ticket right before
    monkeypatch.setattr(store, "get", lambda one: next(reads, None) or TicketTable.get(store, one))
    assert post(f"{name}/note", {"text": long})[0] == 410
    monkeypatch.undo()
    assert "secretword" in everything(dynamodb)
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    assert "secretword" not in everything(dynamodb)


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", r"This ticket was deleted\. 高远 deleted it .*20\d\d.*Asia/Shanghai.*\. Reason: spam\."),
        ("zh", r"这张工单已被删除。高远 于 20\d\d.*Asia/Shanghai.* 删除。原因：垃圾信息。"),
    ],
)
def test_programs_of_the_desk_hear_who_deleted_the_ticket_when_and_why(language: str, told: str, dynamodb: Any) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    name = triaged(ticket_id)
    remove(name, reason="spam")

    headers = {"authorization": f"Bearer {fresh_token()}", "accept-language": language}
    for method, path in (("GET", ""), ("GET", "/rules?event=1"), ("POST", "/take")):
        answer = http.handler(http_event(method, f"/api/v1/desk/tickets/{name}{path}", headers=headers), CONTEXT)
        problem = json.loads(answer["body"])
        assert (answer["statusCode"], problem["code"], problem["reason"]) == (410, "ticket_deleted", "deleted_by")
        assert re.fullmatch(told, problem["detail"])


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_a_mail_that_is_announced_again_after_its_ticket_was_erased_is_a_repeat(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[dict[str, Any]] = []
    take_in = mails.mail.handler
    monkeypatch.setattr(
        mails.mail, "handler", lambda event, context: announced.append(event) or take_in(event, context)
    )
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    remove(triaged(ticket_id))
    erase.handler(deleted(ticket_id), CONTEXT)

    assert take_in(announced[0], CONTEXT) == {"batchItemFailures": []}
    (line,) = MailLog(dynamodb, TABLE, DESK).of_ticket(ticket_id, [datetime.now(UTC).date()])
    assert (line.is_erased, line.fate) == (True, Fate.OPENED)
    assert len(heads(dynamodb)) == 1


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_a_copy_that_comes_after_the_deletion_is_not_kept(dynamodb: Any) -> None:
    mails.receive(mail := letter(1))
    (ticket_id,) = heads(dynamodb)
    remove(triaged(ticket_id))
    erase.handler(deleted(ticket_id), CONTEXT)

    mails.receive(mail)

    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []
    fates = {line.fate: line.is_erased for line in MailLog(dynamodb, TABLE, DESK).of_day(datetime.now(UTC).date())}
    assert fates == {Fate.OPENED: True, Fate.REPEATED: True}


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
def test_the_account_of_mail_knows_of_deleted_tickets(dynamodb: Any) -> None:
    mails.receive(letter(1))
    (ticket_id,) = heads(dynamodb)
    remove(triaged(ticket_id))
    erase.handler(deleted(ticket_id), CONTEXT)

    now = datetime.now(UTC)
    place: Any = SimpleNamespace(dynamodb=dynamodb, s3=boto3.client("s3"), table=TABLE, bucket="inbound")
    report = reconcile(place, DESK, since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert (report["received"], report["differences"]) == (1, [])


def _noticed(ticket: Any) -> list[Any]:
    told = {"cause": f"{ticket.id}-000002", "template": "received", "recipient": "Duty@acme.example"}
    return [ticket.happening(NotificationSent, actor=SYSTEM, now=NOON, message_id="<n1@desk>", **told)]


@pytest.mark.usefixtures("mail_desk", "_desk", "_eraser")
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=40)])
def test_every_copy_of_a_mail_goes_with_its_ticket(later: timedelta, dynamodb: Any) -> None:
    mails.receive(mail := letter(1))
    (ticket_id,) = heads(dynamodb)
    mails.receive(mail, at=datetime.now(UTC) + later)
    remove(triaged(ticket_id))

    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []

    mails.receive(mail, at=datetime.now(UTC) + later)  # at that moment
    assert erase.handler(deleted(ticket_id), CONTEXT) == {"batchItemFailures": []}
    left = everything(dynamodb)
    assert [word for word in WORDS if word in left] == []
