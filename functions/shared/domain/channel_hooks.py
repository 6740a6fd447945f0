"""Chat tools and other programs that send customers' words: how the payload of each becomes a message."""

from enum import StrEnum
from typing import Annotated, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from functions.shared.contracts.words import Slug
from functions.shared.domain.customer_fields import SaidPhone
from functions.shared.domain.document import Part


def _compiles(expression: str) -> str:
    try:
        jmespath.compile(expression)
    except JMESPathError as error:
        raise ValueError(f"is no JMESPath: {' '.join(str(error).split())[:200]}") from error
    return expression


Expression = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_compiles)
]
"""A JMESPath expression over the payload."""


class HookKind(StrEnum):
    """The modules below `functions/intake/channels/`: how a channel proves itself and what it sends."""

    GENERIC = "generic"


class FieldMapping(Part):
    """Where in the payload each part of a message is. What an expression does not find is left out."""

    message_id: Expression = Field(description="Unique within the channel; a repeated one is the same message.")
    text: Expression
    conversation_id: Expression | None = Field(
        default=None, description="What belongs together: later messages join the ticket that the first one opened."
    )
    sender_id: Expression | None = Field(default=None, description="The sender's account in the channel.")
    name: Expression | None = None
    address: Expression | None = Field(default=None, description="The sender's e-mail address.")
    phone: Expression | None = None
    company: Expression | None = None
    language: Expression | None = Field(default=None, description="zh or en; otherwise it is told from the text.")
    files: Expression | None = Field(
        default=None, description="A list of objects with name, content_type and content, which is base64."
    )


class ChannelHook(Part):
    """A channel that posts signed messages to /api/v1/channels/ID; `desk channel secret ID` makes its secret."""

    id: Slug
    kind: HookKind = HookKind.GENERIC
    channel: Literal["chat", "wechat", "wecom", "api"] = Field(default="chat", description="What tickets say.")
    fields: FieldMapping


class ChannelFile(BaseModel):
    """A file that came with a message."""

    model_config = ConfigDict(frozen=True)

    name: str
    content_type: str
    content: bytes


class ChannelMessage(BaseModel):
    """What somebody said by a channel."""

    model_config = ConfigDict(frozen=True)

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000)]
    conversation_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    sender_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    address: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>\",;]+@[^@\s<>\",;]+$")] | None = None
    phone: SaidPhone | None = None
    company: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    language: str | None = None
    files: tuple[ChannelFile, ...] = Field(default=(), max_length=10)
    left_out: tuple[str, ...] = Field(default=(), description="The fields that held something else, each with it.")
