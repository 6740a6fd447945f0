"""`desk keys`: the keys behind customers' links, and the end of links that should work no longer."""

from typing import TYPE_CHECKING, Annotated

import typer

from ops.desk_name import DeskName, desk_named
from ops.failure import Failure, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from functions.shared.identity.keys import KeyRing

app = typer.Typer(no_args_is_help=True, help=__doc__)

_WHERE = "absent: of the local desk that runs here"

Parameter = Annotated[
    str | None,
    typer.Option(
        "--parameter", envvar="TOKEN_KEY_PARAMETER", help=f"Name of the SSM parameter with the keys; {_WHERE}."
    ),
]


@app.command()
def create(parameter: Parameter = None) -> None:
    """Make the first key of a new desk. Where there are keys already, they stay as they are."""
    import boto3

    from ops.keys import ensure_keys
    from ops.local.running import local_desk

    if parameter:
        _tell(ensure_keys(boto3.client("ssm"), parameter))
    else:
        aws, stack = local_desk("or name --parameter")
        _tell(ensure_keys(aws.ssm, stack["TokenKeyParameter"]))


@app.command()
def rotate(parameter: Parameter = None) -> None:
    """Make a new key. It signs from a quarter of an hour on; links signed before stay good for their time."""
    import boto3

    from ops.keys import rotate_keys
    from ops.local.running import local_desk

    if parameter:
        ssm = boto3.client("ssm")
    else:
        aws, stack = local_desk("or name --parameter")
        ssm, parameter = aws.ssm, stack["TokenKeyParameter"]
    try:
        _tell(rotate_keys(ssm, parameter))
    except ssm.exceptions.ParameterNotFound as missing:
        raise Failure(f"There are no keys in {parameter} yet. Make them with `desk keys create`.") from missing


@app.command()
def revoke(
    subject: Annotated[str, typer.Argument(metavar="ID", help="A ticket's reference or id, or a contact's id: con_…")],
    desk: DeskName = None,
    table: Annotated[
        str | None, typer.Option("--table", envvar="TABLE_NAME", help=f"The desk's table; {_WHERE}.")
    ] = None,
) -> None:
    """End every link to a ticket, or of a contact, that was handed out so far."""
    import boto3

    from functions.shared.gateways.links import LinkGenerations
    from ops.local.running import local_desk

    if table:
        dynamodb, desk = boto3.client("dynamodb"), desk_named(desk)
    else:
        aws, stack = local_desk("or name --table")
        dynamodb, table, desk = aws.dynamodb, stack["TableName"], desk or stack["DeskId"]
    LinkGenerations(dynamodb, table, desk).revoke(_known(subject, dynamodb, table, desk))
    typer.echo(f"Every link to {subject} handed out so far is dead.")


def _known(subject: str, dynamodb: "DynamoDBClient", table: str, desk: str) -> str:
    """The id of the ticket or contact that `subject` names; raises Failure where there is none."""
    from functions.shared.contracts.words import Language
    from functions.shared.domain.errors import NotFound
    from functions.shared.domain.references import parse_reference
    from functions.shared.gateways.directory import Directory
    from functions.shared.gateways.tickets import TicketTable

    try:
        if subject.startswith("con_"):
            return Directory(dynamodb, table, desk, Language.EN).contact(subject).id
        ticket_id = subject if subject.startswith("tkt_") else parse_reference(subject)
        if ticket_id is None:
            raise Failure(f"{subject!r} is neither a ticket (AS-…, tkt_…) nor a contact (con_…).")
        return TicketTable(dynamodb, table, desk).get(ticket_id).id
    except NotFound as missing:
        raise Failure(refusal(missing)) from missing


def _tell(ring: "KeyRing") -> None:
    from functions.shared.identity.keys import SETTLING

    *others, newest = ring.keys
    signs_from = newest.created_at + SETTLING if others else newest.created_at
    still_good = ", ".join(key.id for key in others) or "none"
    typer.echo(f"{newest.id} signs from {signs_from:%Y-%m-%d %H:%M} UTC on; still good: {still_good}.")
