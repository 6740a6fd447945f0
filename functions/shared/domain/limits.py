"""How much strangers may send: limits of the public doors."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from functions.shared.domain.document import Part
from functions.shared.domain.mail_rules import Brake

_IPV6_NETWORK = 64


class Limits(Part):
    """Beyond these a request is answered 429, with the time after which to come again."""

    source: Brake = Field(
        default=Brake(at_most=300, within="10m"),
        description="Reports, messages and uploads from one address on the internet (of IPv6, one network).",
    )
    contact: Brake = Field(
        default=Brake(at_most=100, within="1h"), description="Reports in the name of one contact, from wherever."
    )


@dataclass(frozen=True)
class Quota:
    """One more of something limited, counted in the transaction that stores it: neither happens without the other."""

    counted: str
    brake: Brake
    at: datetime
    weight: int = 1
    """For how many it stands."""

    @property
    def free_in(self) -> timedelta:
        """How long the window still lasts."""
        return self.brake.ends_at(self.at) - self.at


def source_of(address: str) -> str:
    """What requests from the internet address `address` are counted under: whoever has one IPv6 address has many."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
