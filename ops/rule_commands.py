"""`desk rules`: try rules on tickets before they go live, and ask why they did what they did."""

import json
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from functions.shared.contracts.words import Language
from functions.shared.domain.rules import Occasion
from ops.failure import Failure

if TYPE_CHECKING:
    from functions.shared.domain.rules import Rule

app = typer.Typer(no_args_is_help=True, help=__doc__)

RulesFile = Annotated[Path, typer.Option("--rules", metavar="FILE.yaml", help="The rules, as in config/rules.")]
TicketsFile = Annotated[
    Path, typer.Option("--tickets", metavar="FILE.jsonl", help="Tickets, a JSON object a line; - reads stdin.")
]


@app.callback()
def rules() -> None:
    """Try rules on tickets before they go live, and ask why they did what they did."""


@app.command()
def run(
    rules: RulesFile,
    tickets: TicketsFile,
    on: Annotated[Occasion, typer.Option(help="What has just happened to the tickets.")] = Occasion.OPENED,
) -> None:
    """Print for each ticket which rules match, what they set, and every rule's condition leaf by leaf."""
    from ops.past_tickets import BadLine, read_tickets
    from ops.rule_runs import try_rules

    known = _rules(rules)
    now = datetime.now(UTC)
    bad = 0
    with ExitStack() as files:
        for ticket in read_tickets(_lines(tickets, files)):
            if isinstance(ticket, BadLine):
                bad += 1
                answer = {"id": ticket.id, "error": f"{tickets}:{ticket.number}: {ticket.reason}"}
                print(answer["error"], file=sys.stderr)
            else:
                answer = try_rules(known, ticket, occasion=on, now=now)
            sys.stdout.write(f"{json.dumps(answer, ensure_ascii=False)}\n")
    if bad:
        raise Failure(f"{bad} {'line is' if bad == 1 else 'lines are'} no ticket.")


@app.command()
def explain(
    reference: str,
    rule: Annotated[str, typer.Option("--rule", metavar="ID", help="The rule in question.")],
    language: Annotated[Language, typer.Option(help="Of the rule's name.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as it is.")] = False,
) -> None:
    """Say why a rule acted on a ticket of the running desk, or why not: each leaf with the value seen."""
    from ops.desk_client import DeskClient
    from ops.local.settings import LocalSettings
    from ops.rule_words import told

    reason = DeskClient.as_staff(LocalSettings.from_env()).rule_reason(reference, rule)
    print(json.dumps(reason, ensure_ascii=False) if as_json else told(reason, language))


def _rules(path: Path) -> "tuple[Rule, ...]":
    from ops.configuration import ConfigRefused, load_rules

    try:
        return load_rules(path)
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused


def _lines(path: Path, files: ExitStack) -> Iterable[str]:
    if str(path) == "-":
        return sys.stdin
    try:
        return files.enter_context(path.open(encoding="utf-8-sig", errors="replace"))
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error
