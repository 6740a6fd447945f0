"""TNEF packages, as Outlook makes them, built attribute by attribute."""

import struct

MESSAGE, FILE = 1, 2


def package(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def attribute(level: int, kind: int, value: bytes) -> bytes:
    checksum = sum(value) & 0xFFFF
    return struct.pack("<BIIH", level, kind, len(value), 0)[:9] + value + struct.pack("<H", checksum)


def properties(*found: bytes) -> bytes:
    return struct.pack("<I", len(found)) + b"".join(found)


def unicode_property(name: int, words: str) -> bytes:
    return _value(0x001F, name, words.encode("utf-16-le") + b"\0\0")


def binary_property(name: int, value: bytes) -> bytes:
    return _value(0x0102, name, value)


def named_property(words: str) -> bytes:
    """One that only its maker knows: readers step over it."""
    name = "x-custom".encode("utf-16-le") + b"\0\0"
    padded = name + b"\0" * (-len(name) % 4)
    head = struct.pack("<HH", 0x001F, 0x8001) + b"\x29" * 16 + struct.pack("<II", 1, len(name)) + padded
    return head + _value(0x001F, 0, words.encode("utf-16-le") + b"\0\0")[4:]


def number_property(name: int, value: int) -> bytes:
    return struct.pack("<HHI", 0x0003, name, value)


def _value(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


WINMAIL = package(
    attribute(MESSAGE, 0x00069007, struct.pack("<II", 936, 0)),
    attribute(
        MESSAGE,
        0x00069003,
        properties(
            number_property(0x0E06, 7), named_property("x"), binary_property(0x1013, "<p>见附件</p>".encode("gbk"))
        ),
    ),
    attribute(FILE, 0x00069002, b"\0" * 14),
    attribute(FILE, 0x00018010, "合同~1.PDF".encode("gbk") + b"\0"),
    attribute(FILE, 0x0006800F, b"%PDF-1.7"),
    attribute(
        FILE,
        0x00069005,
        properties(unicode_property(0x3707, "合同终稿.pdf"), unicode_property(0x370E, "application/pdf")),
    ),
    attribute(FILE, 0x00069002, b"\0" * 14),
    attribute(FILE, 0x00018010, b"logo.png\0"),
    attribute(FILE, 0x00069005, properties(unicode_property(0x3712, "logo@acme"), binary_property(0x3701, b"\x89PNG"))),
)
