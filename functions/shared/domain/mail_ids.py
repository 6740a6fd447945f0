"""What mails are called: the ids that thread them, and the natural key that a mail is known by."""

import re

_WIRE_ID = re.compile(r"^<[^<>\s\x00-\x1f\x7f-\uffff]{1,250}>$")


def message_key(mailbox: str, message_id: str) -> str:
    """The natural key of a mail: some servers change the case of ids on the way."""
    return f"mail:{mailbox.lower()}:{message_id.casefold()}"


def is_wire_id(message_id: str) -> bool:
    """Whether an id can be repeated in a header of ours."""
    return bool(_WIRE_ID.match(message_id))
