"""`desk mail`: look at received mail."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ops import quarantine_commands

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
    answers = []
    for file in files:
        answers.append(_read(file, only_body=body))
        typer.echo(json.dumps({"file": str(file), **answers[-1]}, ensure_ascii=False))
    raise typer.Exit(any("error" in answer for answer in answers))


def _read(file: Path, *, only_body: bool) -> dict[str, object]:
    from functions.intake.mime.charsets import decode_text
    from functions.intake.mime.message import UnreadableMail, parse_mail
    from functions.intake.mime.quotes import fold

    try:
        raw = file.read_bytes()
        if only_body:
            return {"reply": fold(decode_text(raw)[0])[0]}
        return parse_mail(raw).model_dump(mode="json", by_alias=True)
    except (UnreadableMail, OSError) as error:
        return {"error": str(error)}
