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
from functions.intake.mime.charsets import printable
from functions.intake.mime.parts import safe_type
from functions.intake.uploads import OCTETS, READ_BYTES, type_of
from functions.shared.domain.channel_hooks import ChannelFile, ChannelHook, ChannelMessage
from functions.shared.domain.findings import objection
from functions.shared.domain.saying import Saying
from functions.shared.domain.visible import is_visible
from functions.shared.file_names import clean_name

TIMESTAMP: Final = "x-aftercare-timestamp"
SIGNATURE: Final = "x-aftercare-signature"

REPLAY_WINDOW: Final = timedelta(minutes=5)
"""How far the timestamp may be from now, on either side."""

_NEEDED: Final = ("message_id", "text")
"""Without these there is no message."""

_SHOWN: Final = 300
"""Characters of what is left out that the ticket's note keeps."""


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

    What is said of the sender is left out where it is not what it should be: the customer's words count more.

    Raises:
        BadPayload: it is no JSON, or a part that cannot be left out is missing or not what it should be.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload(Saying.of("kept.not_json")) from error
    found = {name: _find(name, expression, payload) for name, expression in hook.fields if expression}
    files = found.pop("files", None) or _not_a_list(hook.fields.files, payload) or []
    if not isinstance(files, list):
        raise BadPayload(Saying.of("kept.no_list"))
    given = {name: value for name, value in found.items() if value is not None}
    if wrong := [name for name in _NEEDED if not isinstance(given.get(name, ""), str | int)]:
        raise BadPayload(Saying.of("kept.no_text", parts=wrong))
    if (message_id := str(given.get("message_id", ""))) != printable(message_id):
        raise BadPayload(Saying.of("kept.odd_id"))
    texts = {name: printable(str(value)) for name, value in given.items() if isinstance(value, str | int)}
    texts = {name: text for name, text in texts.items() if is_visible(text)}
    unlike = {name: given[name] for name in given if not isinstance(given[name], str | int)}
    return _message(texts, unlike, tuple(_file(file, number) for number, file in enumerate(files, 1)))


def _message(texts: Mapping[str, str], unlike: Mapping[str, Any], files: Sequence[ChannelFile]) -> ChannelMessage:
    """The message; `unlike` is what is left out of it already."""
    left_out = tuple(f"{name}: {printable(str(value))[:_SHOWN]}" for name, value in unlike.items())
    try:
        return ChannelMessage.model_validate({**texts, "files": files, "left_out": left_out})
    except ValidationError as error:
        places = {str(finding["loc"][0]) for finding in error.errors()}
        if places & {*_NEEDED, "files"}:
            needed = next(finding for finding in error.errors() if finding["loc"][0] in (*_NEEDED, "files"))
            raise BadPayload(Saying.of("kept.unfit", part=needed["loc"][0], objection=objection(needed))) from error
    fitting = {name: text for name, text in texts.items() if name not in places}
    return _message(fitting, {**unlike, **{name: texts[name] for name in texts if name in places}}, files)


def _find(name: str, expression: str, payload: Any) -> Any:
    try:
        return jmespath.search(expression, payload)
    except (JMESPathError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        what = printable(" ".join(str(error).split()))[:200]
        raise BadPayload(Saying.of("kept.not_found", part=name, what=what)) from error


def _not_a_list(expression: str | None, payload: Any) -> Any:
    """What stands where the files should be listed: an expression such as `files[].{…}` finds nothing in a text."""
    before, bracket, _ = (expression or "").partition("[")
    if not bracket or not before.replace(".", "").replace("_", "").isalnum():
        return None
    found = _find("files", before, payload)
    return None if isinstance(found, list) else found


def _file(file: Any, number: int) -> ChannelFile:
    try:
        content = base64.b64decode(file["content"], validate=True)
        declared, name = str(file.get("content_type") or "").lower(), str(file["name"] or "")
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise BadPayload(Saying.of("kept.no_files")) from error
    # A program is kept, for somebody may have to look at it, but under no name that anything opens it by.
    content_type = type_of(content[:READ_BYTES], safe_type(declared)) or OCTETS
    return ChannelFile(name=clean_name(name) or f"attachment-{number}", content_type=content_type, content=content)
