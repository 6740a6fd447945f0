"""`desk config`: check the configuration's files, make them live, and look at what is live."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.failure import Failure

if TYPE_CHECKING:
    from functions.shared.gateways.config import ConfigStore

app = typer.Typer(no_args_is_help=True, help=__doc__)

_WHERE = "absent: of the local desk that runs here"

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the YAML files are.")]
DeskName = Annotated[str, typer.Option("--desk", envvar="DESK_ID", help="The desk's id.")]
Table = Annotated[str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")]
Bucket = Annotated[str | None, typer.Option("--bucket", envvar="BLOBS_BUCKET", help=f"Its bucket of blobs; {_WHERE}.")]

DEFAULT_FOLDER = Path("config")
DEFAULT_DESK = "after-sales"


@app.command()
def check(folder: Folder = DEFAULT_FOLDER) -> None:
    """Say whether the files make a sound configuration; every fault with its file, line and place."""
    from ops.configuration import ConfigRefused, doubts_about

    try:
        config, doubts = doubts_about(folder, now=datetime.now(UTC))
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    for doubt in doubts:
        typer.echo(f"{doubt} (a warning)")
    typer.echo(
        f"{config.desk.id}: {len(config.teams)} teams, {len(config.people)} people, {len(config.modules)} modules, "
        f"{len(config.forms)} forms, {len(config.rules)} rules, {len(config.policies)} policies, "
        f"{len(config.calendars)} calendars. All sound."
    )


@app.command()
def publish(
    folder: Folder = DEFAULT_FOLDER,
    desk: DeskName = DEFAULT_DESK,
    table: Table = None,
    bucket: Bucket = None,
    note: Annotated[str, typer.Option("--note", "-m", help="Why, for those who come after.")] = "",
) -> None:
    """Make the files the live configuration. Unchanged, they keep their version."""
    from functions.shared.domain.errors import ConfigMissing, StaleConfig
    from ops.configuration import ConfigRefused, publish_config

    store = _store(desk, table, bucket)
    try:
        before = store.live().version
    except ConfigMissing:
        before = 0
    try:
        config = publish_config(folder, store, author=getpass.getuser(), note=note, now=datetime.now(UTC))
    except ConfigRefused as refused:
        raise Failure(f"{refused}\nNothing was published.") from refused
    except StaleConfig as stale:
        raise Failure(stale.sentence) from stale
    typer.echo(f"Version {config.version} of {desk} is live{' already' if config.version == before else ''}.")


@app.command()
def show(
    desk: DeskName = DEFAULT_DESK,
    table: Table = None,
    bucket: Bucket = None,
    version: Annotated[int | None, typer.Option("--version", help="Instead of the live one.")] = None,
) -> None:
    """Print a published configuration as JSON."""
    from functions.shared.domain.errors import ConfigMissing

    store = _store(desk, table, bucket)
    try:
        config = store.live() if version is None else store.at(version)
    except ConfigMissing as missing:
        raise Failure(missing.sentence if version is None else f"{desk} has no version {version}.") from missing
    typer.echo(config.model_dump_json(by_alias=True, exclude_defaults=True, indent=2))


@app.command()
def schema(folder: Folder = DEFAULT_FOLDER) -> None:
    """Bring the JSON Schemas beside the files up to date."""
    from ops.config_schemas import write_schemas

    for path in write_schemas(folder):
        typer.echo(f"wrote {path}")


def _store(desk: str, table: str | None, bucket: str | None) -> "ConfigStore":
    """The desk's configurations: in AWS where table and bucket are named, else of the local desk that runs here."""
    import boto3

    from functions.shared.gateways.config import ConfigStore

    if table and bucket:
        return ConfigStore(boto3.client("dynamodb"), boto3.client("s3"), table=table, bucket=bucket, desk=desk)
    if table or bucket:
        raise Failure("Name both the table and the bucket, or neither for the local desk.")
    from ops.local.running import local_desk

    aws, stack = local_desk("or name --table and --bucket")
    return ConfigStore(aws.dynamodb, aws.s3, table=stack["TableName"], bucket=stack["BlobsBucket"], desk=desk)
