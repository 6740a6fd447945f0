"""What arrived and became no ticket, mail or a channel's message: kept with the reason, so that nothing is lost."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Held(StrEnum):
    """Why a mail was set aside."""

    UNREADABLE = "unreadable"
    VIRUS = "virus"
    SPAM = "spam"
    FORGED = "forged"
    BRAKE = "brake"
    NO_SENDER = "no_sender"
    OTHER_MAILBOX = "other_mailbox"
    OWN_MAIL = "own_mail"
    MACHINE = "machine"
    BAD_PAYLOAD = "bad_payload"

    @property
    def needs_a_look(self) -> bool:
        """A person may have written it; the others are kept for the account only."""
        return self not in KEPT_FOR_THE_ACCOUNT

    @property
    def is_for_good(self) -> bool:
        """No release helps: the mail stays what it is."""
        return self in (Held.VIRUS, Held.OWN_MAIL)


KEPT_FOR_THE_ACCOUNT: Final = frozenset({Held.OWN_MAIL, Held.MACHINE})
"""What no person has to look at."""

Standing = Literal["held", "replayed", "released", "deleted"]


class HeldMail(BaseModel):
    """A mail set aside. `raw_key` in the inbound bucket has it as it arrived, unless it was deleted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    received_at: AwareDatetime
    held: Held
    why: str
    raw_key: str
    envelope_sender: str = ""
    recipients: tuple[str, ...] = ()
    verdicts: dict[str, str] = Field(default_factory=dict)
    dmarc_policy: str | None = None
    sender: str | None = None
    subject: str = ""
    message_id: str | None = None
    excerpt: str = Field(default="", description="The beginning of what it says, where that could be read.")
    channel: str | None = Field(default=None, description="The channel that posted it, where it is no mail.")
    standing: Standing = "held"
    settled_by: str | None = Field(
        default=None, description="Who let it go or deleted it; nobody where it went with a ticket that was deleted."
    )
    settled_at: AwareDatetime | None = None
    settled_why: str = Field(default="", description="Why it was deleted, as whoever did it says.")

    def settled(self, standing: Standing, *, by: str, at: AwareDatetime, why: str = "") -> "HeldMail":
        """The mail after somebody decided about it."""
        return self.model_copy(update={"standing": standing, "settled_by": by, "settled_at": at, "settled_why": why})

    def forgotten(self, at: AwareDatetime) -> "HeldMail":
        """What stays when the mail proves to be a copy of what was deleted with its ticket: that it came and waited."""
        return HeldMail(
            id=self.id,
            received_at=self.received_at,
            held=self.held,
            why="",  # it may name the sender
            raw_key=self.raw_key,
            standing="deleted",
            settled_at=at,
        )

    def notification(self, bucket: str, *, released_by: str | None = None) -> dict[str, Any]:
        """What the receiving service said when the mail arrived, for it to arrive again.

        Args:
            released_by: who answers for it; what set the mail aside no longer does.
        """
        aftercare = {name: value for name, value in (("releasedBy", released_by), ("channel", self.channel)) if value}
        policy = {"dmarcPolicy": self.dmarc_policy} if self.dmarc_policy else {}
        return {
            "notificationType": "Received",
            "mail": {
                "messageId": self.id,
                "timestamp": self.received_at.isoformat(),
                "source": self.envelope_sender,
            },
            "receipt": {
                "recipients": list(self.recipients),
                **{f"{name}Verdict": {"status": status} for name, status in self.verdicts.items()},
                **policy,
                "action": {"type": "S3", "bucketName": bucket, "objectKey": self.raw_key},
            },
            **({"aftercare": aftercare} if aftercare else {}),
        }


@dataclass(frozen=True)
class HeldList:
    """Mails that wait, newest first; `next` is the place to go on from, None at the end.

    A page may be shorter than asked for, or empty, and the list go on all the same: only so much is read for one.
    """

    mails: tuple[HeldMail, ...]
    next: str | None = None
