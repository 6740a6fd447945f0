"""The address that answers to a ticket go to: `support+as-7f3k-92qd.<key id>.<mac>@domain`.

Mail clients drop References and change subjects; the address they answer to stays. The MAC makes it worth something:
nobody gets into a ticket by guessing its reference. Everything is lower case, because some mail servers make it so.
"""

import base64
import hmac
import re
from collections.abc import Callable

from functions.shared.contracts.words import TicketId
from functions.shared.domain.references import parse_reference, reference

_TAG = re.compile(r"^([a-z]{1,6}-[0-9a-z]{4}-[0-9a-z]{4})\.(k[0-9a-z]{4,16})\.([a-z2-7]{16})$")


def reply_address(mailbox: str, ticket_id: TicketId, prefix: str, *, key_id: str, key: bytes) -> str:
    """The signed form of `mailbox` for one ticket."""
    name, _, domain = mailbox.partition("@")
    return f"{name}+{reference(ticket_id, prefix).lower()}.{key_id}.{_mac(ticket_id, key)}@{domain}"


def ticket_of(address: str, mailbox: str, prefix: str, key_for: Callable[[str], bytes | None]) -> TicketId | None:
    """The ticket that `address` was signed for; None for any other address and for a forged one.

    `key_for` gives the key that a key id names, None when it is not in force.
    """
    tag = _TAG.match(tag_of(address, mailbox) or "")
    if tag is None:
        return None
    ticket_id, key = parse_reference(tag[1], prefix), key_for(tag[2])
    if ticket_id is None or key is None or not hmac.compare_digest(_mac(ticket_id, key), tag[3]):
        return None
    return ticket_id


def tag_of(address: str, mailbox: str) -> str | None:
    """What follows the `+` in an address of `mailbox`: empty for the mailbox itself, None for another mailbox."""
    local, _, domain = address.strip().lower().rpartition("@")
    name, _, own_domain = mailbox.strip().lower().rpartition("@")
    if domain != own_domain:
        return None
    base, _, tag = local.partition("+")
    return tag if base == name else None


def _mac(ticket_id: TicketId, key: bytes) -> str:
    return base64.b32encode(hmac.digest(key, ticket_id.encode(), "sha256")[:10]).decode().lower()
