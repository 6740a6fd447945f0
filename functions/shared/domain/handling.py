"""What may be done about a ticket's procedure and checklists: pure commands that return the events which follow."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import AwareDatetime

from functions.shared.contracts.events import Actor, TicketEvent, TicketUpdated
from functions.shared.contracts.handling_events import (
    ChecklistAdded,
    ItemTicked,
    ItemUnticked,
    ProcedureStarted,
    Step,
    StepCompleted,
    StepSkipped,
    Words,
)
from functions.shared.contracts.words import Priority
from functions.shared.domain.calendar import parse_target
from functions.shared.domain.errors import (
    IllegalTransition,
    InvalidInput,
    ItemNotFound,
    StepNotFound,
    StepUnfinished,
)
from functions.shared.domain.facts import OWN_FIELDS
from functions.shared.domain.policies import Sla
from functions.shared.domain.procedures import Checklist, Procedure, words
from functions.shared.domain.progress import StepProgress, StepState
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.working_time import BeyondHorizon, NoWorkingTime


def starting(ticket: Ticket, procedure: Procedure, sla: Sla, now: AwareDatetime) -> dict[str, Any] | None:
    """What the event says by which `procedure` begins; None where the ticket is handled by it already."""
    if ticket.procedure and ticket.procedure.id == procedure.id:
        return None
    steps = procedure.planned
    due_at = due_of(steps[0], ticket.priority, sla, now)
    return {"procedure": procedure.id, "title": words(procedure.name), "steps": steps, "due_at": due_at}


def adding(ticket: Ticket, checklist: Checklist) -> dict[str, Any] | None:
    """What the event says by which `checklist` is added; None where the ticket has it already."""
    if checklist.id in ticket.checklists:
        return None
    return {"checklist": checklist.id, "title": words(checklist.name), "items": checklist.listed}


def start_procedure(
    ticket: Ticket, procedure: Procedure, sla: Sla, *, actor: Actor, now: AwareDatetime
) -> list[TicketEvent]:
    """The ticket is handled by `procedure` from now on, whatever it was handled by before."""
    _require_active(ticket)
    started = starting(ticket, procedure, sla, now)
    return [ticket.happening(ProcedureStarted, actor=actor, now=now, **started)] if started else []


def add_checklist(ticket: Ticket, checklist: Checklist, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    _require_active(ticket)
    added = adding(ticket, checklist)
    return [ticket.happening(ChecklistAdded, actor=actor, now=now, **added)] if added else []


def complete_step(
    ticket: Ticket,
    step_id: str,
    sla: Sla,
    *,
    actor: Actor,
    now: AwareDatetime,
    note: str = "",
    fields: Mapping[str, Any] | None = None,
) -> list[TicketEvent]:
    """The step at hand is done, and the next begins; `fields` fills what the step asks for.

    Raises:
        StepNotFound: the ticket's procedure has no such step.
        StepUnfinished: something that the step asks for is not so yet; says what.
        IllegalTransition: the step is not the one at hand.
    """
    current = _at_hand(ticket, step_id, "completed")
    if current is None:
        return []
    events = _filled(ticket, current.step, fields or {}, actor=actor, now=now)
    for event in events:
        ticket = evolve(ticket, event)
    if missing := list(unmet(ticket, current)):
        raise StepUnfinished(missing)
    ended = {"note": note, **_ending(ticket, step_id, sla, now)}
    return [*events, ticket.happening(StepCompleted, actor=actor, now=now, **ended)]


def skip_step(
    ticket: Ticket, step_id: str, sla: Sla, *, actor: Actor, now: AwareDatetime, note: str
) -> list[TicketEvent]:
    """The step at hand is not needed, and the next begins.

    Raises:
        StepNotFound, IllegalTransition: as for `complete_step`.
        InvalidInput: the note does not say why.
    """
    if _at_hand(ticket, step_id, "skipped") is None:
        return []
    if not note.strip():
        raise InvalidInput.of("note", "required", Saying.of("procedure.say_why"))
    ended = {"note": note, **_ending(ticket, step_id, sla, now)}
    return [ticket.happening(StepSkipped, actor=actor, now=now, **ended)]


def tick(
    ticket: Ticket, checklist_id: str, item_id: str, *, is_done: bool, actor: Actor, now: AwareDatetime
) -> list[TicketEvent]:
    """The item is done, or after all it is not.

    Raises:
        ItemNotFound: the ticket has no such checklist, or that no such item.
    """
    checklist = ticket.checklists.get(checklist_id)
    line = checklist.item(item_id) if checklist else None
    if line is None:
        raise ItemNotFound(f"{checklist_id}/{item_id}")
    _require_active(ticket)
    if (line.done_at is not None) == is_done:
        return []
    kind = ItemTicked if is_done else ItemUnticked
    return [ticket.happening(kind, actor=actor, now=now, checklist=checklist_id, item=item_id, title=line.item.text)]


def open_work(ticket: Ticket) -> list[Words]:
    """What must be done before the ticket may be resolved: required steps and required items, by their names."""
    procedure = ticket.procedure
    steps = [
        step.step.name
        for step in (procedure.steps if procedure else ())
        if step.step.is_required and step.ended_at is None
    ]
    return steps + [item.text for checklist in ticket.checklists.values() for item in checklist.open_items]


def unmet(ticket: Ticket, current: StepProgress) -> Iterator[tuple[str, str]]:
    """What the step at hand asks for and is not so: `field` with its name, `checklist` with its id, `customer_told`."""
    step = current.step
    yield from (("field", name) for name in step.fields if _value(ticket, name) in (None, "", (), []))
    for checklist_id in step.checklists:
        checklist = ticket.checklists.get(checklist_id)
        if checklist and checklist.open_items:
            yield "checklist", checklist_id
    told_at = ticket.last_reply_at
    if step.is_customer_told and (told_at is None or (current.started_at and told_at < current.started_at)):
        yield "customer_told", ""


def due_of(step: Step, priority: Priority | None, sla: Sla, start: AwareDatetime) -> AwareDatetime | None:
    """When a step is due that begins at `start`; None without a limit, or by a calendar that has gone or run out."""
    limit = step.limits.get(priority) if priority else None
    working_time = sla.working_times.get(limit.calendar) if limit else None
    if limit is None or working_time is None:
        return None
    try:
        return working_time.due(start, parse_target(limit.target), [])
    except (NoWorkingTime, BeyondHorizon):
        return None


def _ending(ticket: Ticket, step_id: str, sla: Sla, now: AwareDatetime) -> dict[str, Any]:
    procedure = ticket.procedure
    ending = procedure.step(step_id) if procedure else None
    assert procedure  # there is a step at hand
    assert ending
    following = procedure.after(step_id)
    due_at = due_of(following, ticket.priority, sla, now) if following else None
    return {
        "procedure": procedure.id,
        "step": step_id,
        "title": ending.step.name,
        "next_step": following.id if following else None,
        "next_due_at": due_at,
    }


def _at_hand(ticket: Ticket, step_id: str, wanted: StepState) -> StepProgress | None:
    """The step, which must be the one at hand; None where it has ended as `wanted` already."""
    found = ticket.procedure.step(step_id) if ticket.procedure else None
    if found is None:
        raise StepNotFound(step_id)
    if found.state == wanted:
        return None
    _require_active(ticket)
    if found.state != "current":
        raise IllegalTransition(Saying.of("reason.not_at_hand"))
    return found


def _filled(
    ticket: Ticket, step: Step, fields: Mapping[str, Any], *, actor: Actor, now: AwareDatetime
) -> list[TicketEvent]:
    """What the step asks for and was not known; nothing else is changed here."""
    new = {name: fields[name] for name in step.fields if fields.get(name) and fields[name] != _value(ticket, name)}
    if not new:
        return []
    own = {name.removeprefix(OWN_FIELDS): value for name, value in new.items() if name.startswith(OWN_FIELDS)}
    told = {name: value for name, value in new.items() if not name.startswith(OWN_FIELDS)}
    old = {name: _value(ticket, name) for name in new}
    return [ticket.happening(TicketUpdated, actor=actor, now=now, **told, fields=own, old=old)]


def _value(ticket: Ticket, name: str) -> Any:
    if name.startswith(OWN_FIELDS):
        return ticket.fields.get(name.removeprefix(OWN_FIELDS))
    return getattr(ticket, name)


def _require_active(ticket: Ticket) -> None:
    if not ticket.status.is_active:
        raise IllegalTransition(Saying.of("reason.reopen_first", status=Saying.of(f"status.{ticket.status}")))
