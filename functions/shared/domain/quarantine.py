"""Mail that became no ticket: kept with the reason, so that nothing that arrived is lost silently."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Held(StrEnum):
    """Why a mail was set aside."""

    UNREADABLE = "unreadable"
    VIRUS = "virus"
    NO_SENDER = "no_sender"
    OTHER_MAILBOX = "other_mailbox"
    OWN_MAIL = "own_mail"
    MACHINE = "machine"


class HeldMail(BaseModel):
    """A mail set aside. `raw_key` in the inbound bucket has it as it arrived."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    received_at: AwareDatetime
    held: Held
    why: str
    raw_key: str
    envelope_sender: str = ""
    recipients: tuple[str, ...] = ()
    verdicts: dict[str, str] = Field(default_factory=dict)
    sender: str | None = None
    subject: str = ""
    message_id: str | None = None
