"""The small language the corpus is written in: exact bytes out of readable text, and a full set of expectations."""

import base64
import hashlib
import quopri
from dataclasses import dataclass
from typing import Any

CRLF = "\r\n"


@dataclass(frozen=True)
class Case:
    """A mail as it arrives, and what `desk mail parse` prints about it."""

    name: str
    raw: bytes
    expected: dict[str, Any]


def case(name: str, raw: bytes, /, **told: Any) -> Case:
    """A mail, with every field that is not as `DEFAULTS` says. `reply` is all of `text` unless it is told."""
    expected = {**DEFAULTS, **told}
    expected["reply"] = told.get("reply", expected["text"])
    return Case(name, raw, expected)


DEFAULTS: dict[str, Any] = {
    "message_id": "<1@acme.example>",
    "in_reply_to": [],
    "references": [],
    "from": {"name": "王芳", "address": "wang@acme.example"},
    "reply_to": [],
    "to": [{"name": "", "address": "support@aftercare.example"}],
    "cc": [],
    "subject": "报表打不开",
    "date": "2026-03-02T04:00:00Z",
    "text": "",
    "html": "",
    "attachments": [],
    "machine": None,
    "bounce": None,
    "defects": [],
}


def person(name: str, address: str) -> dict[str, str]:
    return {"name": name, "address": address}


def machine(kind: str, why: str) -> dict[str, str]:
    return {"kind": kind, "why": why}


def bounce(recipient: str | None, status: str | None, action: str | None, original: str | None) -> dict[str, Any]:
    return {"recipient": recipient, "status": status, "action": action, "original_message_id": original}


def attached(name: str, kind: str, content: bytes, *, inline: bool = False) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "content_type": kind, "size": len(content), "inline": inline, "sha256": digest}


def b(text: str, charset: str = "utf-8") -> str:
    """`text` as a base64 encoded word."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(_codec(charset))).decode()}?="


def q(text: str, charset: str = "utf-8") -> str:
    """`text` as a quoted-printable encoded word."""
    encoded = "".join(f"={byte:02X}" for byte in text.encode(_codec(charset)))
    return f"=?{charset}?Q?{encoded}?="


def mail(body: bytes = b"", *fields: str, charset: str = "utf-8", end: str = CRLF, **head: str | None) -> bytes:
    """A message with the usual head; `head` changes fields of it, None leaves one out; `fields` are added whole."""
    known: dict[str, str | None] = {
        "From": f"{b('王芳')} <wang@acme.example>",
        "To": "support@aftercare.example",
        "Subject": b("报表打不开"),
        "Date": "Mon, 2 Mar 2026 12:00:00 +0800",
        "Message-ID": "<1@acme.example>",
        **{name.replace("_", "-"): value for name, value in head.items()},
    }
    lines = [f"{name}: {value}" for name, value in known.items() if value is not None]
    fields_end = "" if body.startswith(b"Content-") else end
    head_text = end.join([*lines, "MIME-Version: 1.0", *fields, fields_end])
    return head_text.encode(_codec(charset), "surrogateescape") + body.replace(b"\n", end.encode())


def text(words: str, charset: str = "utf-8", cte: str = "base64", kind: str = "plain", *fields: str) -> bytes:
    """A text part from its Content-Type on; its lines end as the message's do."""
    data = words.encode(_codec(charset))
    encoded = {
        "base64": lambda: base64.encodebytes(data.replace(b"\n", b"\r\n")),
        "quoted-printable": lambda: quopri.encodestring(data),
        "8bit": lambda: data,
        "7bit": lambda: data,
    }[cte]()
    head = [f'Content-Type: text/{kind}; charset="{charset}"', f"Content-Transfer-Encoding: {cte}", *fields]
    return "\n".join([*head, "", ""]).encode() + encoded


def html(markup: str, charset: str = "utf-8", cte: str = "base64") -> bytes:
    """An HTML part."""
    return text(markup, charset, cte, "html")


def file(kind: str, content: bytes, *fields: str, charset: str = "utf-8") -> bytes:
    """An attached file in base64; `kind` may carry parameters."""
    head = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *fields, "", ""]
    return "\n".join(head).encode(_codec(charset), "surrogateescape") + base64.encodebytes(content)


def multi(kind: str, *parts: bytes, edge: str = "=_edge") -> bytes:
    """A multipart from its Content-Type on."""
    head = f'Content-Type: multipart/{kind}; boundary="{edge}"\n\nThis is a multi-part message in MIME format.\n'
    opened = "".join(f"\n--{edge}\n\0" for _ in parts).encode().split(b"\0")
    return head.encode() + b"".join(a + p for a, p in zip(opened, parts, strict=False)) + f"\n--{edge}--\n".encode()


def _codec(charset: str) -> str:
    return {"gb2312": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "x-unknown": "gb18030"}.get(
        charset.lower(), charset
    )
