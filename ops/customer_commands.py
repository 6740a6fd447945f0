"""`desk company` and `desk contact`: the customers of the running desk."""

import contextlib
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.desk_name import DeskName, desk_named
from ops.failure import Failure

if TYPE_CHECKING:
    from functions.shared.domain.config import DeskConfig
    from functions.shared.gateways.directory import Directory
    from ops.customer_file import Rejected
    from ops.customer_import import Imported

companies = typer.Typer(no_args_is_help=True, help="The customer companies of the running desk.")
contacts = typer.Typer(no_args_is_help=True, help="The contacts of the running desk: people who ask.")

_SHOWN = 50
_WHERE = "absent: of the local desk that runs here"

Table = Annotated[str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")]
Bucket = Annotated[str | None, typer.Option("--bucket", envvar="BLOBS_BUCKET", help=f"The desk's blobs; {_WHERE}.")]

File = Annotated[Path, typer.Argument(help="UTF-8, UTF-16 or GB 18030; cells set apart by comma, semicolon or tab.")]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="CSV", help="Write the rejected lines here: line, column, reason.")
]


@companies.command("import")
def import_companies(
    file: File, report: Report = None, desk: DeskName = None, table: Table = None, bucket: Bucket = None
) -> None:
    """Enter companies from a CSV file, or update those known by name or domain.

    Columns: name (required), tier, domains (; between them), account_manager, language, tags (;). Cells left empty
    change nothing, and the same file may be imported as often as one likes.
    """
    from ops.customer_import import import_companies

    config, directory = _desk(desk, table, bucket)
    _import(file, report, lambda reject: import_companies(file, config, directory, reject))


@contacts.command("import")
def import_contacts(
    file: File, report: Report = None, desk: DeskName = None, table: Table = None, bucket: Bucket = None
) -> None:
    """Enter contacts from a CSV file, or update those known by address or phone.

    Columns: name, address, phone (one of the two is required), company (name or domain), language, tags (;). Cells left
    empty change nothing, and the same file may be imported as often as one likes.
    """
    from ops.customer_import import import_contacts

    _, directory = _desk(desk, table, bucket)
    _import(file, report, lambda reject: import_contacts(file, directory, reject))


@contacts.command("merge")
def merge_contacts(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A contact's id, address or phone number.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="Whom it is, likewise.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take FROM, named by its id, out of INTO again.")] = False,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
) -> None:
    """Let one contact be another: their tickets are found together, and later mail arrives at INTO."""
    _, directory = _desk(desk, table, bucket)
    if undo:
        taken = directory.take_out_contact(source)
        typer.echo(f"{taken.id} stands for itself again.")
        return
    record = directory.merge_contacts(_contact(directory, source), _contact(directory, into))
    typer.echo(f"{source} is {record.name or record.id} ({record.id}) from now on.")


@companies.command("merge")
def merge_companies(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A company's id, domain or name.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="Which it is, likewise.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take FROM, named by its id, out of INTO again.")] = False,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
) -> None:
    """Let one company be another: their tickets and contacts are found together."""
    _, directory = _desk(desk, table, bucket)
    if undo:
        taken = directory.take_out_company(source)
        typer.echo(f"{taken.id} stands for itself again.")
        return
    record = directory.merge_companies(_company(directory, source), _company(directory, into))
    typer.echo(f"{source} is {record.name} ({record.id}) from now on.")


def _contact(directory: "Directory", named: str) -> str:
    if named.startswith("con_"):
        return named
    record = directory.contact_at(named)
    if record is None:
        raise Failure(f"The desk knows nobody at {named}.")
    return record.id


def _company(directory: "Directory", named: str) -> str:
    from functions.shared.domain.directory import fold_name

    if named.startswith("com_"):
        return named
    found = directory.companies_at([fold_name(named)])
    if not found:
        raise Failure(f"The desk knows no company {named}.")
    return next(iter(found.values())).id


def _desk(told: str | None, table: str | None, bucket: str | None) -> "tuple[DeskConfig, Directory]":
    import boto3

    from functions.shared.gateways.config import ConfigStore
    from functions.shared.gateways.directory import Directory
    from ops.local.running import local_desk

    if table and bucket:
        dynamodb, s3, desk = boto3.client("dynamodb"), boto3.client("s3"), desk_named(told)
    elif table or bucket:
        raise Failure("Name the table and the bucket, or none of them for the local desk.")
    else:
        aws, stack = local_desk("or name --table and --bucket")
        dynamodb, s3 = aws.dynamodb, aws.s3
        table, bucket, desk = stack["TableName"], stack["BlobsBucket"], told or stack["DeskId"]
    config = ConfigStore(dynamodb, s3, table=table, bucket=bucket, desk=desk).live()
    return config, Directory(dynamodb, table, desk, config.desk.default_language)


def _import(
    file: Path, report: Path | None, begin: "Callable[[Callable[[Rejected], object]], Iterator[Imported]]"
) -> None:
    """Import with a progress bar on a terminal; rejected lines go into the report, and the first ones on the screen."""
    from ops.customer_import import Fate

    if not file.is_file():
        raise Failure(f"There is no file {file}.")
    shown: list[Rejected] = []
    with _report(report) as write:

        def reject(line: "Rejected") -> None:
            if len(shown) < _SHOWN:
                shown.append(line)
            write(line)

        done = _watched(begin(reject), file.stat().st_size)
    for line in shown:
        typer.echo(f"{file}:{line.line}: {f'{line.column}: ' if line.column else ''}{line.why}")
    count = {fate.value: done.fates[fate] for fate in Fate}
    if count["rejected"] > len(shown):
        typer.echo(
            f"… and {count['rejected'] - len(shown)} more{f': see {report}' if report else '; --report keeps all'}"
        )
    lines = "line" if count["rejected"] == 1 else "lines"
    typer.echo(
        f"{count['entered']} entered, {count['changed']} changed, {count['unchanged']} as they were, "
        f"{count['rejected']} {lines} rejected."
    )
    raise typer.Exit(1 if count["rejected"] else 0)


def _watched(steps: "Iterator[Imported]", size: int) -> "Imported":
    """The figures at the end, with a progress bar by bytes of the file on the way."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from ops.customer_import import Imported

    done, lines = Imported(), 0
    columns = (TextColumn("{task.fields[lines]} lines"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=size, lines=0)
        for lines, done in enumerate(steps, 1):
            progress.update(task, completed=done.read_bytes, lines=lines)
    return done


@contextlib.contextmanager
def _report(path: Path | None) -> "Iterator[Callable[[Rejected], object]]":
    """What writes rejected lines into the file at `path`."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "reason"))
        yield lambda line: writer.writerow((line.line, line.column, line.why))
