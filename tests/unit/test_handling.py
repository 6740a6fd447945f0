"""A ticket is led through the steps of its procedure, and required work keeps it from being resolved."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.shared.contracts.events import ReplySent, TicketUpdated
from functions.shared.contracts.handling_events import ChecklistAdded, ProcedureStarted, StepCompleted
from functions.shared.contracts.words import Priority, RootCause, Status
from functions.shared.domain import handling
from functions.shared.domain.decisions import resolve
from functions.shared.domain.errors import (
    IllegalTransition,
    InvalidInput,
    ItemNotFound,
    StepNotFound,
    StepUnfinished,
    WorkOpen,
)
from functions.shared.domain.procedures import Checklist, Procedure
from functions.shared.domain.ticket import Ticket, evolve
from tests.factories import AGENT, NOON, default_config, make_message, make_ticket

SLA = default_config().sla
BY = {"actor": AGENT, "now": NOON}
PROCEDURE = Procedure.model_validate(
    {
        "id": "any",
        "name": {"zh": "流程", "en": "Procedure"},
        "calendar": "always",
        "steps": [
            {
                "id": "first",
                "name": {"zh": "一", "en": "First"},
                "within": {"P1": "1h"},
                "exit": {"fields": ["module", "fields.contract_no"]},
            },
            {
                "id": "second",
                "name": {"zh": "二", "en": "Second"},
                "within": "2h",
                "required": True,
                "exit": {"checklists": ["list"], "customer_told": True},
            },
            {"id": "third", "name": {"zh": "三", "en": "Third"}},
        ],
    }
)
CHECKLIST = Checklist.model_validate(
    {
        "id": "list",
        "name": {"zh": "清单", "en": "List"},
        "items": [
            {"id": "must", "text": {"zh": "必须", "en": "Must"}},
            {"id": "may", "text": {"zh": "可以", "en": "May"}, "required": False},
        ],
    }
)


def after(ticket: Ticket, events: Any) -> Ticket:
    for event in events:
        ticket = evolve(ticket, event)
    return ticket


def handled(**changes: Any) -> Ticket:
    """A P1 ticket that has just begun the procedure."""
    ticket = make_ticket(**{"priority": Priority.P1, "status": Status.OPEN, "team": "first-line", **changes})
    return after(ticket, handling.start_procedure(ticket, PROCEDURE, SLA, **BY))


def complete(ticket: Ticket, step: str, **more: Any) -> Ticket:
    return after(ticket, handling.complete_step(ticket, step, SLA, **{**BY, **more}))


def states(ticket: Ticket) -> list[str]:
    return [step.state for step in ticket.procedure.steps]


def solve(ticket: Ticket) -> Ticket:
    return after(ticket, resolve(ticket, root_cause=RootCause.DEFECT, cause="", solution="重启", **BY))


FILLED = {"module": "login", "fields": {"contract_no": "C-1"}}


def test_a_procedure_begins_with_its_first_step_due_by_the_tickets_priority():
    ticket = handled()

    assert states(ticket) == ["current", "later", "later"]
    assert ticket.procedure.current.due_at == NOON + timedelta(hours=1)
    assert handled(priority=Priority.P3).procedure.current.due_at is None
    assert handling.start_procedure(ticket, PROCEDURE, SLA, **BY) == []


def test_a_step_that_is_done_starts_the_next_ones_time():
    ticket = complete(handled(**FILLED), "first", now=NOON + timedelta(minutes=10), note="找到了")

    assert states(ticket) == ["completed", "current", "later"]
    first, second, _ = ticket.procedure.steps
    assert (first.ended_by, first.note) == ("li-na", "找到了")
    assert second.due_at == NOON + timedelta(minutes=130)
    assert handling.complete_step(ticket, "first", SLA, **BY) == []


def test_what_a_step_asks_for_is_said_and_can_be_filled_with_it():
    ticket = handled()

    with pytest.raises(StepUnfinished) as refused:
        complete(ticket, "first")
    assert refused.value.missing == (("field", "module"), ("field", "fields.contract_no"))

    filled = {"module": "login", "fields.contract_no": "C-1", "fields.other": "x"}
    events = handling.complete_step(ticket, "first", SLA, **BY, fields=filled)
    assert [type(event) for event in events] == [TicketUpdated, StepCompleted]
    ticket = after(ticket, events)
    assert (ticket.module, ticket.fields) == ("login", {"contract_no": "C-1"})


def test_a_step_waits_for_its_checklist_and_for_word_to_the_customer():
    ticket = complete(handled(**FILLED), "first")
    ticket = after(ticket, handling.add_checklist(ticket, CHECKLIST, **BY))

    with pytest.raises(StepUnfinished) as refused:
        complete(ticket, "second")
    assert refused.value.missing == (("checklist", "list"), ("customer_told", ""))

    ticket = after(ticket, handling.tick(ticket, "list", "must", is_done=True, **BY))
    ticket = after(ticket, [ticket.happening(ReplySent, **BY, message=make_message())])
    assert states(complete(ticket, "second")) == ["completed", "completed", "current"]


def test_word_to_the_customer_from_before_the_step_does_not_count():
    ticket = handled(**FILLED, last_reply_at=NOON - timedelta(hours=1))
    ticket = complete(ticket, "first")

    with pytest.raises(StepUnfinished, match="customer_told"):
        complete(ticket, "second")


def test_a_step_may_be_skipped_with_a_reason_only():
    ticket = handled()

    with pytest.raises(InvalidInput):
        handling.skip_step(ticket, "first", SLA, **BY, note="  ")
    assert states(after(ticket, handling.skip_step(ticket, "first", SLA, **BY, note="不需要")))[0] == "skipped"


def test_only_the_step_at_hand_can_end():
    ticket = handled()

    with pytest.raises(IllegalTransition):
        complete(ticket, "second")
    with pytest.raises(StepNotFound):
        complete(ticket, "nothing")
    with pytest.raises(StepNotFound):
        complete(make_ticket(), "first")
    skipped = after(ticket, handling.skip_step(ticket, "first", SLA, **BY, note="不需要"))
    with pytest.raises(IllegalTransition):
        complete(skipped, "first")


def test_required_work_keeps_a_ticket_from_being_resolved_and_is_named():
    ticket = handled(**FILLED)
    ticket = after(ticket, handling.add_checklist(ticket, CHECKLIST, **BY))

    with pytest.raises(WorkOpen) as refused:
        solve(ticket)
    assert [work.en for work in refused.value.open_work] == ["Second", "Must"]

    ticket = after(ticket, handling.tick(ticket, "list", "must", is_done=True, **BY))
    ticket = complete(ticket, "first")
    ticket = after(ticket, handling.skip_step(ticket, "second", SLA, **BY, note="不需要"))
    assert solve(ticket).status is Status.RESOLVED  # the third step and the item that may be done are open


def test_an_item_is_ticked_once_and_can_be_taken_back():
    ticket = make_ticket(status=Status.OPEN)
    ticket = after(ticket, handling.add_checklist(ticket, CHECKLIST, **BY))
    ticket = after(ticket, handling.tick(ticket, "list", "must", is_done=True, **BY))

    assert ticket.checklists["list"].item("must").done_by == "li-na"
    assert handling.tick(ticket, "list", "must", is_done=True, **BY) == []
    ticket = after(ticket, handling.tick(ticket, "list", "must", is_done=False, **BY))
    assert ticket.checklists["list"].item("must").done_at is None
    with pytest.raises(ItemNotFound):
        handling.tick(ticket, "list", "nothing", is_done=True, **BY)
    with pytest.raises(ItemNotFound):
        handling.tick(ticket, "nothing", "must", is_done=True, **BY)


def test_nothing_moves_on_a_ticket_that_is_resolved():
    ticket = handled(**FILLED).with_changes(status=Status.RESOLVED)

    with pytest.raises(IllegalTransition):
        complete(ticket, "first")
    with pytest.raises(IllegalTransition):
        handling.add_checklist(ticket, CHECKLIST, **BY)


def test_a_ticket_keeps_the_steps_it_began_with_and_a_stored_head_reads_back():
    ticket = handled()
    ticket = after(ticket, handling.add_checklist(ticket, CHECKLIST, **BY))

    assert Ticket.model_validate_json(ticket.model_dump_json(exclude_none=True)) == ticket


def test_names_within_a_procedure_or_checklist_are_distinct():
    for kind, whole in ((Procedure, PROCEDURE), (Checklist, CHECKLIST)):
        part = "steps" if kind is Procedure else "items"
        content = whole.model_dump()
        with pytest.raises(ValidationError, match="are called"):
            kind.model_validate({**content, part: [content[part][0], content[part][0]]})


@settings(deadline=None)
@given(acts=st.lists(st.sampled_from(["first", "second", "third", "skip"]), max_size=8))
def test_there_is_never_more_than_one_step_at_hand_and_they_come_in_order(acts):
    ticket = handled(**FILLED)
    for act in acts:
        current = ticket.procedure.current
        step = current.step.id if act == "skip" and current else act
        try:
            if act == "skip" and current:
                ticket = after(ticket, handling.skip_step(ticket, step, SLA, **BY, note="不需要"))
            else:
                ticket = complete(ticket, step)
        except (IllegalTransition, StepNotFound):
            continue
        assert states(ticket).count("current") <= 1
        ended = [step.ended_at is not None for step in ticket.procedure.steps]
        assert ended == sorted(ended, reverse=True)


def test_rules_start_procedures_and_add_checklists_of_the_default_desk():
    config = default_config()

    for procedure in config.procedures:
        ticket = make_ticket(priority=Priority.P0, status=Status.OPEN)
        [started] = handling.start_procedure(ticket, procedure, config.sla, **BY)
        assert isinstance(started, ProcedureStarted)
        assert started.due_at
    for checklist in config.checklists:
        [added] = handling.add_checklist(ticket, checklist, **BY)
        assert isinstance(added, ChecklistAdded)
