"""`desk ticket`: open, show and list tickets of the running desk, over its own API."""

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.shared.contracts.words import Channel, Role, Status
from ops.failure import Failure
from ops.spans import Since, span

app = typer.Typer(no_args_is_help=True, help="Tickets of the running desk.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the API's answer as it is.")]


@app.command("open")
def open_ticket(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The report as JSON; - reads it from the input.")],
    channel: Annotated[
        Channel | None,
        typer.Option(help="Take it down as an agent: phone, manager or chat; what is missing is marked."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report a problem as a customer would, and print its reference and tracking link; or take one down as an agent."""
    from ops.desk_client import DeskClient

    if channel is not None:
        taken = DeskClient.as_staff(Role.AGENT).take_down(_report(file), channel)
        lacks = f"  lacks {', '.join(taken['missing'])}" if taken["missing"] else ""
        print(json.dumps(taken, ensure_ascii=False) if as_json else f"{taken['reference']}{lacks}")
        return
    opened = DeskClient.as_customer().open_ticket(_report(file))
    print(json.dumps(opened) if as_json else f"{opened['reference']}  {opened['tracking_url']}")


@app.command()
def show(reference: str, as_json: AsJson = False) -> None:
    """Print a ticket with its clocks and its timeline."""
    from ops.desk_client import DeskClient
    from ops.terminal import print_ticket

    ticket = DeskClient.as_staff().ticket(reference)
    if as_json:
        print(json.dumps(ticket, ensure_ascii=False))
    else:
        print_ticket(ticket)


@app.command("list")
def list_tickets(
    team: Annotated[list[str] | None, typer.Option(help="Of this team; may be given several times.")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="In this status; else all that are not done.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """List tickets, the next deadline first."""
    from ops.desk_client import DeskClient
    from ops.terminal import print_queue

    client = DeskClient.as_staff()
    lines = client.queue(team or [], [str(one) for one in status or []], limit)
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
    else:
        print_queue(lines)


@app.command()
def export(
    since: Since = "90d",
    file: Annotated[Path, typer.Option("--to", metavar="FILE.jsonl", help="Where to; - is the output.")] = Path("-"),
) -> None:
    """Write past tickets as reported, with what people made of them: a file to try rules on."""
    from ops.desk_client import DeskClient

    now = datetime.now(UTC)
    tickets = DeskClient.as_staff().past_tickets(now - span(since), now)
    with ExitStack() as files:
        out = sys.stdout if str(file) == "-" else files.enter_context(file.open("w", encoding="utf-8"))
        for ticket in tickets:
            out.write(f"{json.dumps(ticket, ensure_ascii=False)}\n")


def _report(file: Path) -> dict[str, object]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        report = json.loads(text)
    except (OSError, ValueError) as error:
        raise Failure(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(report, dict):
        raise Failure(f"{file} is not a JSON object.")
    return report
