"""`desk mail`: look at received mail."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ops import quarantine_commands
from ops.desk_name import DeskName
from ops.failure import Failure
from ops.quarantine_commands import Bucket, Table, Topic, mail_place

app = typer.Typer(no_args_is_help=True, help=__doc__)
app.add_typer(quarantine_commands.app, name="quarantine")


@app.command("parse")
def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Raw messages (.eml), or plain-text bodies.")],
    body: Annotated[
        bool, typer.Option("--body", help="The files are plain-text bodies: print the reply only.")
    ] = False,
) -> None:
    """Print what the desk reads in each message, one JSON object a line; status 1 if any cannot be read."""
    has_errors = False
    for file in files:
        answer = _read(file, only_body=body)
        has_errors |= "error" in answer
        # Names of files may be no UTF-8, and the terminal may not speak it: the answer is UTF-8 whatever they are.
        line = json.dumps({"file": str(file), **answer}, ensure_ascii=False).encode("utf-8", "replace")
        typer.echo(line)
    raise typer.Exit(has_errors)


@app.command("reconcile")
def reconcile_mail(
    since: Annotated[str, typer.Option("--since", help="How far back: 90m, 24h, 7d.")] = "24h",
    settle: Annotated[
        int, typer.Option("--settle", min=0, help="Leave out what arrived in the last so many seconds.")
    ] = 60,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    topic: Topic = None,
) -> None:
    """Hold the raw mail that lies in the bucket against what became of it; status 1 if anything differs."""
    from datetime import UTC, datetime, timedelta

    from pydantic import TypeAdapter, ValidationError

    from functions.shared.domain.mail_rules import Length, length_of
    from ops.reconcile import reconcile

    try:
        length = length_of(TypeAdapter(Length).validate_python(since))
    except ValidationError as error:
        raise Failure(f"--since {since}: say how long, as in 90m, 24h or 7d.") from error
    place = mail_place(desk, table, bucket, topic)
    now = datetime.now(UTC)
    report = reconcile(place, place.desk, since=now - length, until=now - timedelta(seconds=settle))
    typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    raise typer.Exit(bool(report["differences"]))


def _read(file: Path, *, only_body: bool) -> dict[str, object]:
    from functions.intake.mime.charsets import decode_text
    from functions.intake.mime.message import UnreadableMail, parse_mail
    from functions.intake.mime.quotes import fold

    try:
        raw = file.read_bytes()
        if only_body:
            return {"reply": fold(decode_text(raw)[0])[0]}
        return parse_mail(raw).model_dump(mode="json", by_alias=True)
    except (UnreadableMail, OSError, MemoryError) as error:
        return {"error": str(error) or type(error).__name__}
