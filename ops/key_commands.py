"""`desk keys`: the keys behind customers' links, and the end of links that should work no longer."""

from typing import Annotated

import boto3
import typer

from functions.shared.contracts.words import DeskId
from functions.shared.identity.keys import KeyRing

app = typer.Typer(no_args_is_help=True, help=__doc__)

DeskName = Annotated[str, typer.Option("--desk", envvar="DESK_ID", help="The desk's id.")]
Parameter = Annotated[
    str | None,
    typer.Option(
        "--parameter", envvar="TOKEN_KEY_PARAMETER", help="Of the keys; /aftercare/<desk>/token-key if absent."
    ),
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", envvar="AWS_ENDPOINT_URL", help="Of the local cloud; absent: AWS.")
]


@app.command()
def create(desk: DeskName = "after-sales", parameter: Parameter = None, endpoint: Endpoint = None) -> None:
    """Make the first key of a new desk. Where there are keys already, they stay as they are."""
    from ops.keys import ensure_keys

    _tell(ensure_keys(boto3.client("ssm", endpoint_url=endpoint), parameter or _default(desk)))


@app.command()
def rotate(desk: DeskName = "after-sales", parameter: Parameter = None, endpoint: Endpoint = None) -> None:
    """Sign with a new key. Links signed before stay good for their time; functions take it up within ten minutes."""
    from ops.keys import rotate_keys

    ssm = boto3.client("ssm", endpoint_url=endpoint)
    try:
        _tell(rotate_keys(ssm, parameter or _default(desk)))
    except ssm.exceptions.ParameterNotFound as missing:
        typer.echo(f"{desk} has no keys yet. Make them with `desk keys create`.", err=True)
        raise typer.Exit(1) from missing


@app.command()
def revoke(
    subject: Annotated[str, typer.Argument(metavar="ID", help="A ticket's or contact's id: tkt_… or con_…")],
    table: Annotated[str, typer.Option("--table", envvar="TABLE_NAME", help="The desk's table.")],
    desk: DeskName = "after-sales",
    endpoint: Endpoint = None,
) -> None:
    """End every link to a ticket, or of a contact, that was handed out so far."""
    from functions.shared.gateways.links import LinkGenerations

    if not subject.startswith(("tkt_", "con_")):
        typer.echo("That is neither a ticket's id (tkt_…) nor a contact's (con_…).", err=True)
        raise typer.Exit(1)
    LinkGenerations(boto3.client("dynamodb", endpoint_url=endpoint), table, desk).revoke(subject)
    typer.echo(f"Every link to {subject} handed out so far is dead.")


def _default(desk: DeskId) -> str:
    return f"/aftercare/{desk}/token-key"


def _tell(ring: KeyRing) -> None:
    others = ", ".join(key.id for key in ring.keys[:-1]) or "none"
    typer.echo(f"Signing with {ring.current.id} since {ring.current.created_at:%Y-%m-%d}; still good: {others}.")
