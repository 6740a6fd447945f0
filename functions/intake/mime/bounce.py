"""What a bounce says: who was not reached, how it failed, which message it answers."""

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from functions.intake.mime.charsets import printable

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MESSAGE_ID = re.compile(r"^\s*(?:>\s*)?Message-ID:\s*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_SPELT = re.compile(r"\\x\{([0-9A-Fa-f]{2,5}|10[0-9A-Fa-f]{4})\}")
"""A character of an internationalised address, as a report that must be ASCII spells it (RFC 6533)."""
_FIELD = re.compile(r"^([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)


class Bounce(BaseModel):
    """The first recipient that failed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipient: str | None
    status: str | None
    action: str | None
    original_message_id: str | None


def read_bounce(
    status_text: str | None, *, returned: str, body: str, failed_recipients: str, in_reply_to: str | None
) -> Bounce:
    """Read a delivery status report, or what the text of an unstructured bounce tells.

    Args:
        status_text: the `message/delivery-status` part, when there is one.
        returned: header text of the mail that came back, when it is attached.
        body: the human-readable explanation.
        failed_recipients: value of X-Failed-Recipients.
    """
    original = _MESSAGE_ID.search(returned) or _MESSAGE_ID.search(body)
    original_id = original[1] if original else in_reply_to
    recipients = [block for block in _blocks(status_text or "") if "final-recipient" in block or "action" in block]
    if recipients:
        failed = next((block for block in recipients if block.get("action", "").lower() == "failed"), recipients[0])
        status = _STATUS.search(failed.get("status", "")) or _STATUS.search(failed.get("diagnostic-code", ""))
        return Bounce(
            recipient=_address(failed.get("final-recipient") or failed.get("original-recipient", "")),
            status=status[1] if status else None,
            action=failed.get("action", "").split()[0].lower() if failed.get("action") else None,
            original_message_id=original_id,
        )
    status = _STATUS.search(body)
    code = status[1] if status else f"{found[1]}.0.0" if (found := _REPLY_CODE.search(body)) else None
    return Bounce(
        recipient=_address(failed_recipients) or _address(body),
        status=code,
        action="failed" if code is None or code.startswith("5") else "delayed",
        original_message_id=original_id,
    )


def _blocks(text: str) -> Iterator[Mapping[str, str]]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(block)}
        if fields:
            yield fields


def _address(value: str) -> str | None:
    value = _SPELT.sub(lambda spelt: printable(chr(int(spelt[1], 16))), value)
    found = _ADDRESS.search(value.rpartition(";")[2] or value)
    return found[0] if found else None
