"""How results would differ, as operators see it."""

from datetime import datetime
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from ops.what_if import WhatIf

SHOWN: Final = 40
"""Changes; all of them are in the JSON."""


def print_what_if(told: WhatIf) -> None:
    """Breaches gained and lost by priority and team, then cycle by cycle."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(f"{told.tickets} tickets opened since {_clock(told.since)}.")
    if told.groups:
        groups = Table(box=box.SIMPLE_HEAD)
        groups.add_column("P")
        groups.add_column("team")
        for heading in ("cycles", "late", "would be late", "gained", "lost"):
            groups.add_column(heading, justify="right")
        for one in told.groups:
            counts = map(str, (one.cycles, one.late, one.would_be_late, one.gained, one.lost))
            groups.add_row(one.priority, one.team, *counts)
        console.print(groups)
    if told.changes:
        changes = Table(box=box.SIMPLE_HEAD)
        for heading in ("ticket", "P", "team", "clock", "breach", "due", "would be due", "stopped"):
            changes.add_column(heading, no_wrap=True)
        for change in told.changes[:SHOWN]:
            colour = "red" if change.breach == "gained" else "green"
            changes.add_row(
                change.reference,
                change.priority,
                change.team,
                f"{change.metric} {change.cycle}",
                f"[{colour}]{change.breach}[/{colour}]",
                *map(_clock, (change.due_at, change.would_be_due_at, change.stopped_at)),
            )
        console.print(changes)
        if len(told.changes) > SHOWN:
            console.print(f"and {len(told.changes) - SHOWN} more: --json has all of them.")
    else:
        console.print("No result would differ.")
    for queue in told.not_all_of:
        console.print(f"[yellow]Not all tickets of the queue {queue} were looked at: the desk lists no more.[/yellow]")


def _clock(instant: datetime | None) -> str:
    """An instant on this machine's clock."""
    return instant.astimezone().strftime("%Y-%m-%d %H:%M") if instant else "–"
