"""What a desk does with mail: how long an answer wakes a solved ticket, and how much it takes from one sender."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from functions.shared.domain.document import EmailAddress, Part

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

Length = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}[mhd]$")]
"""A stretch of real time: 30m, 3h, 14d."""


def length_of(text: Length) -> timedelta:
    """`14d` as a duration."""
    count, unit = re.findall(r"\d+|[mhd]", text)
    return int(count) * _UNITS[unit]


class Brake(Part):
    """At most so many within a window; windows follow one another without a gap."""

    at_most: int = Field(ge=1, le=10_000)
    within: Length

    def window(self, now: datetime) -> int:
        """The number of the window that `now` lies in."""
        return int(now.timestamp() // length_of(self.within).total_seconds())

    def ends_at(self, now: datetime) -> datetime:
        """When the window that `now` lies in is over."""
        seconds = length_of(self.within).total_seconds()
        return datetime.fromtimestamp((self.window(now) + 1) * seconds, now.tzinfo)


class Brakes(Part):
    """Beyond these, mail waits in quarantine and automatic answers are not sent: two machines fall silent."""

    sender: Brake = Field(default=Brake(at_most=60, within="1h"), description="Mails of one sender.")
    subject: Brake = Field(default=Brake(at_most=10, within="1h"), description="Mails of one sender under one subject.")
    ticket: Brake = Field(default=Brake(at_most=60, within="1h"), description="Mails to one ticket.")
    answers: Brake = Field(
        default=Brake(at_most=10, within="3h"), description="Automatic answers to one address, on whatever channel."
    )


class MailRules(Part):
    """How the desk treats what it receives by mail."""

    reopen_within: Length = Field(
        default="14d", description="After this long an answer to a solved ticket opens a new one, linked to it."
    )
    new_subject_opens_ticket: bool = Field(
        default=False, description="An answer under another subject opens a new ticket, linked to the one it answers."
    )
    relays: tuple[EmailAddress, ...] = Field(
        default=(),
        description="Senders that write for others, as a website's form does: the Reply-To of their mail is who wrote.",
    )
    brakes: Brakes = Brakes()

    def is_relay(self, address: str) -> bool:
        """Whether who writes from there writes for others."""
        return address.strip().lower() in {relay.lower() for relay in self.relays}

    def is_settled(self, solved_at: datetime | None, now: datetime) -> bool:
        """Whether a ticket solved then is no longer woken by an answer."""
        return solved_at is not None and now - solved_at > length_of(self.reopen_within)
