"""What stays of a deleted ticket."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import DeletionReason, DeskId, TicketId


class Tombstone(BaseModel):
    """What is left of a deleted ticket. `erased_at` is when the last of its content was gone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: TicketId
    desk: DeskId
    version: int
    sequence: int
    opened_at: AwareDatetime
    deleted_at: AwareDatetime
    by: Actor
    reason: DeletionReason
    note: str = ""
    erased_at: AwareDatetime | None = None
