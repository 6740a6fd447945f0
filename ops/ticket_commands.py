"""`desk ticket`: open, show and list tickets of the running desk, over its own API."""

import typer

app = typer.Typer(no_args_is_help=True, help="Tickets of the running desk.")
