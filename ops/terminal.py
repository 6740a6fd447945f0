"""What operators see."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ops.local.endpoints import Endpoints
from ops.local.lifecycle import ProgramStatus

_console = Console(highlight=False)

Json = dict[str, Any]


@contextlib.contextmanager
def progress(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done; each sentence stays on the screen. Plain lines when it is not a terminal."""
    with _console.status(first) as status:

        def say(sentence: str) -> None:
            _console.print(f"[dim]·[/dim] {sentence}")
            status.update(sentence)

        yield say


def print_endpoints(endpoints: Endpoints, file: Path) -> None:
    """Where the desk is, and who may sign in."""
    addresses = Table.grid(padding=(0, 3))
    for label, value in (
        ("Customers", f"{endpoints.url}/"),
        ("Console", f"{endpoints.url}/desk/"),
        ("Mailbox", endpoints.mailbox_url),
        ("Mail to", f"{endpoints.support_address} by SMTP at {endpoints.smtp}"),
        ("AWS", f"{endpoints.endpoint}, region {endpoints.region}, key test/test"),
        ("API", f"Host {endpoints.host}"),
        ("All this", str(file)),
    ):
        addresses.add_row(f"[bold]{label}[/bold]", value)
    people = Table(box=box.SIMPLE, title="Sign in as", title_justify="left", title_style="bold")
    for heading in ("e-mail", "password", "role"):
        people.add_column(heading)
    for user in endpoints.users:
        people.add_row(user.email, user.password, user.role)
    _console.print("\n[bold green]The desk is up.[/bold green]\n")
    _console.print(addresses, soft_wrap=True)
    if endpoints.users:
        _console.print(people)


def print_status(programs: Sequence[ProgramStatus]) -> None:
    """One line per background program."""
    table = Table.grid(padding=(0, 3))
    for program in programs:
        if program.pid is None:
            state = "[red]not running[/red]"
        elif program.is_answering:
            state = f"[green]up[/green], process {program.pid}"
        else:
            state = f"[yellow]does not answer[/yellow], process {program.pid}"
        table.add_row(f"[bold]{program.name}[/bold]", state)
    _console.print(table)


def print_queue(lines: Sequence[Json]) -> None:
    """Tickets, one a line, with how long each has still got."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 2, 0, 0))
    for heading in ("ticket", "P", "status", "team", "owner", "due"):
        table.add_column(heading, no_wrap=True)
    table.add_column("title", ratio=1, no_wrap=True, overflow="ellipsis")
    for line in lines:
        due = _until(line["due_at"])
        table.add_row(
            line["reference"],
            line["priority"] or "–",
            line["status"],
            line["team"] or "–",
            line["assignee"] or "–",
            f"[red]{due}[/red]" if line["is_breached"] else due,
            line["title"],
        )
    _console.print(table if lines else "No tickets.")


def print_ticket(ticket: Json) -> None:
    """A ticket with its clocks and its timeline."""
    _console.print(f"[bold]{ticket['reference']}[/bold]  {ticket['title']}", markup=True)
    owner = ticket["assignee"] or "nobody"
    where = f"{ticket['team'] or 'no team'}, {owner}"
    _console.print(f"{ticket['status']}, {ticket['priority'] or 'not triaged'}, {where}, by {ticket['channel']}\n")
    clocks = Table(box=box.SIMPLE_HEAD)
    for heading in ("clock", "state", "target", "due"):
        clocks.add_column(heading)
    for clock in ticket["clocks"]:
        clocks.add_row(clock["metric"], clock["state"], clock["target"] or "–", _local(clock["due_at"]))
    _console.print(clocks)
    timeline = Table(box=box.SIMPLE_HEAD)
    for heading in ("at", "event", "by"):
        timeline.add_column(heading)
    for event in ticket["timeline"]:
        actor = event.get("actor") or {}
        timeline.add_row(_local(event["occurred_at"]), event["type"], str(actor.get("name") or actor.get("kind") or ""))
    _console.print(timeline)


def _local(instant: str | None) -> str:
    """An instant on this machine's clock."""
    return datetime.fromisoformat(instant).astimezone().strftime("%m-%d %H:%M:%S") if instant else "–"


def _until(instant: str | None) -> str:
    """How far away an instant is, to the minute."""
    if not instant:
        return "–"
    minutes = int((datetime.fromisoformat(instant) - datetime.now(UTC)).total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("", minutes)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return f"{sign}{days}d {hours}h" if days else f"{sign}{hours}h {minutes:02}m"
