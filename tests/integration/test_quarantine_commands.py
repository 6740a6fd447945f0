"""`desk mail quarantine` as an operator types it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from typer.testing import CliRunner

from functions.intake.delivery import Delivery
from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.gateways.mail_log import MailLog
from functions.shared.gateways.quarantine import Quarantine
from ops.cli import app
from ops.failure import Failure
from tests.factories import DESK, NOON
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNREADABLE = HeldMail(
    id="ses-1",
    received_at=NOON,
    held=Held.UNREADABLE,
    why="empty",
    raw_key="ses-1",
    envelope_sender="wang@acme.example",
    recipients=("support@aftercare.example",),
    verdicts={"dmarc": "FAIL"},
)
VIRUS = UNREADABLE.model_copy(
    update={
        "id": "ses-2",
        "raw_key": "ses-2",
        "held": Held.VIRUS,
        "verdicts": {"virus": "FAIL"},
        "received_at": NOON + timedelta(minutes=1),
    }
)


@pytest.fixture
def queue_url(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue behind the inbound topic, with two mails held."""
    for held in (UNREADABLE, VIRUS):
        Quarantine(dynamodb, TABLE, DESK).hold(held)
    s3, sns, sqs = boto3.client("s3"), boto3.client("sns"), boto3.client("sqs")
    s3.create_bucket(Bucket="inbound")
    s3.put_object(Bucket="inbound", Key="ses-1", Body=b"raw")
    topic = sns.create_topic(Name="inbound")["TopicArn"]
    url = sqs.create_queue(QueueName="mail")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    for name, value in {"TABLE_NAME": TABLE, "INBOUND_BUCKET": "inbound", "INBOUND_TOPIC_ARN": topic}.items():
        monkeypatch.setenv(name, value)
    return url


def desk(*words: str) -> str:
    result = CliRunner().invoke(app, ["mail", "quarantine", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.usefixtures("queue_url")
def test_held_mail_is_listed_and_shown_with_its_raw_message(tmp_path: Path) -> None:
    assert [json.loads(line)["id"] for line in desk("list").splitlines()] == ["ses-2", "ses-1"]

    shown = json.loads(desk("show", "ses-1", "--raw", str(tmp_path / "raw.eml")))
    assert (shown["held"], shown["why"]) == ("unreadable", "empty")
    assert (tmp_path / "raw.eml").read_bytes() == b"raw"
    with pytest.raises(Failure, match="No mail ses-3"):
        desk("show", "ses-3")


@pytest.mark.usefixtures("queue_url")
def test_a_longer_list_is_read_on_where_it_stopped(dynamodb: "DynamoDBClient") -> None:
    for number in range(3, 60):
        at = NOON + timedelta(hours=number)
        machine = {"id": f"ses-{number}", "held": Held.MACHINE, "received_at": at}
        Quarantine(dynamodb, TABLE, DESK).hold(UNREADABLE.model_copy(update=machine))

    looked_at = desk("list", "--needs-a-look", "-n", "1").splitlines()
    assert (json.loads(looked_at[0])["id"], len(looked_at)) == ("ses-2", 2)
    word = looked_at[1].rpartition(" ")[2]
    assert json.loads(desk("list", "--needs-a-look", "--after", word))["id"] == "ses-1"
    assert [json.loads(line)["held"] for line in desk("list").splitlines()[:50]] == ["machine"] * 50
    with pytest.raises(Failure, match="--after"):
        desk("list", "--after", "nowhere")


@pytest.mark.parametrize("held", [UNREADABLE, VIRUS])
def test_a_replayed_mail_arrives_as_it_did_with_the_verdicts_of_then(queue_url: str, held: HeldMail) -> None:
    desk("replay", held.id)

    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue_url)["Messages"]
    delivery = Delivery.parse(message["Body"])
    assert (delivery.id, delivery.key, delivery.received_at) == (held.id, held.raw_key, held.received_at)
    assert (delivery.envelope_sender, delivery.recipients) == (held.envelope_sender, held.recipients)
    assert delivery.verdicts == held.verdicts


def test_a_released_mail_arrives_with_who_answers_for_it_and_waits_no_longer(queue_url: str) -> None:
    desk("release", "ses-1")

    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue_url)["Messages"]
    assert (Delivery.parse(message["Body"]).released_by or "").startswith("operator ")
    assert [json.loads(line)["id"] for line in desk("list").splitlines()] == ["ses-2"]
    with pytest.raises(Failure, match="never released"):
        desk("release", "ses-2")


@pytest.mark.usefixtures("queue_url")
def test_a_deleted_mail_is_gone_with_its_raw_message(tmp_path: Path) -> None:
    desk("delete", "ses-1")

    assert json.loads(desk("show", "ses-1"))["standing"] == "deleted"
    with pytest.raises(Failure, match="was deleted"):
        desk("show", "ses-1", "--raw", str(tmp_path / "raw.eml"))
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="inbound")


@pytest.mark.usefixtures("queue_url")
def test_the_report_names_what_no_line_accounts_for(dynamodb: "DynamoDBClient") -> None:
    now = datetime.now(UTC)
    boto3.client("s3").put_object(Bucket="inbound", Key="ses-3", Body=b"raw")
    held = UNREADABLE.model_copy(update={"received_at": now})
    Quarantine(dynamodb, TABLE, DESK).hold(held)
    line = MailLine(id="ses-1", received_at=now, raw_key="ses-1", fate=Fate.HELD, held=held.held, taken_in_at=now)
    MailLog(dynamodb, TABLE, DESK).record(line)

    result = CliRunner().invoke(app, ["mail", "reconcile", "--settle", "0"], catch_exceptions=False)

    report = json.loads(result.output)
    assert (result.exit_code, report["received"], report["quarantined"]) == (1, 2, 1)
    assert [difference["mail"] for difference in report["differences"]] == ["ses-3"]
