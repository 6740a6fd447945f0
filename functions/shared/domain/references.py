"""Ticket ids and the references that people read aloud: two spellings of the same thing.

`tkt_7f3k92qd` is `AS-7F3K-92QD` on a desk whose prefix is AS. The alphabet is Crockford's base 32 (no I, L, O, U;
https://www.crockford.com/base32.html), eight letters, 40 bits.
"""

import re
from typing import Final

from functions.shared.contracts.words import TicketId

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH: Final = 8

_MISREAD = str.maketrans({"i": "1", "l": "1", "o": "0"})
_REFERENCE = re.compile(r"^\s*([a-z]{1,6})[-\s]?([0-9a-z]{4})[-\s]?([0-9a-z]{4})\s*$", re.IGNORECASE)


def ticket_id(number: int) -> TicketId:
    """The id that spells `number`, 0 ≤ number < 32 ** 8."""
    letters = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return f"tkt_{letters}"


def reference(ticket_id: TicketId, prefix: str) -> str:
    """How `ticket_id` is told to people."""
    letters = ticket_id.removeprefix("tkt_").upper()
    return f"{prefix.upper()}-{letters[:4]}-{letters[4:]}"


def parse_reference(text: str, prefix: str | None = None) -> TicketId | None:
    """The id that `text` names, forgiving case, spaces and letters misread; None if it is no reference.

    With `prefix`, a reference of another desk is none.
    """
    match = _REFERENCE.match(text)
    if match is None or (prefix and match[1].upper() != prefix.upper()):
        return None
    letters = (match[2] + match[3]).lower().translate(_MISREAD)
    return f"tkt_{letters}" if set(letters) <= set(ALPHABET) else None
