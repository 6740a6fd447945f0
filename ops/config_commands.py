"""`desk config`: the configuration of the desk."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from functions.shared.gateways.config import ConfigStore

app = typer.Typer(no_args_is_help=True, help=__doc__)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the YAML files are.")]
DeskName = Annotated[str, typer.Option("--desk", envvar="DESK_ID", help="The desk's id.")]
Table = Annotated[str, typer.Option("--table", envvar="TABLE_NAME", help="The desk's table.")]
Bucket = Annotated[str, typer.Option("--bucket", envvar="BLOBS_BUCKET", help="The desk's bucket of blobs.")]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", envvar="AWS_ENDPOINT_URL", help="Of the local cloud; absent: AWS.")
]

DEFAULT_FOLDER = Path("config")


@app.command()
def check(folder: Folder = DEFAULT_FOLDER) -> None:
    """Say whether the files make a sound configuration; every fault with its file, line and place."""
    from ops.configuration import ConfigRefused, load_config

    try:
        config = load_config(folder)
    except ConfigRefused as refused:
        raise _failed(*refused.faults) from refused
    typer.echo(
        f"{config.desk.id}: {len(config.teams)} teams, {len(config.people)} people, {len(config.modules)} modules, "
        f"{len(config.forms)} forms, {len(config.rules)} rules, {len(config.policies)} policies, "
        f"{len(config.calendars)} calendars. All sound."
    )


@app.command()
def publish(
    table: Table,
    bucket: Bucket,
    folder: Folder = DEFAULT_FOLDER,
    desk: DeskName = "after-sales",
    endpoint: Endpoint = None,
    note: Annotated[str, typer.Option("--note", "-m", help="Why, for those who come after.")] = "",
) -> None:
    """Make the files the live configuration. Unchanged, they keep their version."""
    from functions.shared.domain.errors import ConfigMissing, StaleConfig
    from ops.configuration import ConfigRefused, publish_config

    store = _store(desk, table, bucket, endpoint)
    try:
        before = store.live().version
    except ConfigMissing:
        before = 0
    try:
        config = publish_config(folder, store, author=getpass.getuser(), note=note, now=datetime.now(UTC))
    except ConfigRefused as refused:
        raise _failed(*refused.faults, "Nothing was published.") from refused
    except StaleConfig as stale:
        raise _failed(stale.sentence) from stale
    word = "is live already, nothing changed" if config.version == before else "is live now"
    typer.echo(f"Version {config.version} of {desk} {word}.")


@app.command()
def show(
    table: Table,
    bucket: Bucket,
    desk: DeskName = "after-sales",
    endpoint: Endpoint = None,
    version: Annotated[int | None, typer.Option("--version", help="Instead of the live one.")] = None,
) -> None:
    """Print a published configuration as JSON."""
    from functions.shared.domain.errors import ConfigMissing

    store = _store(desk, table, bucket, endpoint)
    try:
        config = store.live() if version is None else store.at(version)
    except ConfigMissing as missing:
        raise _failed(missing.sentence if version is None else f"{desk} has no version {version}.") from missing
    typer.echo(config.model_dump_json(by_alias=True, exclude_defaults=True, indent=2))


@app.command()
def schema(folder: Folder = DEFAULT_FOLDER) -> None:
    """Bring the JSON Schemas beside the files up to date."""
    from ops.config_schemas import write_schemas

    for path in write_schemas(folder):
        typer.echo(f"wrote {path}")


def _store(desk: str, table: str, bucket: str, endpoint: str | None) -> "ConfigStore":
    import boto3

    from functions.shared.gateways.config import ConfigStore

    dynamodb = boto3.client("dynamodb", endpoint_url=endpoint)
    return ConfigStore(dynamodb, boto3.client("s3", endpoint_url=endpoint), table=table, bucket=bucket, desk=desk)


def _failed(*sentences: str) -> typer.Exit:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    return typer.Exit(1)
