"""`desk mail quarantine`: the mails that became no ticket, and what to do about them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.failure import Failure

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

    from functions.shared.domain.quarantine import HeldMail
    from functions.shared.gateways.quarantine import Quarantine

app = typer.Typer(no_args_is_help=True, help=__doc__)

_WHERE = "absent: of the local desk that runs here"
SEARCHED = 1_000

DeskName = Annotated[str, typer.Option("--desk", envvar="DESK_ID", help="The desk's id.")]
Table = Annotated[str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")]
Bucket = Annotated[str | None, typer.Option("--bucket", envvar="INBOUND_BUCKET", help=f"Of raw mail; {_WHERE}.")]
Topic = Annotated[str | None, typer.Option("--topic", envvar="INBOUND_TOPIC_ARN", help=f"Of received mail; {_WHERE}.")]
MailId = Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it.")]

DEFAULT_DESK = "after-sales"


@dataclass(frozen=True)
class _Place:
    """Where one desk's held mail is."""

    quarantine: "Quarantine"
    s3: "S3Client"
    sns: "SNSClient"
    bucket: str
    topic: str

    def find(self, mail_id: str) -> "HeldMail":
        found = next((held for held in self.quarantine.newest(SEARCHED) if held.id == mail_id), None)
        if found is None:
            raise Failure(f"No mail {mail_id} is held.")
        return found


@app.command("list")
def list_(
    desk: DeskName = DEFAULT_DESK,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=SEARCHED)] = 50,
) -> None:
    """Print the mails held last, newest first, one JSON object a line."""
    for held in _place(desk, table, bucket, topic).quarantine.newest(limit):
        typer.echo(json.dumps(held.model_dump(mode="json"), ensure_ascii=False))


@app.command()
def show(
    mail_id: MailId,
    desk: DeskName = DEFAULT_DESK,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
    raw: Annotated[Path | None, typer.Option("--raw", metavar="FILE", help="Write the raw message here.")] = None,
) -> None:
    """Print why a mail is held; with --raw keep the message itself in a file."""
    place = _place(desk, table, bucket, topic)
    held = place.find(mail_id)
    typer.echo(json.dumps(held.model_dump(mode="json"), ensure_ascii=False, indent=2))
    if raw:
        raw.write_bytes(place.s3.get_object(Bucket=place.bucket, Key=held.raw_key)["Body"].read())


@app.command()
def replay(
    mail_id: MailId, desk: DeskName = DEFAULT_DESK, table: Table = None, bucket: Bucket = None, topic: Topic = None
) -> None:
    """Let a mail arrive once more, e.g. after the desk learnt to read it. What became a ticket before stays one."""
    place = _place(desk, table, bucket, topic)
    held = place.find(mail_id)
    place.sns.publish(TopicArn=place.topic, Message=json.dumps(_notification(held, place.bucket)))
    typer.echo(f"{mail_id} is on its way again.")


def _notification(held: "HeldMail", bucket: str) -> dict[str, object]:
    """What SES said when the mail arrived, as far as the desk reads it."""
    return {
        "notificationType": "Received",
        "mail": {
            "messageId": held.id,
            "timestamp": held.received_at.isoformat(),
            "source": held.envelope_sender,
        },
        "receipt": {
            "recipients": list(held.recipients),
            **{f"{name}Verdict": {"status": status} for name, status in held.verdicts.items()},
            "action": {"type": "S3", "bucketName": bucket, "objectKey": held.raw_key},
        },
    }


def _place(desk: str, table: str | None, bucket: str | None, topic: str | None) -> _Place:
    import boto3

    from functions.shared.gateways.quarantine import Quarantine

    if table and bucket and topic:
        clients = boto3.client("dynamodb"), boto3.client("s3"), boto3.client("sns")
        return _Place(Quarantine(clients[0], table, desk), clients[1], clients[2], bucket, topic)
    if table or bucket or topic:
        raise Failure("Name the table, the bucket and the topic, or none of them for the local desk.")
    from ops.local.running import local_desk

    aws, stack = local_desk("or name table, bucket and topic")
    held = Quarantine(aws.dynamodb, stack["TableName"], desk)
    return _Place(held, aws.s3, aws.sns, stack["InboundBucket"], stack["InboundTopicArn"])
