"""What Outlook packs into `winmail.dat` (MS-OXTNEF): the files, and the body where the mail has no other."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from functions.intake.mime.charsets import decode_text

KINDS = ("application/ms-tnef", "application/vnd.ms-tnef")
MAX_FILES = 200

_SIGNATURE = 0x223E9F78
_BODY, _MESSAGE_PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_FILE_BEGINS, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_P_BODY, _P_HTML = 0x1000, 0x1013
_P_DATA, _P_SHORT_NAME, _P_LONG_NAME, _P_TYPE, _P_CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_OBJECT, _STRING, _UNICODE, _BINARY = 0x000D, 0x001E, 0x001F, 0x0102
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes that a value of each fixed type takes, padding included."""
_NAMED = 0x8000
_SEVERAL = 0x1000
_INTERFACE = 16
"""Bytes of the interface id before an embedded object."""


class UnreadableTnef(ValueError):
    """These bytes are no TNEF, or end in the middle of it."""


@dataclass
class PackedFile:
    """A file in the package; `name` and `content_type` may be empty."""

    name: str = ""
    content_type: str = ""
    content: bytes = b""
    content_id: str = ""


@dataclass
class Package:
    """What was packed."""

    text: str = ""
    html: str = ""
    files: list[PackedFile] = field(default_factory=list)


def unpack(data: bytes) -> Package:
    """Read a package.

    Raises:
        UnreadableTnef: it cannot be read.
    """
    try:
        return _package(data)
    except (struct.error, IndexError, MemoryError) as error:
        raise UnreadableTnef("broken TNEF") from error


def _package(data: bytes) -> Package:
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise UnreadableTnef("no TNEF signature")
    package, charset = Package(), "cp1252"
    for kind, value in _attributes(data):
        if kind == _CODE_PAGE:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind == _BODY:
            package.text = package.text or _text(value, charset)
        elif kind == _MESSAGE_PROPERTIES:
            _read_message(package, value, charset)
        elif kind == _FILE_BEGINS:
            if len(package.files) >= MAX_FILES:
                raise UnreadableTnef("too many files")
            package.files.append(PackedFile())
        elif package.files:
            _read_file(package.files[-1], kind, value, charset)
    return package


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<xHxxI", data, at)
        at += 9
        if at + length > len(data):
            raise UnreadableTnef("an attribute longer than the package")
        yield kind, data[at : at + length]
        at += length + 2
    if data[at:].strip(b"\0"):
        raise UnreadableTnef("a package that breaks off")


def _read_message(package: Package, value: bytes, charset: str) -> None:
    for name, kind, found in _properties(value):
        if name == _P_BODY and found:
            package.text = _words(kind, found, charset)
        elif name == _P_HTML and found:
            package.html = _words(kind, found, charset)


def _read_file(file: PackedFile, kind: int, value: bytes, charset: str) -> None:
    if kind == _FILE_TITLE:
        file.name = file.name or _text(value, charset)
    elif kind == _FILE_DATA:
        file.content = value
    elif kind == _FILE_PROPERTIES:
        for name, type_, found in _properties(value):
            if name == _P_LONG_NAME:
                file.name = _words(type_, found, charset) or file.name
            elif name == _P_SHORT_NAME:
                file.name = file.name or _words(type_, found, charset)
            elif name == _P_TYPE:
                file.content_type = _words(type_, found, charset)
            elif name == _P_CONTENT_ID:
                file.content_id = _words(type_, found, charset)
            elif name == _P_DATA and not file.content:
                file.content = found[_INTERFACE:] if type_ == _OBJECT else found


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Name, type and first value of each property; those of numbers are passed over."""
    (count,), at = struct.unpack_from("<I", data), 4
    for _ in range(min(count, 10_000)):
        type_, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= _NAMED:
            at = _after_name(data, at)
        if type_ & ~_SEVERAL in (_OBJECT, _STRING, _UNICODE, _BINARY):
            values, at = _values(data, at)
            yield name, type_ & ~_SEVERAL, values[0] if values else b""
            continue
        if type_ not in _SIZES and type_ & ~_SEVERAL not in _SIZES:
            raise UnreadableTnef(f"a property of unknown type {type_:#x}")
        several = 1
        if type_ & _SEVERAL:
            (several,), at = struct.unpack_from("<I", data, at), at + 4
        at += several * _SIZES[type_ & ~_SEVERAL]


def _after_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    at += 20
    if kind == 0:
        return at + 4
    (length,) = struct.unpack_from("<I", data, at)
    return at + 4 + _padded(length)


def _values(data: bytes, at: int) -> tuple[list[bytes], int]:
    (count,), at = struct.unpack_from("<I", data, at), at + 4
    values = []
    for _ in range(count):
        (length,), at = struct.unpack_from("<I", data, at), at + 4
        if at + length > len(data):
            raise UnreadableTnef("a property longer than its attribute")
        values.append(data[at : at + length])
        at += _padded(length)
    return values, at


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _words(type_: int, value: bytes, charset: str) -> str:
    if type_ == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return _text(value, charset)


def _text(value: bytes, charset: str) -> str:
    return decode_text(value.rstrip(b"\0"), charset)[0]
