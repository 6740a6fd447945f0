"""What happens to a desk's configuration, told on the bus under the same promise as the ticket's events."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.events import Event


class ConfigPublished(Event):
    """Another configuration is live; its `sequence` is its version."""

    type: Literal["ConfigPublished"] = "ConfigPublished"
    note: str = ""
    changed: tuple[str, ...] = Field(
        description="The parts in which it differs from the version before, such as policies and calendars."
    )
