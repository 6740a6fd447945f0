"""What may happen to a ticket: pure commands that return the events which follow, or refuse.

An empty list means that the wish is already fulfilled.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import AwareDatetime

from functions.shared.contracts.events import (
    Actor,
    Company,
    Contact,
    DetailsProvided,
    EscalationAcknowledged,
    MailBounced,
    Message,
    MessageReceived,
    NoteAdded,
    PriorityChanged,
    Problem,
    Reason,
    ReplySent,
    TicketAssigned,
    TicketClosed,
    TicketEvent,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketWaiting,
)
from functions.shared.contracts.incident_events import IncidentEnded
from functions.shared.contracts.words import (
    Channel,
    DeskId,
    Language,
    Metric,
    Priority,
    RootCause,
    Slug,
    Status,
    TicketId,
)
from functions.shared.domain.errors import IllegalTransition, WorkOpen
from functions.shared.domain.handling import open_work
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket, event_id, evolve

Command = Callable[[Ticket], Sequence[TicketEvent]]

WAITING = (Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY)


def open_ticket(
    ticket_id: TicketId,
    *,
    desk: DeskId,
    channel: Channel,
    language: Language,
    contact: Contact,
    company: Company | None,
    problem: Problem,
    actor: Actor,
    now: AwareDatetime,
    missing: tuple[str, ...] = (),
    is_machine: bool = False,
    mailbox: str | None = None,
    related_to: TicketId | None = None,
    form: Slug | None = None,
    answers_to: str | None = None,
) -> TicketOpened:
    """The first event of a new ticket."""
    return TicketOpened(
        event_id=event_id(ticket_id, 1),
        desk=desk,
        ticket_id=ticket_id,
        sequence=1,
        occurred_at=now,
        actor=actor,
        channel=channel,
        language=language,
        contact=contact,
        company=company,
        problem=problem,
        missing=missing,
        is_machine=is_machine,
        mailbox=mailbox,
        related_to=related_to,
        form=form,
        answers_to=answers_to,
    )


def receive(
    ticket: Ticket, message: Message, *, channel: Channel, actor: Actor, now: AwareDatetime, is_machine: bool = False
) -> list[TicketEvent]:
    """A message joins the ticket; a person's message wakes a ticket that waits for the customer or is solved."""
    received = ticket.happening(
        MessageReceived, actor=actor, now=now, channel=channel, message=message, is_machine=is_machine
    )
    if is_machine:
        return [received]
    ticket = evolve(ticket, received)
    if ticket.status is Status.WAITING_CUSTOMER:
        return [received, ticket.happening(TicketResumed, actor=actor, now=now)]
    if not ticket.status.is_active:
        return [received, ticket.happening(TicketReopened, actor=actor, now=now)]
    return [received]


def provide_details(
    ticket: Ticket, *, channel: Channel, actor: Actor, now: AwareDatetime, missing: tuple[str, ...], **details: Any
) -> list[TicketEvent]:
    """Fill in what the ticket lacked with `details`, the fields of `DetailsProvided`; `missing` is what it lacks still.

    A ticket that waits for the customer wakes when it is the customer who fills it in.

    Raises:
        IllegalTransition: the ticket was merged; what it lacked is asked on the one that goes on.
    """
    if ticket.merged_into:
        raise IllegalTransition(Saying.of("reason.merged"))
    provided = ticket.happening(DetailsProvided, actor=actor, now=now, channel=channel, missing=missing, **details)
    after = evolve(ticket, provided)
    if actor.kind == "customer" and after.status is Status.WAITING_CUSTOMER:
        return [provided, after.happening(TicketResumed, actor=actor, now=now)]
    return [provided]


def come_back(
    ticket: Ticket, message: Message, *, actor: Actor, now: AwareDatetime, **bounce: str | None
) -> list[TicketEvent]:
    """A mail of ours came back with `message`; `bounce` says whom it did not reach, and how it was called."""
    received = ticket.happening(
        MessageReceived, actor=actor, now=now, channel=Channel.EMAIL, message=message, is_machine=True
    )
    return [received, evolve(ticket, received).happening(MailBounced, actor=actor, now=now, **bounce)]


def reply(
    ticket: Ticket, message: Message, *, actor: Actor, now: AwareDatetime, then_wait: bool = False
) -> list[TicketEvent]:
    """An agent answers the customer, and perhaps waits for their answer."""
    _refuse_closed(ticket)
    sent = ticket.happening(ReplySent, actor=actor, now=now, message=message)
    if not then_wait:
        return [sent]
    after = evolve(ticket, sent)
    return [sent, *wait(after, Status.WAITING_CUSTOMER, actor=actor, now=now)]


def note(ticket: Ticket, message: Message, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """An agent tells colleagues something; allowed on any ticket."""
    return [ticket.happening(NoteAdded, actor=actor, now=now, message=message)]


def assign(
    ticket: Ticket,
    team: Slug,
    assignee: Slug | None,
    *,
    actor: Actor,
    now: AwareDatetime,
    reasons: tuple[Reason, ...] = (),
) -> list[TicketEvent]:
    """The ticket goes to `team`, and to `assignee` where there is one."""
    _refuse_closed(ticket)
    if (ticket.team, ticket.assignee) == (team, assignee):
        return []
    return [
        ticket.happening(
            TicketAssigned,
            actor=actor,
            now=now,
            reasons=reasons,
            team=team,
            assignee=assignee,
            old_team=ticket.team,
            old_assignee=ticket.assignee,
        )
    ]


def change_priority(ticket: Ticket, priority: Priority, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """The ticket gets `priority`.

    Raises:
        IllegalTransition: the ticket was not triaged yet, or is closed.
    """
    _refuse_closed(ticket)
    if ticket.priority is None:
        raise IllegalTransition(Saying.of("reason.not_triaged"))
    if ticket.priority is priority:
        return []
    return [ticket.happening(PriorityChanged, actor=actor, now=now, old=ticket.priority, new=priority)]


def wait(ticket: Ticket, status: Status, *, actor: Actor, now: AwareDatetime, note: str = "") -> list[TicketEvent]:
    """Work rests in `status` until the customer or a third party acts.

    Raises:
        IllegalTransition: the ticket is resolved or closed, or `status` is not a waiting one.
    """
    if status not in WAITING:
        raise IllegalTransition(Saying.of("reason.no_waiting", status=Saying.of(f"status.{status}")))
    if not ticket.status.is_active:
        raise IllegalTransition(Saying.of("reason.reopen_first", status=Saying.of(f"status.{ticket.status}")))
    if ticket.status is status:
        return []
    return [ticket.happening(TicketWaiting, actor=actor, now=now, status=status, note=note)]


def resume(ticket: Ticket, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """Work on a waiting ticket goes on."""
    if ticket.status not in WAITING:
        return []
    return [ticket.happening(TicketResumed, actor=actor, now=now)]


def acknowledge(ticket: Ticket, *, actor: Actor, now: AwareDatetime, metric: Metric | None = None) -> list[TicketEvent]:
    """Somebody knows that a deadline has passed (of `metric`, or any) and looks after it.

    Raises:
        IllegalTransition: no deadline of work still open has passed.
    """
    late = [
        clock
        for clock in ticket.clocks.values()
        if clock.breached_at and clock.state != "stopped" and metric in (None, clock.metric)
    ]
    if not late:
        raise IllegalTransition(Saying.of("reason.nothing_late"))
    events: list[TicketEvent] = []
    for clock in late:
        if clock.awaits_acknowledgement:
            fields = {"metric": clock.metric, "cycle": clock.cycle, "level": clock.escalation_level}
            events.append(ticket.happening(EscalationAcknowledged, actor=actor, now=now, **fields))
            ticket = evolve(ticket, events[-1])
    return events


def resolve(
    ticket: Ticket, *, root_cause: RootCause, cause: str, solution: str, actor: Actor, now: AwareDatetime
) -> list[TicketEvent]:
    """The problem is solved, with what caused it and what helped.

    Raises:
        IllegalTransition: the ticket is resolved or closed already.
        WorkOpen: a required step or item is open.
    """
    if not ticket.status.is_active:
        raise IllegalTransition(Saying.of("reason.is_already", status=Saying.of(f"status.{ticket.status}")))
    if left := open_work(ticket):
        raise WorkOpen(left)
    told = {"root_cause": root_cause, "cause": cause, "solution": solution}
    resolved = ticket.happening(TicketResolved, actor=actor, now=now, **told)
    if ticket.declared is None:
        return [resolved]
    return [resolved, evolve(ticket, resolved).happening(IncidentEnded, actor=actor, now=now)]


def reopen(ticket: Ticket, *, actor: Actor, now: AwareDatetime, note: str = "") -> list[TicketEvent]:
    """Work begins again on a ticket thought solved."""
    if ticket.status.is_active:
        raise IllegalTransition(Saying.of("reason.still_open"))
    if ticket.merged_into:
        raise IllegalTransition(Saying.of("reason.unmerge_instead"))
    return [ticket.happening(TicketReopened, actor=actor, now=now, note=note)]


def close(ticket: Ticket, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """A resolved ticket is put away."""
    if ticket.status is Status.CLOSED:
        return []
    if ticket.status is not Status.RESOLVED:
        raise IllegalTransition(Saying.of("reason.resolve_first"))
    return [ticket.happening(TicketClosed, actor=actor, now=now)]


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.status is Status.CLOSED:
        raise IllegalTransition(Saying.of("reason.reopen_first", status=Saying.of("status.closed")))
