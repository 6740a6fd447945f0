"""`desk rules`: try rules on tickets before they go live, and ask why they did what they did."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from functions.shared.contracts.words import Language
from functions.shared.domain.rules import Occasion
from ops.failure import Failure
from ops.spans import span

if TYPE_CHECKING:
    from functions.shared.domain.config import DeskConfig
    from functions.shared.domain.past_tickets import PastTicket
    from functions.shared.domain.rule_check import Doubt
    from functions.shared.domain.rules import Rule


class Learned(StrEnum):
    """What rules can be learned for."""

    TEAM = "team"
    MODULE = "module"
    PRIORITY = "priority"


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
    config: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The desk whose clock and calendars count; else config, where it is."),
    ] = None,
) -> None:
    """Print for each ticket which rules match, what they set, and every rule's condition leaf by leaf."""
    from functions.shared.domain.past_tickets import BadLine
    from ops.past_tickets import read_tickets
    from ops.rule_runs import try_rules

    known = _rules(rules)
    desk = _desk_of(config)
    now = datetime.now(UTC)
    bad = 0
    with ExitStack() as files:
        for ticket in read_tickets(_lines(tickets, files)):
            if isinstance(ticket, BadLine):
                bad += 1
                answer = {"id": ticket.id, "error": f"{tickets}:{ticket.number}: {ticket.reason}"}
                print(answer["error"], file=sys.stderr)
            else:
                answer = try_rules(known, ticket, occasion=on, now=now, desk=desk)
            sys.stdout.write(f"{json.dumps(answer, ensure_ascii=False)}\n")
    if bad:
        raise Failure(f"{bad} {'line is' if bad == 1 else 'lines are'} no ticket.")


@app.command()
def check(
    rules: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The rules, as in config/rules.")],
    config: Annotated[Path, typer.Option(metavar="FOLDER", help="The desk they are for.")] = Path("config"),
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Name rules that none of the running desk's tickets match: 90d.")
    ] = None,
) -> None:
    """Say whether rules are sound, and what to look at: rules never reached, conditions that never hold, and so on."""
    from ops.configuration import ConfigRefused, doubts_about

    now = datetime.now(UTC)
    try:
        desk, doubts = doubts_about(
            config, now=now, instead={"rules": rules}, tried=lambda desk: _silent(desk, since, now) if since else ()
        )
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    for doubt in doubts:
        print(f"{doubt} (a warning)")
    warnings = {0: "nothing to look at", 1: "1 warning"}.get(len(doubts), f"{len(doubts)} warnings")
    print(f"{rules}: {len(desk.rules)} rules, all sound; {warnings}.")


@app.command()
def explain(
    reference: str,
    rule: Annotated[str, typer.Option("--rule", metavar="ID", help="The rule in question.")],
    event: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The event's number in the timeline; else the rule's newest.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the rule's name.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as it is.")] = False,
) -> None:
    """Say why a rule acted on a ticket of the running desk, or why not: each leaf with the value seen."""
    from ops.desk_client import DeskClient
    from ops.rule_words import told

    reason = DeskClient.as_staff().rule_reason(reference, rule, event)
    print(json.dumps(reason, ensure_ascii=False) if as_json else told(reason, language))


@app.command()
def backtest(
    rules: RulesFile,
    tickets: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Tickets, a JSON object a line; - reads stdin.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Instead the running desk's, opened so long ago at most: 90d.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="The rules they would replace; else the desk's own.")
    ] = None,
    config: Annotated[Path, typer.Option(metavar="FOLDER", help="The desk's configuration.")] = Path("config"),
    changes: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write every ticket that would change there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say which tickets would change team, priority or person, and whether people did the same."""
    from rich.console import Console

    from functions.shared.domain.backtest import Report, Triage, unknown_teams
    from functions.shared.domain.backtest import backtest as run_backtest
    from ops.backtest_report import print_report
    from ops.configuration import ConfigRefused, load_config
    from ops.past_tickets import read_tickets

    if (tickets is None) == (since is None):
        raise Failure("Name the tickets: either a file with --tickets, or the running desk's with --since.")
    try:
        desk = load_config(config)
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    candidates = _rules(rules)
    before = Triage(desk, _rules(against) if against else desk.rules)
    after = Triage(desk, candidates)
    report = Report()
    with ExitStack() as files:
        past = read_tickets(_with_progress(tickets, files)) if tickets else _of_the_desk(since or "", files)
        kept = files.enter_context(_writable(changes)) if changes else None
        now = datetime.now(UTC)
        for change in run_backtest(past, before, after, desk, report=report, now=now):
            if kept:
                kept.write(f"{json.dumps(change, ensure_ascii=False)}\n")
    if missing := unknown_teams(candidates, desk):
        print(f"{rules}: the desk has no team {', '.join(missing)}.", file=sys.stderr)
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print_report(report.as_json(), Console(highlight=False))
    if bad := report.first_bad:
        also = f" ({report.bad_lines} lines in all)" if report.bad_lines > 1 else ""
        raise Failure(f"{tickets}:{bad.number}: {bad.reason}{also}")


@app.command()
def suggest(
    tickets: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Tickets, a JSON object a line; - reads stdin.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Instead the running desk's, opened so long ago at most: 90d.")
    ] = None,
    about: Annotated[Learned, typer.Option("--field", help="What the rules are to decide.")] = Learned.TEAM,
    precision: Annotated[float, typer.Option(min=0.5, max=1.0, help="The least share of tickets to agree.")] = 0.9,
    support: Annotated[int, typer.Option(min=3, help="The fewest tickets that a keyword is in.")] = 10,
    config: Annotated[Path, typer.Option(metavar="FOLDER", help="The desk's configuration.")] = Path("config"),
) -> None:
    """Print rules that the past suggests, as YAML to paste: “发票 → finance, 97 % of 214”."""
    from ops.configuration import ConfigRefused, load_config
    from ops.past_tickets import read_tickets
    from ops.rule_finding import as_yaml, propose, read_past

    if (tickets is None) == (since is None):
        raise Failure("Name the tickets: either a file with --tickets, or the running desk's with --since.")
    try:
        desk = load_config(config)
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    with ExitStack() as files:
        lines = read_tickets(_with_progress(tickets, files)) if tickets else _of_the_desk(since or "", files)
        past = read_past(lines, about.value)
    found = propose(past, about.value, precision=precision, support=support)
    print(f"# Learned from {len(past.texts)} tickets of which it is known what people made of them.")
    for line in as_yaml(found, desk):
        print(line)
    if past.bad_lines:
        raise Failure(f"{past.bad_lines} {'line is' if past.bad_lines == 1 else 'lines are'} no ticket.")


def _desk_of(folder: Path | None) -> "DeskConfig | None":
    """The desk in `folder`; without one, that in the folder config if there is any."""
    from ops.configuration import ConfigRefused, load_config

    if folder is None and not Path("config").is_dir():
        return None
    try:
        return load_config(folder or Path("config"))
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused


def _silent(desk: "DeskConfig", since: str, now: datetime) -> "list[Doubt]":
    """The rules that match none of the running desk's tickets opened so long ago at most."""
    from functions.shared.domain.backtest import Report, Triage
    from functions.shared.domain.backtest import backtest as run_backtest
    from functions.shared.domain.rule_check import silent

    report = Report()
    triage = Triage(desk, desk.rules)
    with ExitStack() as files:
        for _ in run_backtest(_of_the_desk(since, files), triage, triage, desk, report=report, now=now):
            pass
    unheard = {rule.id for rule in desk.rules if Occasion.OPENED in rule.on and not report.matched[rule.id]}
    return silent(desk.rules, unheard, report.tickets, max(1, span(since).days), now)


def _with_progress(path: Path, files: ExitStack) -> Iterable[str]:
    """The lines of `path`, with a bar that says how far they were read."""
    from rich.console import Console
    from rich.progress import Progress

    if str(path) == "-":
        return sys.stdin
    bar = files.enter_context(Progress(console=Console(stderr=True), transient=True))
    try:
        opened = bar.open(path, "r", encoding="utf-8-sig", description="Tickets")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error
    return files.enter_context(opened)


def _of_the_desk(since: str, files: ExitStack) -> "Iterator[PastTicket]":
    """The running desk's tickets, with a bar that says how much of the time was gone through."""
    from rich.console import Console
    from rich.progress import Progress

    from functions.shared.domain.past_tickets import PastTicket
    from ops.desk_client import DeskClient

    now = datetime.now(UTC)
    began = now - span(since)
    bar = files.enter_context(Progress(console=Console(stderr=True), transient=True))
    task = bar.add_task("Tickets", total=(now - began).total_seconds())
    for line in DeskClient.as_staff().past_tickets(began, now):
        ticket = PastTicket.model_validate(line)
        yield ticket
        if ticket.opened_at:
            bar.update(task, completed=(ticket.opened_at - began).total_seconds())


def _writable(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from error


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
        return files.enter_context(path.open(encoding="utf-8-sig"))
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error
