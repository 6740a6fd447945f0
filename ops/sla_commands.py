"""`desk sla`: what the desk promises, and how deadlines come about."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from functions.shared.contracts.words import Language
from ops.failure import Failure
from ops.spans import Since, span

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def sla() -> None:
    """What the desk promises, and how deadlines come about."""


@app.command()
def due(
    calendar: Annotated[Path | None, typer.Option(metavar="FILE", help="A calendar, as in config/calendars.")] = None,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Such as 2026-09-30T17:00:00+08:00.")] = None,
    target: Annotated[str | None, typer.Option(help="90s, 15m, 4h of working time, or 3d working days.")] = None,
    pause: Annotated[
        list[str] | None, typer.Option(metavar="FROM/TO", help="Time that does not count; FROM/ still lasts.")
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Many questions, a JSON object a line (docs/calendars.md); - reads stdin."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the walk.")] = Language.EN,
) -> None:
    """Print when a target is due, and the walk that leads there."""
    if batch is not None:
        if any(one is not None for one in (calendar, start, target, pause)):
            raise Failure("With --batch, everything else stands in the file.")
        raise typer.Exit(_answer_batch(batch))
    if calendar is None or start is None or target is None:
        raise Failure("Say --calendar, --start and --target, or --batch.")
    _answer_one(calendar, start, target, pause or [], language)


@app.command()
def explain(
    reference: Annotated[str, typer.Argument(help="Of a ticket of the running desk.")],
    language: Annotated[Language, typer.Option(help="Of the explanation.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs, in both languages.")] = False,
) -> None:
    """Print why a ticket's deadlines are what they are: cycles, pauses, walks, what was told to whom, what is next."""
    from datetime import UTC, datetime

    from ops.desk_client import DeskClient
    from ops.explanation import NotExplained, explanation
    from ops.explanation_page import print_explanation

    try:
        told = explanation(DeskClient.as_staff().ticket(reference))
    except NotExplained as error:
        raise Failure(str(error)) from error
    if as_json:
        typer.echo(told.model_dump_json())
    else:
        print_explanation(told, language, datetime.now(UTC))


@app.command("what-if")
def what_if(
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Policies to try; else those of the configuration's folder.")
    ] = None,
    since: Since = "30d",
    folder: Annotated[Path, typer.Option(help="The configuration: its calendars are tried, changed ones too.")] = Path(
        "config"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs, with every change.")] = False,
) -> None:
    """Tell past tickets of the running desk again by other policies: which breaches would be gained and lost."""
    from datetime import UTC, datetime

    from functions.shared.domain.clock_rules import clock_rules
    from ops import what_if as trial
    from ops.configuration import ConfigRefused, load_config
    from ops.desk_client import DeskClient
    from ops.what_if_page import print_what_if

    now = datetime.now(UTC)
    began = now - span(since)
    try:
        config = load_config(folder, now=now, instead={"policies": policy} if policy else {})
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    client = DeskClient.as_staff()
    told = trial.what_if(client, [team.id for team in config.teams], clock_rules(config), began, now)
    if as_json:
        typer.echo(told.model_dump_json())
    else:
        print_what_if(told)


def _answer_one(calendar: Path, start: str, target: str, pauses: list[str], language: Language) -> None:
    from ops.sla_cases import BadQuestion, ask_due, read_calendar, shown

    try:
        due_at, walk = ask_due(read_calendar(calendar), start, target, [_pause(text) for text in pauses])
    except BadQuestion as error:
        raise Failure(str(error)) from error
    typer.echo(shown(due_at) or "not due: paused without an end")
    for reason in walk:
        typer.echo(f"  {reason.zh if language is Language.ZH else reason.en}")


def _pause(text: str) -> tuple[str, str | None]:
    begins, slash, ends = text.partition("/")
    if not slash:
        raise Failure(f"The pause {text!r} is not FROM/TO.")
    return begins, ends or None


def _answer_batch(path: Path) -> bool:
    """Whether a line could not be answered."""
    from ops.sla_cases import answer_all

    try:
        lines = sys.stdin if str(path) == "-" else path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error
    has_errors = False
    with lines:
        for number, answer in answer_all(lines):
            sys.stdout.write(f"{json.dumps(answer, ensure_ascii=False)}\n")
            if "error" in answer:
                has_errors = True
                typer.echo(f"line {number}: {answer['error']}", err=True)
    return has_errors
