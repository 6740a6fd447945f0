"""`desk mail quarantine`: the mails that became no ticket, and what to do about them."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.desk_name import DeskName, desk_named
from ops.failure import Failure, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from functions.shared.domain.quarantine import HeldMail
    from functions.shared.held_mail import HeldMails

app = typer.Typer(no_args_is_help=True, help=__doc__)

_WHERE = "absent: of the local desk that runs here"
SEARCHED = 1_000

Table = Annotated[str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")]
Bucket = Annotated[str | None, typer.Option("--bucket", envvar="INBOUND_BUCKET", help=f"Of raw mail; {_WHERE}.")]
Topic = Annotated[str | None, typer.Option("--topic", envvar="INBOUND_TOPIC_ARN", help=f"Of received mail; {_WHERE}.")]
MailId = Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it.")]


@dataclass(frozen=True)
class MailPlace:
    """Where one desk's mail lies."""

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    desk: str
    table: str
    bucket: str
    held: "HeldMails"


@app.command("list")
def list_(
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=SEARCHED)] = 50,
    needs_a_look: Annotated[
        bool, typer.Option("--needs-a-look", help="Leave out our own mail and that of machines.")
    ] = False,
    after: Annotated[str | None, typer.Option("--after", metavar="PLACE", help="As the page before named it.")] = None,
) -> None:
    """Print the mails held last, newest first, one JSON object a line; where more wait, how to go on."""
    from functions.shared.domain.errors import InvalidInput
    from functions.shared.paging import OF_MAIL, cursor, place

    try:
        place_before = place(after, OF_MAIL)
    except InvalidInput as error:
        raise Failure("--after takes what the page before named.") from error
    held = mail_place(desk, table, bucket, topic).held
    found = held.newest(limit, to_look_at=needs_a_look, after=place_before)
    for mail in found.mails:
        typer.echo(json.dumps(_shown(mail), ensure_ascii=False))
    if found.next:
        typer.echo(f"The list goes on: --after {cursor(found.next)}", err=True)


@app.command()
def show(
    mail_id: MailId,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
    raw: Annotated[Path | None, typer.Option("--raw", metavar="FILE", help="Write the raw message here.")] = None,
) -> None:
    """Print why a mail is held; with --raw keep the message itself in a file."""
    place = mail_place(desk, table, bucket, topic)
    with _refusals(mail_id):
        typer.echo(json.dumps(_shown(place.held.find(mail_id)), ensure_ascii=False, indent=2))
        if raw:
            raw.write_bytes(place.held.raw(mail_id))


@app.command()
def replay(
    mail_id: MailId, desk: DeskName = None, table: Table = None, bucket: Bucket = None, topic: Topic = None
) -> None:
    """Let a mail arrive once more, e.g. after the desk learnt to read it. What became a ticket before stays one."""
    with _refusals(mail_id):
        mail_place(desk, table, bucket, topic).held.replay(mail_id, by=_operator(), now=datetime.now(UTC))
    typer.echo(f"{mail_id} is on its way again.")


@app.command()
def release(
    mail_id: MailId, desk: DeskName = None, table: Table = None, bucket: Bucket = None, topic: Topic = None
) -> None:
    """Let a mail in, whatever set it aside: spam, a brake, a machine. Viruses and our own mail stay out."""
    with _refusals(mail_id):
        mail_place(desk, table, bucket, topic).held.release(mail_id, by=_operator(), now=datetime.now(UTC))
    typer.echo(f"{mail_id} is let in.")


@app.command()
def delete(
    mail_id: MailId,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
    why: Annotated[str, typer.Option("--why", help="Stays beside who deleted it.")] = "",
) -> None:
    """Delete a held mail for good, with its raw message."""
    with _refusals(mail_id):
        mail_place(desk, table, bucket, topic).held.delete(mail_id, by=_operator(), now=datetime.now(UTC), why=why)
    typer.echo(f"{mail_id} is deleted.")


def mail_place(told: str | None, table: str | None, bucket: str | None, topic: str | None) -> MailPlace:
    """Where the mail of the desk that the options name lies.

    Raises:
        Failure: some options are missing, or no local desk is up.
    """
    import boto3

    from functions.shared.gateways.arrivals import Arrivals
    from functions.shared.gateways.blobs import Blobs
    from functions.shared.gateways.quarantine import Quarantine
    from functions.shared.held_mail import HeldMails

    if table and bucket and topic:
        dynamodb, s3, sns = boto3.client("dynamodb"), boto3.client("s3"), boto3.client("sns")
        desk = desk_named(told)
    elif table or bucket or topic:
        raise Failure("Name the table, the bucket and the topic, or none of them for the local desk.")
    else:
        from ops.local.running import local_desk

        aws, stack = local_desk("or name table, bucket and topic")
        dynamodb, s3, sns, desk = aws.dynamodb, aws.s3, aws.sns, told or stack["DeskId"]
        table, bucket, topic = stack["TableName"], stack["InboundBucket"], stack["InboundTopicArn"]
    held = HeldMails(
        quarantine=Quarantine(dynamodb, table, desk), arrivals=Arrivals(sns, topic, bucket), raw=Blobs(s3, bucket)
    )
    return MailPlace(dynamodb, s3, desk, table, bucket, held)


@contextmanager
def _refusals(mail_id: str) -> Iterator[None]:
    """Says in one line why something cannot be done with a mail."""
    from functions.shared.domain.errors import HeldMailNotFound, IllegalTransition
    from functions.shared.gateways.blobs import BlobNotFound

    try:
        yield
    except HeldMailNotFound as error:
        raise Failure(f"No mail {mail_id} is held.") from error
    except IllegalTransition as error:
        raise Failure(f"{mail_id}: {refusal(error)}") from error
    except BlobNotFound as error:
        raise Failure(f"The raw message of {mail_id} is gone.") from error


def _shown(held: "HeldMail") -> dict[str, object]:
    return held.model_dump(mode="json")


def _operator() -> str:
    return f"operator {getpass.getuser()}"
