"""`desk config`: check the configuration's files, make them live, and look at what is live."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from functions.shared.contracts.words import Language
from ops.desk_name import DeskName, desk_named
from ops.failure import Failure, refusal

if TYPE_CHECKING:
    from functions.shared.domain.config import DeskConfig
    from functions.shared.gateways.config import ConfigStore

app = typer.Typer(no_args_is_help=True, help=__doc__)

_WHERE = "absent: of the local desk that runs here"

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the YAML files are.")]
Table = Annotated[str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")]
Bucket = Annotated[str | None, typer.Option("--bucket", envvar="BLOBS_BUCKET", help=f"Its bucket of blobs; {_WHERE}.")]
Note = Annotated[str, typer.Option("--note", "-m", help="Why, for those who come after.")]

DEFAULT_FOLDER = Path("config")


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
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    note: Note = "",
    over: Annotated[
        bool, typer.Option("--over", help="Also over rules that were edited on the page and are not in the files.")
    ] = False,
) -> None:
    """Make the files the live configuration. Unchanged, they keep their version."""
    from functions.shared.domain.errors import ConfigMissing, StaleConfig
    from ops.configuration import ConfigRefused, load_config, publish_config
    from ops.version_words import missing_edits

    store = _store(desk, table, bucket)
    try:
        before = store.live().version
        if not over and (missing := missing_edits(store, load_config(folder))):
            lines = "\n".join(f"  {line}" for line in missing)
            raise Failure(
                f"The rules were edited on the page, and {folder} has not all of it:\n{lines}\n"
                "Bring it into the files with `desk config export`, or publish over it with --over."
            )
    except ConfigMissing:
        before = 0
    except ConfigRefused as refused:
        raise Failure(f"{refused}\nNothing was published.") from refused
    try:
        config = publish_config(folder, store, author=getpass.getuser(), note=note, now=datetime.now(UTC))
    except ConfigRefused as refused:
        raise Failure(f"{refused}\nNothing was published.") from refused
    except StaleConfig as stale:
        raise Failure(refusal(stale)) from stale
    typer.echo(f"Version {config.version} of {store.desk} is live{' already' if config.version == before else ''}.")


@app.command()
def show(
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    version: Annotated[int | None, typer.Option("--version", help="Instead of the live one.")] = None,
) -> None:
    """Print a published configuration as JSON."""
    config = _version(_store(desk, table, bucket), version)
    typer.echo(config.model_dump_json(by_alias=True, exclude_defaults=True, indent=2))


@app.command()
def history(
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """List the versions that were published, the newest first: when, by whom, what, and why."""
    from ops.version_words import told

    for version in _store(desk, table, bucket).history(limit):
        typer.echo(told(version))


@app.command()
def diff(
    old: Annotated[int, typer.Argument(help="The earlier version.")],
    new: Annotated[int | None, typer.Argument(help="The later one; else the live one.")] = None,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    language: Annotated[Language, typer.Option(help="Of the names and sentences.")] = Language.EN,
) -> None:
    """Say in words how two versions differ, part by part and field by field."""
    from ops.version_words import differences

    store = _store(desk, table, bucket)
    for line in differences(_version(store, old), _version(store, new), language):
        typer.echo(line)


@app.command()
def rollback(
    version: Annotated[int, typer.Argument(help="The version to bring back, as a new one.")],
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    note: Note = "",
) -> None:
    """Make an earlier version live again, whole. (The page brings back the rules alone.)"""
    from functions.shared.domain.config_check import faults
    from functions.shared.domain.errors import StaleConfig

    store, now = _store(desk, table, bucket), datetime.now(UTC)
    live, config = _version(store, None), _version(store, version)
    if found := faults(config, now):
        raise Failure("\n".join([*map(str, found), f"Version {version} is not sound any more; nothing was published."]))
    try:
        restored = store.publish(
            config, author=getpass.getuser(), note=note, now=now, based_on=live.version, restores=version
        )
    except StaleConfig as stale:
        raise Failure(refusal(stale)) from stale
    if restored.version == live.version:
        typer.echo(f"Version {live.version}, which is live, is the same as version {version}.")
    else:
        typer.echo(f"Version {restored.version} of {store.desk} is live: what version {version} was.")


@app.command()
def export(
    folder: Folder = DEFAULT_FOLDER,
    desk: DeskName = None,
    table: Table = None,
    bucket: Bucket = None,
    version: Annotated[int | None, typer.Option("--version", help="Instead of the live one.")] = None,
) -> None:
    """Bring the files to what is live, so that edits made on the page can be reviewed like any other change.

    What is the same stays as it was written, comments included.
    """
    from ops.config_export import export_config
    from ops.configuration import ConfigRefused

    config = _version(_store(desk, table, bucket), version)
    try:
        written = export_config(config, folder)
    except ConfigRefused as refused:
        raise Failure(str(refused)) from refused
    for path in written:
        typer.echo(f"wrote {path}")
    if not written:
        typer.echo(f"{folder} is version {config.version} already.")


@app.command()
def schema(folder: Folder = DEFAULT_FOLDER) -> None:
    """Bring the JSON Schemas beside the files up to date."""
    from ops.config_schemas import write_schemas

    for path in write_schemas(folder):
        typer.echo(f"wrote {path}")


def _version(store: "ConfigStore", version: int | None) -> "DeskConfig":
    """The configuration as published under `version`, or the live one."""
    from functions.shared.domain.errors import ConfigMissing

    try:
        return store.live() if version is None else store.at(version)
    except ConfigMissing as missing:
        raise Failure(refusal(missing) if version is None else f"{store.desk} has no version {version}.") from missing


def _store(told: str | None, table: str | None, bucket: str | None) -> "ConfigStore":
    """The desk's configurations: in AWS where table and bucket are named, else of the local desk that runs here."""
    import boto3

    from functions.shared.gateways.config import ConfigStore

    if table and bucket:
        desk = desk_named(told)
        return ConfigStore(boto3.client("dynamodb"), boto3.client("s3"), table=table, bucket=bucket, desk=desk)
    if table or bucket:
        raise Failure("Name both the table and the bucket, or neither for the local desk.")
    from ops.local.running import local_desk

    aws, stack = local_desk("or name --table and --bucket")
    desk = told or stack["DeskId"]
    return ConfigStore(aws.dynamodb, aws.s3, table=stack["TableName"], bucket=stack["BlobsBucket"], desk=desk)
