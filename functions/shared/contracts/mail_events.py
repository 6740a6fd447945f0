"""What becomes of mail after it left."""

from typing import Literal

from pydantic import Field

from functions.shared.contracts.base import TicketEvent


class MailBounced(TicketEvent):
    """A mail of ours came back, or is late. The message that said so is on the ticket too."""

    type: Literal["MailBounced"] = "MailBounced"
    recipient: str | None = Field(default=None, description="Who was not reached.")
    status: str | None = Field(default=None, description="Enhanced status code (RFC 3463), as 5.1.1.")
    action: str | None = Field(default=None, description="failed or delayed.")
    message_id: str | None = Field(default=None, description="What the mail that came back was called on the wire.")
