"""The quarantine as leads see it: who may do what about mail that was set aside."""

from datetime import datetime

from functions.shared.contracts.words import Role
from functions.shared.domain.quarantine import HeldList, HeldMail
from functions.shared.held_mail import HeldMails
from functions.shared.identity.principal import Principal


class QuarantineDoor:
    """The quarantine of one desk, for leads and above."""

    def __init__(self, mails: HeldMails) -> None:
        self._mails = mails

    def newest(self, principal: Principal, limit: int = 50, *, to_look_at: bool = False, after: str = "") -> HeldList:
        """The mails that wait, newest first: all, or those that a person should look at."""
        principal.require(Role.LEAD)
        return self._mails.newest(limit, to_look_at=to_look_at, after=after)

    def look(self, principal: Principal, mail_id: str) -> HeldMail:
        """One mail with the reason why it was set aside; raises HeldMailNotFound."""
        principal.require(Role.LEAD)
        return self._mails.find(mail_id)

    def source(self, principal: Principal, mail_id: str) -> str | None:
        """The beginning of the message as it is written, as text; None where it is gone."""
        principal.require(Role.LEAD)
        return self._mails.source(mail_id)

    def raw_link(self, principal: Principal, mail_id: str) -> str:
        """A short-lived address of the message as it arrived."""
        principal.require(Role.LEAD)
        return self._mails.raw_link(mail_id)

    def release(self, principal: Principal, mail_id: str, *, now: datetime) -> HeldMail:
        """The caller answers for the mail, and it is let in."""
        principal.require(Role.LEAD)
        return self._mails.release(mail_id, by=principal.id, now=now)

    def replay(self, principal: Principal, mail_id: str, *, now: datetime) -> HeldMail:
        """The mail arrives again under the rules of now."""
        principal.require(Role.LEAD)
        return self._mails.replay(mail_id, by=principal.id, now=now)

    def delete(self, principal: Principal, mail_id: str, *, now: datetime, why: str = "") -> HeldMail:
        """The message is deleted for good; `why` stays beside who deleted it."""
        principal.require(Role.LEAD)
        return self._mails.delete(mail_id, by=principal.id, now=now, why=why)
