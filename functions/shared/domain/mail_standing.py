"""Addresses that mail does not reach: what a bounce says about an address, and until when it holds."""

import re

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.words import TicketId

_GONE = re.compile(r"^5\.(?:1\.\d+|2\.1|4\.1|0\.0)$")
"""The address is wrong or gone. A full mailbox (5.2.2) or refused content (5.7.x) says nothing about the next mail."""


class Undeliverable(BaseModel):
    """An address that is not mailed until somebody clears it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    address: str
    since: AwareDatetime
    status: str
    ticket_id: TicketId
    cleared_by: str | None = None
    cleared_at: AwareDatetime | None = None

    @property
    def holds(self) -> bool:
        return self.cleared_at is None


def says_that_an_address_is_gone(status: str | None, action: str | None) -> bool:
    """Whether a bounce is about the address itself, and for good."""
    return action == "failed" and bool(status and _GONE.match(status))
