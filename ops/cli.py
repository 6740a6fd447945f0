"""`desk`: the operators' command line."""

import typer

from ops import config_commands, key_commands, mail

app = typer.Typer(no_args_is_help=True, help=__doc__)
app.add_typer(config_commands.app, name="config")
app.add_typer(key_commands.app, name="keys")
app.add_typer(mail.app, name="mail")
