"""A back-test as the terminal shows it."""

from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.shared.domain.backtest import ASPECTS, CONFUSED

Json = dict[str, Any]

MOST_RULES: Final = 8
"""So many rules are named of a sample; `--changes` writes them all."""


def print_report(report: Json, console: Console) -> None:
    """What would change, how rules and people agree, and some of the tickets concerned."""
    changed = report["changed"]
    console.print(
        f"[bold]{changed['any']:,} of {report['tickets']:,} tickets would change[/bold]: "
        + ", ".join(f"{aspect} {changed[aspect]:,}" for aspect in ASPECTS)
    )
    _print_agreement(report["agreement"], console)
    for aspect in CONFUSED:
        if report["confusion"][aspect]:
            _print_confusion(aspect, report["confusion"][aspect], console)
    if report["samples"]:
        _print_samples(report["samples"], console)


def _print_agreement(agreement: Json, console: Console) -> None:
    known = {aspect: found for aspect, found in agreement.items() if found["known"]}
    if not known:
        console.print("The tickets do not say what people made of them, so nothing can be compared with that.")
        return
    table = Table(box=box.SIMPLE_HEAD, title="Agreement with what people did", title_justify="left")
    for heading in ("", "tickets", "before", "after"):
        table.add_column(heading, justify="right" if heading else "left")
    for aspect, found in known.items():
        table.add_row(aspect, f"{found['known']:,}", f"{found['before']:.1%}", f"{found['after']:.1%}")
    console.print(table)


def _print_confusion(aspect: str, rows: dict[str, dict[str, int]], console: Console) -> None:
    columns = sorted({name for row in rows.values() for name in row})
    title = f"{aspect}: what people did (rows) and what the rules would do (columns)"
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(escape(column), justify="right", overflow="fold")
    for did, row in rows.items():
        cells = [
            f"[green]{row[column]:,}[/green]" if column == did and column in row else f"{row.get(column, 0):,}"
            for column in columns
        ]
        table.add_row(escape(did), *cells)
    console.print(table)


def _print_samples(samples: list[Json], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, title="Some of them", title_justify="left")
    for heading in ("ticket", "change", "people", "rules", "title"):
        table.add_column(heading, overflow="fold")
    for sample in samples:
        changes = "\n".join(
            f"{aspect}: {old or '–'} → {new or '–'}" for aspect, (old, new) in sample["changes"].items()
        )
        people = "\n".join(f"{aspect}: {value}" for aspect, value in sample["people"].items())
        shown = sample["matched"][:MOST_RULES]
        rules = ", ".join(shown) + ("…" if len(shown) < len(sample["matched"]) else "")
        table.add_row(*map(escape, (str(sample["id"]), changes, people or "–", rules or "–", sample["title"])))
    console.print(table)
