"""The parts of a message: which are its body, which are files, and what those are called."""

import base64
import binascii
import quopri
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import compat32
from io import BytesIO
from typing import cast

from functions.intake.mime.charsets import decode_text
from functions.intake.mime.headers import decode_words
from functions.intake.mime.tnef import PackedFile
from functions.shared.file_names import clean_name

STATUS_KINDS = {"message/delivery-status", "message/global-delivery-status"}
MACHINE_KINDS = STATUS_KINDS | {
    "message/disposition-notification", "message/global-disposition-notification", "message/feedback-report",
}  # fmt: skip
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "message/global": ".eml",
}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_PERCENT = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2}")


@dataclass(frozen=True)
class File:
    """An attached file as found; `name` may be empty."""

    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str


def content(part: EmailMessage) -> bytes:
    """The decoded bytes of a leaf; what cannot be decoded is returned as it stands."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def parameter(part: EmailMessage, header: str, name: str, hint: str | None = None) -> str:
    """A header parameter as text: RFC 2231 pieces, encoded words, raw 8-bit or percent-encoded; empty if absent."""
    if name not in str(part.get(header, "")).lower():
        return ""
    try:
        value = part.get_param(name, header=header)
    except (ValueError, LookupError, TypeError):
        return ""
    if isinstance(value, tuple):
        charset, _, text = value
        return decode_text(text.encode("latin-1", "surrogateescape" if text.isascii() else "replace"), charset, hint)[0]
    if not value:
        return ""
    text = decode_words(value, hint)
    if _PERCENT.search(text) and text.isascii():
        text = urllib.parse.unquote(text, errors="replace")
    return text.strip()


def is_body(part: EmailMessage, kind: str, *, has_body: bool) -> bool:
    """Whether a leaf is something to read rather than a file."""
    if kind not in ("text/plain", "text/html") and part.get_content_maintype() != "multipart":
        return False
    if disposition(part) == "attachment":
        return False
    return not (has_body and (_file_name(part, None)))


def disposition(part: EmailMessage) -> str:
    """`inline`, `attachment` or empty."""
    return str(part.get("content-disposition", "")).split(";")[0].strip().lower()


def file(part: EmailMessage, kind: str, *, hint: str | None, in_related: bool) -> File:
    """The leaf as a file."""
    content_id = str(part.get("content-id", "")).strip().strip("<>")
    placed = disposition(part)
    return File(
        name=_file_name(part, hint),
        content_type=safe_type(kind),
        content=content(part),
        inline=placed == "inline" or (in_related and bool(content_id) and placed != "attachment"),
        content_id=content_id,
    )


def forwarded(part: EmailMessage, kind: str, linesep: str, *, hint: str | None) -> File:
    """An attached message as an `.eml` file; of other kinds than mail, what the part holds."""
    is_mail = kind in ("message/rfc822", "message/global")
    inner = _inner(part)
    subject = decode_words(str(inner.get("subject", "")), hint) if inner and is_mail else ""
    name = _file_name(part, hint) or (clean_name(f"{subject[:100]}.eml") if subject else "")
    content_id = "" if kind == "message/rfc822" else str(part.get("content-id", "")).strip().strip("<>")
    return File(name, safe_type(kind), message_bytes(part, linesep), disposition(part) == "inline", content_id)


def message_bytes(part: EmailMessage, linesep: str = "\n") -> bytes:
    """What a `message/…` part holds: the parser took it for a message and split it."""
    inner = _inner(part)
    if inner is None:
        return content(part)
    encoding = str(part.get("content-transfer-encoding", ""))
    if encoding == "base64" and not inner.keys():
        return _from_base64(str(inner.get_payload()).encode("utf-8", "surrogateescape"))
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=compat32.clone(linesep=linesep)).flatten(inner)
    data = out.getvalue()
    if part.get_content_type() == "message/rfc822":
        return data
    data = data if inner.keys() else data.removeprefix(linesep.encode())
    return quopri.decodestring(data) if encoding == "quoted-printable" else data


def _inner(part: EmailMessage) -> EmailMessage | None:
    payload = part.get_payload()
    return cast(Sequence[EmailMessage], payload)[0] if isinstance(payload, list) and payload else None


def packed(one: PackedFile) -> File:
    """A file out of Outlook's package."""
    name = clean_name(one.name)
    suffix = f".{name.rpartition('.')[2].lower()}"
    guessed = next((kind for kind, extension in _EXTENSIONS.items() if extension == suffix), "")
    kind = one.content_type.lower() or guessed
    content_id = one.content_id.strip().strip("<>")
    return File(name, safe_type(kind), one.content, inline=False, content_id=content_id)


def report_text(part: EmailMessage) -> str:
    """The blocks of a delivery status as one text."""
    payload = part.get_payload()
    if part.get_content_type() != "message/delivery-status" or not isinstance(payload, list):
        return message_bytes(part).decode("utf-8", "replace")
    blocks = cast(Sequence[EmailMessage], payload)
    encoding = str(part.get("content-transfer-encoding", ""))
    if encoding == "base64" and not any(block.keys() for block in blocks):
        encoded = "".join(str(block.get_payload()) for block in blocks)
        return _from_base64(encoded.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    text = "\n\n".join("\n".join(f"{name}: {value}" for name, value in block.items()) for block in blocks)
    data = text.encode("utf-8", "surrogateescape")
    return (quopri.decodestring(data) if encoding == "quoted-printable" else data).decode("utf-8", "replace")


def meta_charset(html: bytes) -> str | None:
    """The charset that the markup itself names."""
    found = _META_CHARSET.search(html[:4096])
    return found[1].decode("ascii") if found else None


def made_up_name(content_type: str, number: int) -> str:
    """A name for a file that came without one."""
    return f"attachment-{number}{_EXTENSIONS.get(content_type, '.bin')}"


def unflow(text: str, delete_space: bool) -> str:
    """Join the soft line breaks of `format=flowed` (RFC 3676)."""
    out: list[str] = []
    depth_before, is_open = 0, False
    for line in text.split("\n"):
        unquoted = line.lstrip(">")
        depth = len(line) - len(unquoted)
        unquoted = unquoted.removeprefix(" ")
        is_signature = unquoted == "-- "
        flows = unquoted.endswith(" ") and not is_signature
        piece = unquoted[:-1] if flows and delete_space else unquoted
        if is_open and depth == depth_before and not is_signature:
            out[-1] += piece
        else:
            out.append("> " * depth + piece)
        depth_before, is_open = depth, flows
    return "\n".join(out)


def _from_base64(raw: bytes) -> bytes:
    """Decode what is base64 in `raw`, up to the padding; mailing lists and scanners append text to it."""
    try:
        return base64.b64decode(raw, validate=False)
    except binascii.Error:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.split(b"=")[0])
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))


def _file_name(part: EmailMessage, hint: str | None) -> str:
    name = parameter(part, "content-disposition", "filename", hint) or parameter(part, "content-type", "name", hint)
    return clean_name(name)


def safe_type(kind: str) -> str:
    """`kind`, if it looks like a content type at all."""
    return (
        kind if re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}", kind) else "application/octet-stream"
    )
