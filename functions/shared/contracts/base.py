"""What all events have in common."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.contracts.words import DeskId, TicketId


class Value(BaseModel):
    """A part of an event. Immutable; readers ignore what they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Actor(Value):
    """Who did it: a person by id and name, or the part of the desk that acted by itself."""

    kind: Literal["customer", "agent", "machine", "system"]
    id: str
    name: str = ""


class Reason(Value):
    """Why an automatic act was taken, in both languages, with what decided it."""

    code: str
    zh: str
    en: str
    rule: str | None = None


class Event(BaseModel):
    """What every event of one subject carries; `sequence` counts from 1 without a gap."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    schema_version: ClassVar[int] = 1

    type: str
    event_id: str
    desk: DeskId
    sequence: int = Field(ge=1)
    occurred_at: AwareDatetime
    actor: Actor
    reasons: tuple[Reason, ...] = ()
    config_version: int | None = None


class Chain(Value):
    """The rules by whose acts something came about, first to last, in so many runs one after the other."""

    rules: tuple[str, ...] = Field(min_length=1)
    length: int = Field(ge=1)


class TicketEvent(Event):
    """Something that happened to one ticket."""

    ticket_id: TicketId
    chain: Chain | None = None

    @classmethod
    def name(cls) -> str:
        """The event's name on the bus (EventBridge `detail-type`)."""
        return cls.__name__
