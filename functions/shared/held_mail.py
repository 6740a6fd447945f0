"""What may be done about mail that was set aside: let it out, let it arrive again, or delete it."""

import re
from datetime import datetime
from typing import Final, Protocol

from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.quarantine import HeldList, HeldMail
from functions.shared.domain.saying import Saying
from functions.shared.gateways.blobs import BlobInfo, BlobNotFound

MOST_SOURCE: Final = 20_000
"""Bytes of a message that are shown as they are written."""

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What would make a text look other than it is written."""


class Quarantine(Protocol):
    """Where it is kept."""

    def claim(self, mail: HeldMail) -> str: ...

    def settle(self, mail: HeldMail, claim: str) -> bool: ...

    def newest(self, limit: int = ..., *, to_look_at: bool = ..., after: str = ...) -> HeldList: ...

    def find(self, mail_id: str) -> HeldMail:
        """Raises HeldMailNotFound."""


class Arrivals(Protocol):
    """The way that received mail takes."""

    def announce(self, mail: HeldMail, *, released_by: str | None = None) -> None: ...


class RawMail(Protocol):
    """The messages as they arrived."""

    def get(self, key: str) -> bytes: ...

    def describe(self, key: str) -> BlobInfo: ...

    def beginning(self, key: str, count: int, *, etag: str) -> bytes: ...

    def link(self, key: str, *, file_name: str, content_type: str) -> str: ...

    def remove(self, key: str) -> None: ...


class HeldMails:
    """The quarantine of one desk. `by` is who decides, and stands beside what they decided."""

    def __init__(self, *, quarantine: Quarantine, arrivals: Arrivals, raw: RawMail) -> None:
        self._quarantine = quarantine
        self._arrivals = arrivals
        self._raw = raw

    def newest(self, limit: int, *, to_look_at: bool = False, after: str = "") -> HeldList:
        """The mails that wait, newest first: all, or those that a person should look at."""
        return self._quarantine.newest(limit, to_look_at=to_look_at, after=after)

    def source(self, mail_id: str) -> str | None:
        """The beginning of the message as it is written, to be shown as text; None where it is gone."""
        mail = self._quarantine.find(mail_id)
        try:
            etag = self._raw.describe(mail.raw_key).etag
            begun = self._raw.beginning(mail.raw_key, MOST_SOURCE, etag=etag)
        except BlobNotFound:
            return None
        return _UNSEEN.sub("\ufffd", begun.decode("utf-8", "replace").replace("\r\n", "\n"))

    def find(self, mail_id: str) -> HeldMail:
        """The mail, waiting or not; raises HeldMailNotFound."""
        return self._quarantine.find(mail_id)

    def raw(self, mail_id: str) -> bytes:
        """The message as it arrived."""
        return self._raw.get(self._there(mail_id).raw_key)

    def raw_link(self, mail_id: str) -> str:
        """A short-lived address that downloads the message as it arrived."""
        mail = self._there(mail_id)
        return self._raw.link(mail.raw_key, file_name=f"{mail.id}.eml", content_type="application/octet-stream")

    def release(self, mail_id: str, *, by: str, now: datetime) -> HeldMail:
        """Let the mail in, whatever set it aside; `by` answers for it.

        Raises:
            IllegalTransition: it was deleted, or is of a kind that nobody may let in.
        """
        mail = self._there(mail_id)
        if mail.held.is_for_good:
            raise IllegalTransition(Saying.of("reason.never_released", held=Saying.of(f"quarantine.held.{mail.held}")))
        claim = self._quarantine.claim(mail)
        self._arrivals.announce(mail, released_by=by)
        return self._settle(mail.settled("released", by=by, at=now), claim)

    def replay(self, mail_id: str, *, by: str, now: datetime) -> HeldMail:
        """Let the mail arrive again, to be judged by the rules of now."""
        mail = self._there(mail_id)
        claim = self._quarantine.claim(mail)
        self._arrivals.announce(mail)
        return self._settle(mail.settled("replayed", by=by, at=now), claim)

    def delete(self, mail_id: str, *, by: str, now: datetime, why: str = "") -> HeldMail:
        """Delete the message for good; that it came, who deleted it and why stays known for a while.

        Raises:
            IllegalTransition: it was let out; what became of it may still need the message.
        """
        mail = self._there(mail_id)
        if mail.standing != "held":
            raise IllegalTransition(Saying.of("reason.mail_left", standing=mail.standing))
        claim = self._quarantine.claim(mail)
        self._raw.remove(mail.raw_key)
        return self._settle(mail.settled("deleted", by=by, at=now, why=why).model_copy(update={"excerpt": ""}), claim)

    def _there(self, mail_id: str) -> HeldMail:
        mail = self._quarantine.find(mail_id)
        if mail.standing == "deleted":
            raise IllegalTransition(Saying.of("reason.mail_deleted"))
        return mail

    def _settle(self, mail: HeldMail, claim: str) -> HeldMail:
        """What was decided; or, where the mail arrived and was set aside anew meanwhile, how it waits now."""
        return mail if self._quarantine.settle(mail, claim) else self._quarantine.find(mail.id)
