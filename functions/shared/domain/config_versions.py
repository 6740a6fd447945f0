"""What is known of a published version besides its document."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from functions.shared.domain.document import Part


class Source(StrEnum):
    """Where a version was written."""

    FILES = "files"
    EDITOR = "editor"


class ConfigVersion(Part):
    """One entry of the history."""

    version: int = Field(ge=1)
    author: str
    note: str
    published_at: AwareDatetime
    source: Source = Source.FILES
    restores: int | None = Field(default=None, description="The earlier version that this one brought back.")
    changed: tuple[str, ...] = Field(default=(), description="The parts in which it differs from the one before.")
