"""The API to deleting tickets, for managers."""

from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from functions.desk.deleting import Deleted
from functions.desk.wiring import authenticate, deleting, desk_config
from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import ArticleId, DeletionReason
from functions.shared.domain.references import reference as reference_of

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_TICKET = "/api/v1/desk/tickets/<reference>"


class Deletion(BaseModel):
    """Why the ticket is deleted, and its reference once more. The note is never the customer's words: it stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: DeletionReason
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    confirm: Annotated[str, StringConstraints(max_length=40)]


class DeletedTicket(BaseModel):
    """What is known of a deleted ticket; `erased_at` is missing as long as its content is being erased."""

    model_config = ConfigDict(frozen=True)

    reference: str
    deleted_at: AwareDatetime
    by: Actor
    reason: DeletionReason
    note: str
    erased_at: AwareDatetime | None
    article: ArticleId | None

    @classmethod
    def of(cls, deleted: Deleted, prefix: str) -> "DeletedTicket":
        """The answer that tells of `deleted`."""
        left = deleted.tombstone
        return cls(
            reference=reference_of(left.id, prefix),
            deleted_at=left.deleted_at,
            by=left.by,
            reason=left.reason,
            note=left.note,
            erased_at=left.erased_at,
            article=deleted.article.id if deleted.article else None,
        )


@router.post(f"{_TICKET}/delete")
def delete(reference: str, wish: Deletion) -> DeletedTicket:
    """Delete the ticket for good; asking again answers the same."""
    principal = authenticate(router.current_event)
    deleting().delete(
        principal, reference, reason=wish.reason, note=wish.note, confirm=wish.confirm, now=datetime.now(UTC)
    )
    return DeletedTicket.of(deleting().look(principal, reference), desk_config().desk.prefix)


@router.get(f"{_TICKET}/deletion")
def show(reference: str) -> DeletedTicket:
    """Who deleted the ticket, when and why."""
    principal = authenticate(router.current_event)
    return DeletedTicket.of(deleting().look(principal, reference), desk_config().desk.prefix)
