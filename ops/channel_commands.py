"""`desk channel`: what chat tools and other programs sign with, and a message sent as they would."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.failure import Failure

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from functions.shared.identity.channel_secrets import ChannelSecrets

app = typer.Typer(no_args_is_help=True, help=__doc__)

Name = Annotated[str, typer.Argument(metavar="CHANNEL", help="As config/channels.yaml calls it.")]
Parameter = Annotated[
    str | None,
    typer.Option(
        "--parameter",
        envvar="CHANNEL_SECRETS_PARAMETER",
        help="Name of the SSM parameter with the secrets; absent: of the local desk that runs here.",
    ),
]


@app.command()
def secret(
    channel: Name,
    settle: Annotated[bool, typer.Option("--settle", help="The other side uses the new one: end the old one.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="End all: the channel can post no longer.")] = False,
    parameter: Parameter = None,
) -> None:
    """Make a new secret for a channel and print it once; the last one stays good until --settle."""
    ssm, name = _place(parameter)
    known = _read(ssm, name)
    if remove or settle:
        _write(ssm, name, known.without(channel) if remove else known.settled(channel))
        typer.echo(f"{channel} can post no longer." if remove else f"Only the newest secret of {channel} is good now.")
        return
    renewed, new = known.renewed(channel)
    _write(ssm, name, renewed)
    typer.echo(new)


@app.command()
def send(
    channel: Name,
    file: Annotated[Path, typer.Argument(help="The payload, as the channel would post it.")],
) -> None:
    """Post a payload to the local desk, signed as the channel signs, and print the answer."""
    import httpx

    from functions.intake.channels import generic
    from ops.local.running import running

    ssm, name = _place(None)
    secrets = _read(ssm, name).of(channel)
    if not secrets:
        raise Failure(f"{channel} has no secret yet: make one with `desk channel secret {channel}`.")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.") from error
    at = int(datetime.now(UTC).timestamp())
    answer = httpx.post(
        f"{running().url}/api/v1/channels/{channel}",
        content=body,
        headers={
            "Content-Type": "application/json",
            generic.TIMESTAMP: str(at),
            generic.SIGNATURE: generic.sign(body, at, secrets[0]),
        },
        timeout=35,
        trust_env=False,
    )
    typer.echo(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    raise typer.Exit(0 if answer.is_success else 1)


def _place(parameter: str | None) -> "tuple[SSMClient, str]":
    import boto3

    from ops.local.running import local_desk

    if parameter:
        return boto3.client("ssm"), parameter
    aws, stack = local_desk("or name --parameter")
    return aws.ssm, stack["ChannelSecretsParameter"]


def _read(ssm: "SSMClient", name: str) -> "ChannelSecrets":
    from functions.shared.identity.channel_secrets import ChannelSecrets

    try:
        found = ssm.get_parameter(Name=name, WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        return ChannelSecrets()
    return ChannelSecrets.model_validate_json(found["Parameter"]["Value"])


def _write(ssm: "SSMClient", name: str, secrets: "ChannelSecrets") -> None:
    ssm.put_parameter(
        Name=name,
        Description="What channels sign their messages with",
        Type="SecureString",
        Value=secrets.model_dump_json(),
        Overwrite=True,
    )
