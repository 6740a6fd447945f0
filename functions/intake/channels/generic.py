"""Any program that can sign: JSON, with the parts of the message where the configuration says.

The signature is the hex HMAC-SHA256 of `TIMESTAMP.BODY` in `X-Aftercare-Signature`, the timestamp in Unix seconds in
`X-Aftercare-Timestamp`.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import ValidationError

from functions.intake.channels.payloads import BadPayload
from functions.shared.domain.channel_hooks import ChannelFile, ChannelHook, ChannelMessage

TIMESTAMP: Final = "x-aftercare-timestamp"
SIGNATURE: Final = "x-aftercare-signature"

REPLAY_WINDOW: Final = timedelta(minutes=5)
"""How far the timestamp may be from now, on either side."""


def sign(body: bytes, timestamp: int, secret: bytes) -> str:
    """The signature of `body` sent at `timestamp`."""
    return hmac.digest(secret, f"{timestamp}.".encode() + body, "sha256").hex()


def is_genuine(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], *, now: datetime) -> bool:
    """Whether one of `secrets` signed the body within the replay window."""
    written, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    timestamp = int(written) if written.isascii() and written.isdigit() and len(written) <= 11 else 0
    is_recent = abs(now.timestamp() - timestamp) <= REPLAY_WINDOW.total_seconds()
    # Every secret is tried and nothing is skipped, so that the time taken tells nothing.
    matches = [hmac.compare_digest(sign(body, timestamp, secret).encode(), given.encode()) for secret in secrets]
    return is_recent and any(matches)


def read(body: bytes, hook: ChannelHook) -> ChannelMessage:
    """The message that the configured expressions find in the payload.

    Raises:
        BadPayload: it is no JSON, or a part is missing or not what it should be.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the payload is not JSON") from error
    found = {name: _find(name, expression, payload) for name, expression in hook.fields if expression}
    files = found.pop("files", None) or []
    if not isinstance(files, list):
        raise BadPayload("files: not a list")
    texts = {name: str(value) for name, value in found.items() if isinstance(value, str | int) and str(value).strip()}
    wrong = [name for name, value in found.items() if value is not None and not isinstance(value, str | int)]
    if wrong:
        raise BadPayload(f"{', '.join(wrong)}: not a text")
    try:
        return ChannelMessage.model_validate({**texts, "files": [_file(file) for file in files]})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadPayload(f"{place}: {first['msg']}") from error


def _find(name: str, expression: str, payload: Any) -> Any:
    try:
        return jmespath.search(expression, payload)
    except JMESPathError as error:
        raise BadPayload(f"{name}: {' '.join(str(error).split())[:200]}") from error


def _file(file: Any) -> ChannelFile:
    try:
        content = base64.b64decode(file["content"], validate=True)
        return ChannelFile(
            name=str(file["name"])[:200],
            content_type=str(file.get("content_type") or "application/octet-stream")[:100],
            content=content,
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise BadPayload("files: each has a name and its content in base64") from error
