"""`desk webhooks`: the secrets that sign what webhooks are told."""

import secrets
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.command()
def secret(
    webhook: Annotated[str, typer.Argument(help="Id of the webhook in config/webhooks.yaml.")],
    value: Annotated[
        str | None, typer.Option(prompt=False, help="The key that a chat program gave you; absent: a new random one.")
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(
            envvar="WEBHOOK_SECRETS",
            help="Path of the SSM parameters, output WebhookSecrets of AftercareApp; absent: of the local desk.",
        ),
    ] = None,
) -> None:
    """Set a webhook's secret, and print it: whoever receives the webhook checks its signature with it."""
    import boto3

    from ops.local.running import local_desk

    chosen = value or secrets.token_urlsafe(32)
    if path:
        ssm = boto3.client("ssm")
    else:
        aws, stack = local_desk("or name --path")
        ssm, path = aws.ssm, stack["WebhookSecrets"]
    ssm.put_parameter(Name=f"{path}/{webhook}", Type="SecureString", Value=chosen, Overwrite=True)
    print(chosen)
