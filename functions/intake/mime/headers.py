"""Header fields as people meant them: encoded words, raw 8-bit bytes, addresses, message ids, dates.

The standard library's structured header parser raises on several malformed values and is slow, so the parser is given
`field_text` as its header factory and the values are read here, tolerantly.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from functions.intake.mime.charsets import decode_text, printable

MAX_FIELD = 65_536
MAX_ADDRESSES = 1_000
MAX_NAMED = 5_000
"""Characters of the fields that name the author of a mail which can be proven."""
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?(.{0,8000}?)\?=", re.DOTALL)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_MESSAGE_ID = re.compile(r"<([^<>]{1,1200})>")
_SPACES = re.compile(r"\s+")
_BOXED = re.compile(r"^(?P<name>.*?)<(?P<address>[^<>]*)>?[^<>]*$", re.DOTALL)
_TRICKY = re.compile(r'["(\\]')
_BETWEEN = re.compile(r"[,;](?![^<>]*>)")
_COMMENT = re.compile(r"\(([^()]*)\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.){1,300})"@[^\s<>"(),;]{1,300}')
_NAMED = re.compile(r'"[^"]*"(?:@[^\s<>"(),;:]{1,300})?|[^\s<>"(),;:]{1,300}@[^\s<>"(),;:]{1,300}')
_PLAIN = re.compile(r"[^@\s<>\",;:()\[\]\\]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox; `name` is empty when the header gives none."""

    name: str
    address: str


def field_text(name: str, value: str) -> str:
    """The header factory of the parser: one unfolded line, bounded, raw bytes still as surrogates."""
    if name.lower() == "references":
        return value[-MAX_FIELD:].strip()  # the newest are last, and a half id at the front is none
    text = value[:MAX_FIELD]
    if name.lower() == "content-transfer-encoding":
        return text.split(";")[0].strip().strip('"').lower()
    return text.strip()


def decode_words(value: str, hint: str | None = None) -> str:
    """Decode RFC 2047 words and raw 8-bit bytes in one field.

    Adjacent words are joined as bytes first, because clients split a Chinese character across two of them.
    """
    value = _FOLD.sub(" ", value)
    if "=?" not in value:
        return printable(_raw_text(value, hint)).strip()
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        same = charset.lower() == word[1].lower() and not between.strip()
        if pending and not same:
            out.append(decode_text(pending, charset, hint)[0])
            pending = b""
        if between.strip() or (not charset and between):
            out.append(_raw_text(between, hint))
        charset = word[1]
        pending += _word_bytes(word[2], word[3])
        at = word.end()
    if pending:
        out.append(decode_text(pending, charset, hint)[0])
    out.append(_raw_text(value[at:], hint))
    return _FOLD.sub(" ", printable("".join(out))).strip()


def parse_addresses(value: str, hint: str | None = None) -> list[Address]:
    """The mailboxes of a From, To or Cc field; entries without an address are left out."""
    found: list[Address] = []
    unfinished = ""
    for piece in _split_list(_FOLD.sub(" ", value)):
        piece = f"{unfinished}, {piece}" if unfinished else piece
        mailbox = _mailbox(piece, hint)
        if mailbox is None:
            # `Doe, John <john@…>` without quotes: the comma belongs to the name.
            unfinished = piece if len(piece) < 200 else ""
            continue
        unfinished = ""
        if mailbox not in found:
            found.append(mailbox)
        if len(found) >= MAX_ADDRESSES:
            break
    return found


def named_addresses(values: Sequence[str], hint: str | None = None) -> tuple[str, ...]:
    """Each address in the fields, in small letters, wherever it stands outside a quoted name.

    Where `parse_addresses` guesses which was meant, this leaves none out. None where the fields are longer than any
    that is meant well.
    """
    if sum(map(len, values)) > MAX_NAMED:
        return ()
    found = (one for value in values for one in _NAMED.findall(value) if "@" in one and one[-1] != '"')
    return tuple(dict.fromkeys(unquoted(decode_words(one.strip("'"), hint)).lower() for one in found))


def parse_message_ids(value: str) -> list[str]:
    """The `<…>` ids of a Message-ID, In-Reply-To or References field, in order, each once."""
    ids = [f"<{_SPACES.sub('', inner)}>" for inner in _MESSAGE_ID.findall(printable(value))]
    if not ids and "@" in value and len(bare := printable(value).strip().strip("<>")) < 1200 and " " not in bare:
        ids = [f"<{bare}>"]
    return list(dict.fromkeys(ids))


def parse_date(value: str) -> datetime | None:
    """The instant in UTC, or None when it cannot be read."""
    try:
        instant = parsedate_to_datetime(printable(value).strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _raw_text(text: str, hint: str | None) -> str:
    if text.isascii():
        return text
    return decode_text(text.encode("utf-8", "surrogateescape"), None, hint)[0]


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "Qq":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.split(b"=")[0])
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return raw


def _split_list(value: str) -> list[str]:
    """Split at commas and semicolons outside quotes, comments and angle brackets."""
    if not _TRICKY.search(value) and value.count("<") == value.count(">"):
        return [piece for one in _BETWEEN.split(value) if (piece := one.strip())]
    pieces: list[str] = []
    start, quoted, boxed, depth = 0, False, False, 0
    escaped = False
    for at, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif char in "<>":
            boxed = char == "<"
        elif char in ",;" and not boxed:
            pieces.append(value[start:at])
            start = at + 1
    pieces.append(value[start:])
    if quoted or boxed or depth:  # an unbalanced quote must not swallow the rest of the list
        pieces = pieces[:-1] + re.split(r"[,;]", pieces[-1])
    return [piece.strip() for piece in pieces if piece.strip()]


def _mailbox(piece: str, hint: str | None, *, nested: bool = False) -> Address | None:
    if boxed := _BOXED.match(piece):
        address = _SPACES.sub("", boxed["address"]).strip("\"'")
        if quoted := _QUOTED.fullmatch(boxed["address"].strip()):
            address = unquoted(quoted[0])
        name = boxed["name"]
    elif quoted := _QUOTED.search(piece):
        address, name = unquoted(quoted[0]), _COMMENT.sub(r"\1", piece.replace(quoted[0], ""))
    else:
        comment = _COMMENT.search(piece)
        bare = _COMMENT.sub(" ", piece).strip().split(" ")
        address = next((token for token in bare if "@" in token), "").strip("\"'<>")
        name = comment[1] if comment else " ".join(token for token in bare if address and address not in token)
    if ":" in name and "@" not in name.split(":", 1)[0] and '"' not in name:
        name = name.split(":", 1)[1]  # `group name: member <…>`
    decoded = _unquote(decode_words(_unquote(name), hint))
    if "@" in address:
        readable = decode_words(address, hint)
        return Address("" if decoded == readable else decoded, readable)
    if not nested and "=?" in piece:  # the whole mailbox inside one encoded word
        return _mailbox(decode_words(piece, hint), hint, nested=True)
    return None


def unquoted(address: str) -> str:
    """The address without quotes that it does not need: `"wang.fang"@acme.example` is `wang.fang@acme.example`."""
    quoted = _QUOTED.fullmatch(address)
    return address.replace(f'"{quoted[1]}"', quoted[1], 1) if quoted and _PLAIN.fullmatch(quoted[1]) else address


def _unquote(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    return name.replace('\\"', '"').replace("\\\\", "\\").strip()
