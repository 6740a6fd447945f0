"""What operators see."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ops.local.endpoints import Endpoints
from ops.local.lifecycle import ProgramStatus

_console = Console(highlight=False)


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
