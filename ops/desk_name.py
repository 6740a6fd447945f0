"""Which desk a command acts on: the one it is told, else the one that is up, else the one that is configured."""

from typing import Annotated

import typer

from ops.failure import Failure

DeskName = Annotated[
    str | None,
    typer.Option(
        "--desk",
        envvar="DESK_ID",
        help="The desk's id; absent: of the local desk that runs here, or of the files in AFTERCARE_CONFIG.",
    ),
]


def desk_named(told: str | None) -> str:
    """The desk `told`, or the one that is configured.

    Raises:
        Failure: none is told, and the configuration cannot be read.
    """
    if told:
        return told
    from ops.configuration import ConfigRefused, load_config
    from ops.local.settings import LocalSettings

    try:
        return load_config(LocalSettings.from_env().config).desk.id
    except ConfigRefused as refused:
        raise Failure(f"{refused}\nSay which desk it is: --desk.") from refused
