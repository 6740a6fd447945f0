"""What rules decide about a ticket that was triaged before becomes events, and only what changes does."""

from typing import Any

from functions.shared.contracts.events import (
    AttentionCalled,
    AutomaticReplySent,
    PriorityChanged,
    TicketAssigned,
    TicketEvent,
    TicketUpdated,
)
from functions.shared.contracts.words import Priority
from functions.shared.domain.assignment import Choice
from functions.shared.domain.enactment import enact, standing
from functions.shared.domain.facts import Facts
from functions.shared.domain.rules import Occasion, Rule, run
from functions.shared.domain.ticket import Ticket, evolve
from tests.factories import NOON, default_config, make_company, make_contact, make_ticket

CONFIG = default_config().model_copy(update={"version": 7})
TRIAGED: dict[str, Any] = {
    "priority": Priority.P2,
    "team": "first-line",
    "assignee": "li-na",
    "module": "login",
    "tags": ("a",),
    "company": make_company(account_manager="chen-jing"),
}


def nobody(_wanted):
    return Choice(None, ())


def first_of_the_team(wanted):
    return Choice(CONFIG.members(wanted.team)[0], ())


def acted(*then: dict[str, Any], choose=nobody, **changes: Any) -> tuple[Ticket, list[TicketEvent]]:
    """The ticket after a rule that does `then`, and what the rule made happen."""
    ticket = make_ticket(**{**TRIAGED, **changes})
    rule = Rule.model_validate({"id": "any", "name": {"zh": "规则", "en": "Any"}, "on": ["message"], "then": then})
    config = CONFIG.model_copy(update={"rules": (rule,)})
    tried = run([rule], Facts({}), standing(ticket), occasion=Occasion.MESSAGE, at=NOON)
    events = enact(ticket, tried, config, choose=choose, now=NOON)
    for event in events:
        ticket = evolve(ticket, event)
    return ticket, events


def test_each_decision_is_an_event_that_names_its_rule_and_version():
    ticket, events = acted(
        {"do": "set_priority", "priority": "P0"},
        {"do": "set_team", "team": "engineering"},
        {"do": "add_tags", "tags": ["b"]},
        {"do": "set_field", "field": "module", "value": "api"},
        {"do": "set_field", "field": "fields.contract_no", "value": "C-1"},
        {"do": "set_policy", "policy": "standard"},
        {"do": "notify", "to": ["account_manager"]},
    )

    assert [type(event) for event in events] == [TicketUpdated, PriorityChanged, TicketAssigned, AttentionCalled]
    assert all(event.reasons[0].rule == "any" and event.config_version == 7 for event in events)
    assert (ticket.priority, ticket.team, ticket.assignee) == (Priority.P0, "engineering", None)
    assert (ticket.module, ticket.tags, ticket.policy) == ("api", ("a", "b"), "standard")
    assert ticket.fields["contract_no"] == "C-1"
    assert events[0].old == {"module": "login", "tags": ("a",), "policy": None, "fields.contract_no": None}
    assert events[-1].recipients == ("chen-jing",)


def test_what_is_so_already_is_not_told_again():
    _, events = acted(
        {"do": "set_priority", "priority": "P2"},
        {"do": "raise_priority", "priority": "P3"},
        {"do": "set_team", "team": "first-line"},
        {"do": "assign", "person": "li-na"},
        {"do": "add_tags", "tags": ["a"]},
        {"do": "set_field", "field": "module", "value": "login"},
    )

    assert events == []


def test_a_team_without_a_person_named_asks_for_somebody_of_it():
    ticket, [moved] = acted({"do": "set_team", "team": "finance"}, choose=first_of_the_team)

    assert isinstance(moved, TicketAssigned)
    assert (ticket.team, ticket.assignee) == ("finance", "xu-fang")
    assert (moved.old_team, moved.old_assignee) == ("first-line", "li-na")


def test_a_person_chosen_from_another_team_brings_the_ticket_to_their_team():
    def whoever_is_named(wanted):
        return Choice(CONFIG.person(wanted.person), ())

    ticket, [moved] = acted({"do": "assign", "person": "xu-fang"}, choose=whoever_is_named)

    assert isinstance(moved, TicketAssigned)
    assert (ticket.team, ticket.assignee) == ("finance", "xu-fang")
    assert [reason.code for reason in moved.reasons] == ["rule_matched", "team_by_person"]


def test_a_person_chosen_together_with_a_team_works_for_that_team():
    def whoever_is_named(wanted):
        return Choice(CONFIG.person(wanted.person), ())

    team, person = {"do": "set_team", "team": "engineering"}, {"do": "assign", "person": "xu-fang"}
    ticket, _ = acted(team, person, choose=whoever_is_named)

    assert (ticket.team, ticket.assignee) == ("engineering", "xu-fang")


def test_standard_fields_are_written_and_the_event_tells_what_was_before():
    ticket, [updated] = acted(
        *({"do": "set_field", "field": field, "value": value} for field, value in WRITTEN.items()), urgency="low"
    )

    assert isinstance(updated, TicketUpdated)
    assert {name: getattr(ticket, name) for name in WRITTEN} == WRITTEN
    assert updated.old == {"impact": None, "urgency": "low", "language": "zh"}
    assert ticket.priority is Priority.P2


WRITTEN = {"impact": "company", "urgency": "high", "language": "en"}


def test_a_field_of_several_choices_takes_a_list():
    ticket, _ = acted({"do": "set_field", "field": "fields.devices", "value": ["phone", "tablet"]})
    assert ticket.fields["devices"] == ["phone", "tablet"]

    again, events = acted(
        {"do": "set_field", "field": "fields.devices", "value": ["phone", "tablet"]}, fields=ticket.fields
    )
    assert (again.fields, events) == (ticket.fields, [])


def test_a_tag_is_the_same_in_other_letters():
    ticket, [updated] = acted(
        {"do": "add_tags", "tags": ["A", "發票", "发票"]}, {"do": "remove_tags", "tags": ["Ｂ"]}, tags=("a", "b")
    )

    assert ticket.tags == updated.tags == ("a", "發票")


def test_tags_may_all_go():
    ticket, [updated] = acted({"do": "remove_tags", "tags": ["a"]})

    assert ticket.tags == ()
    assert updated.tags == ()


REPLY = {"do": "reply", "template": "ask-for-screenshot"}


def test_a_reply_goes_out_once_in_the_customers_language_and_is_nobodys_first_response():
    ticket, [sent] = acted(REPLY, language="en")

    assert isinstance(sent, AutomaticReplySent)
    assert sent.actor.kind == "system"
    assert sent.reasons[0].rule == "any"
    assert sent.subject == "A screenshot and the steps would help"
    assert "the account and the browser" in sent.message.text
    assert ticket.first_replied_at is None
    assert acted(REPLY, answered_with=ticket.answered_with)[1] == []


def test_no_reply_goes_to_a_machine_or_to_nobody():
    assert acted(REPLY, is_machine=True)[1] == []
    assert acted(REPLY, contact=make_contact(address=None, phone="13800000000"))[1] == []


def test_rules_start_a_procedure_and_add_checklists_once():
    then = [{"do": "start_procedure", "procedure": "outage"}, {"do": "add_checklist", "checklist": "outage"}]
    ticket, events = acted(*then)

    assert [event.type for event in events] == ["ProcedureStarted", "ChecklistAdded"]
    assert all(event.reasons[0].rule == "any" for event in events)
    assert ticket.procedure.current.step.id == "confirm"
    assert acted(*then, procedure=ticket.procedure, checklists=ticket.checklists)[1] == []
