"""`desk company`: the customer companies of the running desk."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The customer companies of the running desk.")


@app.callback()
def _companies() -> None:
    """Keep `import` a command of its own while it is the only one."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: name, tier, domains (;), account_manager, language.")],
) -> None:
    """Enter the companies of a CSV file, or update those known by name or domain."""
    from functions.shared.gateways.config import ConfigStore
    from functions.shared.gateways.directory import Directory
    from ops.companies import import_companies
    from ops.local.running import local_desk

    aws, stack = local_desk()
    table, desk = stack["TableName"], stack["DeskId"]
    config = ConfigStore(aws.dynamodb, aws.s3, table=table, bucket=stack["BlobsBucket"], desk=desk).live()
    directory = Directory(aws.dynamodb, table, desk, config.desk.default_language)
    entered, rejected = import_companies(file, config, directory)
    print(f"{entered} companies entered or updated, {len(rejected)} lines refused.")
    for line in rejected:
        print(f"{file}:{line.line}: {line.why}")
    raise typer.Exit(1 if rejected else 0)
