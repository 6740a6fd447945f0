"""What customers send in beside their reports."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from functions.shared.domain.visible import IF_SEEN
from functions.shared.file_names import clean_name

AttachmentId = Annotated[str, StringConstraints(pattern=r"^att_[0-9a-z]{32}$")]

MAX_UPLOAD_BYTES: Final = 25 * 1024 * 1024


def _named(name: str) -> str:
    return clean_name(name) or "file"


FileName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_named)
]
"""What a file is called, without what could fool whoever reads it."""


class FollowUp(BaseModel):
    """Something more about a ticket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), IF_SEEN]
    attachments: tuple[AttachmentId, ...] = Field(default=(), max_length=10)


class UploadRequest(BaseModel):
    """A file that is about to be uploaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FileName
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")]
    size: int = Field(ge=1, le=MAX_UPLOAD_BYTES, description="Bytes.")
