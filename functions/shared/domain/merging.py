"""Merging two tickets about one thing, taking it back, and finding the ticket that goes on.

Both tickets change together: a duplicate only ever gets a pointer to a ticket that has none itself, seen in the same
transaction. So pointers form trees, and no sequence of merges makes a circle.
"""

from collections.abc import Callable, Collection, Sequence

from pydantic import AwareDatetime

from functions.shared.contracts.events import Actor, TicketEvent
from functions.shared.contracts.merge_events import TicketLetGo, TicketMerged, TicketTakenIn, TicketUnmerged
from functions.shared.contracts.words import ContactId, Status, TicketId
from functions.shared.domain.errors import IllegalTransition, MergeRefused, TicketGone
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket

Both = tuple[Sequence[TicketEvent], Sequence[TicketEvent]]
"""What happens to the duplicate, and what to the ticket that goes on."""


def merge(
    ticket: Ticket, into: Ticket, *, same_person: Collection[ContactId], actor: Actor, now: AwareDatetime
) -> Both:
    """`ticket` is a duplicate of `into`, which goes on for both. Nothing where it was merged into it already.

    Args:
        same_person: the contacts that are known to be the same person as the duplicate's.

    Raises:
        MergeRefused: saying why.
    """
    if ticket.merged_into == into.id:
        return (), ()
    if why := _obstacle(ticket, into, same_person):
        raise MergeRefused(why)
    merged = ticket.happening(TicketMerged, actor=actor, now=now, into=into.id, title=into.title)
    taken_in = into.happening(TicketTakenIn, actor=actor, now=now, merged=ticket.id, title=ticket.title)
    return (merged,), (taken_in,)


def unmerge(ticket: Ticket, into: Ticket, *, actor: Actor, now: AwareDatetime) -> Both:
    """`ticket` goes its own way again, from the status that it had before; nothing where nobody merged it.

    Raises:
        IllegalTransition: it was merged into another ticket meanwhile.
    """
    if ticket.merged_into is None:
        return (), ()
    if ticket.merged_into != into.id:
        raise IllegalTransition(Saying.of("reason.merged_elsewhere"))
    status = ticket.merged_as or Status.OPEN
    unmerged = ticket.happening(TicketUnmerged, actor=actor, now=now, into=into.id, status=status)
    return (unmerged,), (into.happening(TicketLetGo, actor=actor, now=now, merged=ticket.id),)


def unmerge_from_deleted(ticket: Ticket, *, actor: Actor, now: AwareDatetime) -> Sequence[TicketEvent]:
    """As `unmerge`, where the ticket that went on was deleted meanwhile."""
    if ticket.merged_into is None:
        return ()
    status = ticket.merged_as or Status.OPEN
    return (ticket.happening(TicketUnmerged, actor=actor, now=now, into=ticket.merged_into, status=status),)


def survivor(ticket: Ticket, get: Callable[[TicketId], Ticket]) -> Ticket:
    """The ticket that goes on for `ticket`: the end of the chain of pointers; itself where they lead in a circle.

    Where that end was deleted, the last one before it goes on.
    """
    end, seen = ticket, {ticket.id}
    while end.merged_into:
        if end.merged_into in seen:
            return ticket
        try:
            end = get(end.merged_into)
        except TicketGone:
            return end
        seen.add(end.id)
    return end


def _obstacle(ticket: Ticket, into: Ticket, same_person: Collection[ContactId]) -> str | None:
    """Why the two cannot be merged, if anything is against it; the console has a sentence for each word."""
    if into.id == ticket.id:
        return "itself"
    if ticket.merged_into:
        return "merged_already"
    if into.merged_into:
        return "circle" if into.merged_into == ticket.id else "target_merged"
    if ticket.desk != into.desk:
        return "other_desk"
    if ticket.status is Status.CLOSED:
        return "closed"
    if into.status is Status.CLOSED:
        return "target_closed"
    if ticket.status is Status.NEW:
        return "untriaged"
    if ticket.declared:
        return "incident"
    if not _is_same_customer(ticket, into, same_person):
        return "other_customer"
    return None


def _is_same_customer(ticket: Ticket, into: Ticket, same_person: Collection[ContactId]) -> bool:
    if into.contact.id == ticket.contact.id or into.contact.id in same_person:
        return True
    return bool(ticket.company and into.company and ticket.company.id == into.company.id)
