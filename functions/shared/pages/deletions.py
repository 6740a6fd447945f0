"""What is told of a deleted ticket, to people of the desk and to others."""

from zoneinfo import ZoneInfo

from functions.shared.contracts.handling_events import Words
from functions.shared.domain.errors import TicketGone
from functions.shared.domain.saying import Saying
from functions.shared.pages import times
from functions.shared.pages.languages import catalogue


def for_staff(gone: TicketGone, zone: ZoneInfo) -> TicketGone:
    """Who deleted the ticket, when and why."""
    left = gone.tombstone
    return TicketGone(
        left,
        Saying.of(
            "reason.deleted_by",
            name=left.by.name or left.by.id,
            at=Words(
                zh=times.full(left.deleted_at, zone, catalogue("zh")),
                en=times.full(left.deleted_at, zone, catalogue("en")),
            ),
            reason=Saying.of(f"deletion.{left.reason}"),
        ),
    )


def for_customers(gone: TicketGone) -> TicketGone:
    """What they can do; who deleted it is nothing to them."""
    return TicketGone(gone.tombstone, Saying.of("reason.report_again"))
