"""A received mail, read from its raw bytes.

The standard library's parser splits the message; header fields, charsets and bodies are read by the modules beside
this one, which forgive what real mail clients do.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.intake.mime import parts, tnef
from functions.intake.mime.bounce import Bounce, read_bounce
from functions.intake.mime.bulk import Bulk
from functions.intake.mime.charsets import decode_text, is_blank, printable
from functions.intake.mime.headers import (
    Address,
    decode_words,
    field_text,
    named_addresses,
    parse_addresses,
    parse_date,
    parse_message_ids,
)
from functions.intake.mime.html import UnsafeHtml, sanitise, text_of
from functions.intake.mime.machine import Machine, MachineKind, recognise
from functions.intake.mime.meeting import meeting_text
from functions.intake.mime.quotes import fold

MAX_BYTES = 45 * 1024 * 1024
"""SES receives up to 40 MB."""
MAX_MULTIPARTS = 250
MAX_TEXT = 1_000_000
"""Characters of text that are read; the raw mail keeps the rest."""

_POLICY = EmailPolicy(utf8=True, header_factory=field_text)
_ESSENTIAL = {"from", "to", "subject", "date", "message-id", "content-type"}
"""At least one of these makes bytes a mail; what the receiving server adds does not count."""
_BOUNDARY = re.compile(rb"boundary\s{0,9}=", re.IGNORECASE)
_DKIM = re.compile(r"(?:^|;)\s*d\s*=\s*([\w.-]{1,253})")
_PARSER_FAULTS = (
    MessageError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError,
)  # fmt: skip
"""What the standard library's parser is known to raise on malformed input, beside recording defects."""


class UnreadableMail(Exception):
    """These bytes are no mail, or one that cannot be read safely; the message says why."""


class MailAttachment(BaseModel):
    """A file of the mail. `size` is in bytes, after decoding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    content_type: str
    size: int
    inline: bool
    sha256: str
    content: bytes = Field(exclude=True, repr=False)
    content_id: str = Field(default="", exclude=True)


class ReceivedMail(BaseModel):
    """What a mail says and carries. `text` and sanitised `html` are whole, `reply` is what the sender wrote now."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None = Field(alias="from")
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: AwareDatetime | None
    text: str
    html: str
    reply: str
    quoted: str = Field(exclude=True)
    attachments: tuple[MailAttachment, ...]
    machine: Machine | None
    bounce: Bounce | None
    defects: tuple[str, ...]
    authors: tuple[str, ...] = Field(default=(), exclude=True, description="Every address that its From may name.")
    signed_by: tuple[str, ...] = Field(default=(), exclude=True, description="Domains that say they signed it.")
    desk: str = Field(default="", exclude=True, description="The desk that says it sent it.")


def parse_mail(raw: bytes) -> ReceivedMail:
    """Read a mail.

    Raises:
        UnreadableMail: there is nothing in it that could be shown to a person, or reading it is not safe.
    """
    _require_readable(raw)
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    bulk = Bulk.taken_out(raw)
    mail = _read(bulk)
    return mail if bulk.is_back else _read(Bulk(raw))


def _read(bulk: Bulk) -> ReceivedMail:
    message = _tree(bulk.raw)
    body = _Body(linesep="\r\n" if b"\r\n" in bulk.raw[:4096] else "\n", bulk=bulk)
    try:
        fields = _fields(message)
        if not _ESSENTIAL & fields.keys():
            raise UnreadableMail("no header field of a mail")
        body.read(message)
        return _mail(fields, body)
    except _PARSER_FAULTS as error:
        raise UnreadableMail(f"{type(error).__name__} while reading: {str(error)[:200]}") from error


def _require_readable(raw: bytes) -> None:
    if not raw.strip():
        raise UnreadableMail("empty")
    if len(raw) > MAX_BYTES:
        raise UnreadableMail(f"larger than {MAX_BYTES} bytes")
    if raw.lower().count(b"boundary") > MAX_MULTIPARTS and len(_BOUNDARY.findall(raw)) > MAX_MULTIPARTS:
        raise UnreadableMail(f"more than {MAX_MULTIPARTS} multiparts")


def _tree(raw: bytes) -> EmailMessage:
    try:
        return BytesParser(EmailMessage, policy=_POLICY).parsebytes(raw)
    except _PARSER_FAULTS as error:
        raise UnreadableMail(f"{type(error).__name__} while splitting: {str(error)[:200]}") from error


def _fields(message: EmailMessage) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in message.items():
        fields.setdefault(name.lower(), []).append(str(value))
    return fields


@dataclass
class _Body:
    """What the parts of a mail hold, gathered in order."""

    linesep: str
    bulk: Bulk
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[parts.File] = field(default_factory=list)
    report: str | None = None
    meeting: str = ""
    returned: str = ""
    charset: str | None = None
    kinds: list[tuple[str, str]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The plain text; clients put a lone blank beside an HTML part, which says nothing."""
        return "\n\n".join(one.strip("\n") for one in self.texts if not is_blank(one))

    def read(self, part: EmailMessage, parent: str = "") -> None:
        self.bulk.put_back(part)
        kind = part.get_content_type()
        is_report = kind == "multipart/report"
        self.kinds.append((kind, parts.parameter(part, "content-type", "report-type").lower() if is_report else ""))
        self.defects += [_words(type(defect).__name__) for defect in part.defects]
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            for child in cast(Sequence[EmailMessage], part.get_payload()):
                self.read(child, kind)
        elif kind in parts.MACHINE_KINDS:
            self.report = self.report or (parts.report_text(part) if kind in parts.STATUS_KINDS else None)
        elif kind == "text/rfc822-headers":
            self.returned = parts.content(part).decode("utf-8", "replace")
        elif kind == "message/global-headers":
            self.returned = parts.message_bytes(part).decode("utf-8", "replace")
        elif part.get_content_maintype() == "message":
            self._take_forwarded(part, kind)
        elif parts.is_body(part, kind, has_body=bool(self.texts or self.htmls)):
            self._take_text(part, kind)
        else:
            self._take_file(parts.file(part, kind, hint=self.charset, in_related=parent == "multipart/related"))

    def _take_file(self, found: parts.File) -> None:
        if found.content_type in tnef.KINDS or found.name.lower() == "winmail.dat":
            try:
                package = tnef.unpack(found.content)
            except tnef.UnreadableTnef as error:
                self.defects.append(str(error))
            else:
                self._take_package(package)
                return
        if found.content_type == "text/calendar":
            self.meeting = self.meeting or meeting_text(decode_text(found.content, None, "utf-8")[0])
        self.files.append(found)

    def _take_package(self, package: tnef.Package) -> None:
        """What Outlook packed; its body counts only where the mail has none that everybody can read."""
        self.files += [parts.packed(one) for one in package.files]
        if not self.text and not self.htmls:
            self.texts += [package.text.replace("\r\n", "\n")[:MAX_TEXT]] if package.text else []
            self.htmls += [package.html] if package.html else []

    def _take_text(self, part: EmailMessage, kind: str) -> None:
        declared = parts.parameter(part, "content-type", "charset") or None
        self.charset = self.charset or declared
        data = parts.content(part)
        hint = parts.meta_charset(data) if kind == "text/html" else None
        text, oddity = decode_text(data, declared, hint or self.charset)
        if oddity:
            self.defects.append(oddity)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MAX_TEXT:
            self.defects.append(f"{kind} cut at {MAX_TEXT} characters")
            text = text[:MAX_TEXT] if kind != "text/html" else text
        if kind == "text/html":
            self.htmls.append(text)
        elif parts.parameter(part, "content-type", "format").lower() == "flowed":
            self.texts.append(parts.unflow(text, parts.parameter(part, "content-type", "delsp").lower() == "yes"))
        else:
            self.texts.append(text)

    def _take_forwarded(self, part: EmailMessage, kind: str) -> None:
        forwarded = parts.forwarded(part, kind, self.linesep, hint=self.charset)
        forwarded = replace(forwarded, content=self.bulk.restored(forwarded.content))
        self.files.append(forwarded)
        if kind in ("message/rfc822", "message/global"):
            self.returned = self.returned or forwarded.content[:65_536].decode("utf-8", "replace")


def _mail(fields: dict[str, list[str]], body: _Body) -> ReceivedMail:
    hint = body.charset
    html = _clean(body)
    text = body.text or text_of(html)  # which takes long: only where there is no other
    text = body.meeting if is_blank(text) else text
    reply, quoted = fold(text)
    sender = next(iter(_addresses(fields, "from", hint) or _addresses(fields, "sender", hint)), None)
    subject = decode_words(_one(fields, "subject"), hint)[:2_000]
    in_reply_to = parse_message_ids(_one(fields, "in-reply-to"))
    date = parse_date(_one(fields, "date"))
    machine = recognise(fields, sender=sender.address if sender else "", subject=subject, content_types=body.kinds)
    machine = machine.model_copy(update={"why": printable(machine.why)}) if machine else None
    bounce = None
    if machine and machine.is_sure and machine.kind is MachineKind.BOUNCE:
        bounce = read_bounce(
            body.report,
            returned=body.returned,
            body=text[:20_000],
            failed_recipients=_one(fields, "x-failed-recipients"),
            in_reply_to=in_reply_to[-1] if in_reply_to else None,
        )
    shown = set(re.findall(r"cid:([^\"'\s>)]{1,300})", html))
    return ReceivedMail(
        message_id=next(iter(parse_message_ids(_one(fields, "message-id"))), None),
        in_reply_to=tuple(in_reply_to),
        references=tuple(parse_message_ids(" ".join(fields.get("references", ())))),
        sender=sender,
        reply_to=tuple(_addresses(fields, "reply-to", hint)),
        to=tuple(_addresses(fields, "to", hint)),
        cc=tuple(_addresses(fields, "cc", hint)),
        subject=subject,
        date=date,
        text=text,
        html=html,
        reply=reply,
        quoted=quoted,
        attachments=tuple(_attachments(body, shown)),
        machine=machine,
        bounce=bounce,
        defects=tuple(dict.fromkeys([*body.defects, *_header_defects(fields, date)]))[:20],
        authors=named_addresses(fields.get("from", ()), hint),
        signed_by=tuple(
            name.lower() for one in fields.get("dkim-signature", ()) for name in _DKIM.findall(one) or [""]
        ),
        desk=_one(fields, "x-aftercare-desk"),
    )


def _clean(body: _Body) -> str:
    cleaned: list[str] = []
    for html in body.htmls:
        try:
            cleaned.append(sanitise(html))
        except UnsafeHtml as unsafe:
            body.defects.append(str(unsafe))
            if not body.text:
                bare = re.sub(r"<[^<>]{0,2000}>", " ", html[:MAX_TEXT])
                body.texts.append(re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", bare)).strip())
    return "\n".join(cleaned)


def _attachments(body: _Body, shown: set[str]) -> Iterator[MailAttachment]:
    for number, found in enumerate(body.files, 1):
        yield MailAttachment(
            name=found.name or parts.made_up_name(found.content_type, number),
            content_type=found.content_type,
            size=len(found.content),
            inline=found.inline or found.content_id in shown,
            sha256=hashlib.sha256(found.content).hexdigest(),
            content=found.content,
            content_id=found.content_id[:300],
        )


def _addresses(fields: dict[str, list[str]], name: str, hint: str | None) -> list[Address]:
    return list(dict.fromkeys(one for value in fields.get(name, ()) for one in parse_addresses(value, hint)))


def _header_defects(fields: dict[str, list[str]], date: datetime | None) -> Iterator[str]:
    for name in ("from", "date", "message-id", "subject"):
        if len(fields.get(name, ())) > 1:
            yield f"several {name} fields"
    if "from" not in fields:
        yield "no from field"
    if "date" in fields and date is None:
        yield "unreadable date"


def _one(fields: dict[str, list[str]], name: str) -> str:
    values = fields.get(name)
    return values[0] if values else ""


def _words(class_name: str) -> str:
    """`StartBoundaryNotFoundDefect` as `start boundary not found`."""
    return re.sub(r"(?<!^)([A-Z])", r" \1", class_name.removesuffix("Defect")).lower()
