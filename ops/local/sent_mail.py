"""Every mail that left the desk, whole, in a folder: one `.eml` file each, with its envelope beside it."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class SentMail:
    """One mail, as its recipients got it."""

    id: str
    sent_at: datetime
    recipients: tuple[str, ...]
    """The envelope's recipients, blind copies included."""
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def body(self, kind: str) -> str | None:
        """The message's text (`plain`) or page (`html`), or None when it has no such part."""
        part = self.message.get_body(preferencelist=(kind,))
        if part is None:
            return None
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        try:
            return content.decode(part.get_content_charset("utf-8"), "replace")
        except LookupError:
            return content.decode("utf-8", "replace")

    def attachments(self) -> list[Attachment]:
        found = []
        for number, part in enumerate(self.message.iter_attachments(), start=1):
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else part.as_bytes()
            found.append(Attachment(part.get_filename() or f"part-{number}", part.get_content_type(), content))
        return found


class SentMailFolder:
    """The folder itself. Names sort by the instant of sending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, content: bytes, recipients: tuple[str, ...]) -> SentMail:
        """Keep a mail that has just been sent."""
        now = datetime.now(UTC)
        mail = SentMail(f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}", now, recipients, content)
        self._folder.mkdir(parents=True, exist_ok=True)
        envelope = {"sent_at": mail.sent_at.isoformat(), "recipients": mail.recipients}
        self._envelope(mail.id).write_text(json.dumps(envelope), encoding="utf-8")
        draft = self._folder / f".{mail.id}"
        draft.write_bytes(content)
        draft.replace(self._folder / f"{mail.id}.eml")
        return mail

    def newest(self) -> Iterator[SentMail]:
        """The mails, newest first; each is read when it is asked for."""
        for name in sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True):
            mail = self.get(name)
            if mail is not None:
                yield mail

    def get(self, mail_id: str) -> SentMail | None:
        """The mail with this id, or None."""
        if not mail_id.replace("-", "").isalnum():
            return None
        try:
            content = (self._folder / f"{mail_id}.eml").read_bytes()
            envelope = json.loads(self._envelope(mail_id).read_bytes())
        except FileNotFoundError:
            return None
        return SentMail(mail_id, datetime.fromisoformat(envelope["sent_at"]), tuple(envelope["recipients"]), content)

    def _envelope(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.json"
