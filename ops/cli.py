"""`desk`: the operators' command line.

Every command imports what it needs when it runs, so that `desk --help` answers at once.
"""

import sys
from typing import Annotated

import typer

from functions.shared.contracts.words import Role
from ops import (
    calendar_commands,
    channel_commands,
    config_commands,
    customer_commands,
    key_commands,
    mail,
    rule_commands,
    sla_commands,
    ticket_commands,
    webhook_commands,
)
from ops.failure import Failure, sentence

app = typer.Typer(
    no_args_is_help=True, help="The operators' command line of Aftercare.", pretty_exceptions_enable=False
)
app.add_typer(ticket_commands.app, name="ticket")
app.add_typer(config_commands.app, name="config")
app.add_typer(channel_commands.app, name="channel")
app.add_typer(customer_commands.companies, name="company")
app.add_typer(customer_commands.contacts, name="contact")
app.add_typer(key_commands.app, name="keys")
app.add_typer(mail.app, name="mail")
app.add_typer(webhook_commands.app, name="webhooks")
app.add_typer(rule_commands.app, name="rules")
app.add_typer(sla_commands.app, name="sla")
app.add_typer(calendar_commands.app, name="calendar")


@app.command()
def up() -> None:
    """Start the local cloud, with the desk deployed in it, and print where it is."""
    from ops.local.lifecycle import up
    from ops.local.settings import LocalSettings
    from ops.terminal import print_endpoints, progress

    settings = LocalSettings.from_env()
    with progress("Starting the local cloud…") as say:
        endpoints = up(settings, say)
    print_endpoints(endpoints, settings.endpoints_file)


@app.command()
def down() -> None:
    """Stop the local cloud. Its data stays for the next `desk up`."""
    from ops.local.lifecycle import down
    from ops.local.settings import LocalSettings

    stopped = down(LocalSettings.from_env())
    print("The local cloud is down; its data is kept." if stopped else "The local cloud was not up.")


@app.command()
def status() -> None:
    """Say what runs and whether it answers; status 1 unless all does."""
    from ops.local.lifecycle import status
    from ops.local.settings import LocalSettings
    from ops.terminal import print_status

    programs = status(LocalSettings.from_env())
    print_status(programs)
    raise typer.Exit(0 if all(program.is_answering for program in programs) else 1)


@app.command()
def logs(
    source: Annotated[
        str,
        typer.Argument(help="emulator, tool, cdk-deploy, or functions by part of their name: router, intake-mail."),
    ] = "emulator",
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 50,
) -> None:
    """Print the end of a log: of a program of the local cloud, or of functions."""
    from ops.local.function_logs import last_lines
    from ops.local.process import Background
    from ops.local.running import running
    from ops.local.settings import LocalSettings

    background = Background(LocalSettings.from_env().home)
    if background.log(source).exists():
        print(background.last_words(source, lines))
    else:
        print("\n".join(last_lines(running(), source, lines)))


@app.command()
def demo() -> None:
    """Post the sample problems, wait until all are triaged, and print what became of them."""
    from ops import demo
    from ops.desk_client import DeskClient
    from ops.local.endpoints import Endpoints
    from ops.local.running import running
    from ops.terminal import print_queue, progress

    here = running()
    endpoints = Endpoints.read(here.endpoints_file)
    with progress("Posting the sample problems…") as say:
        staff = DeskClient.as_staff()
        lines = demo.post_all(DeskClient.as_customer(), staff, endpoints, here.config, say)
    print_queue(lines)


@app.command()
def token(
    role: Annotated[Role | None, typer.Option(help="A token of someone with this role.")] = None,
    contact: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A token of this customer.")] = None,
) -> None:
    """Print a bearer token for the running desk."""
    from ops.local import tokens
    from ops.local.running import running

    match role, contact:
        case (Role(), None):
            print(tokens.for_role(running(), role))
        case (None, str()):
            print(tokens.for_contact(running(), contact))
        case _:
            raise Failure("Say for whom: either --role or --contact.")


def main() -> None:
    """Run the command line; what an operator can mend is one plain sentence and status 1."""
    try:
        app()
    except Exception as error:
        told = sentence(error)
        if told is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
