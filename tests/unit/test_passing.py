"""Rules on a timer: tried when a ticket reaches a threshold that they name, once for each, and never before."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.events import RulesApplied, TicketEvent, TimePassed
from functions.shared.contracts.words import Measure, Priority, Status
from functions.shared.domain import decisions
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config_check import faults
from functions.shared.domain.passing import Passing, thresholds
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.rules import Rule
from functions.shared.domain.ticket import Ticket, evolve
from tests.factories import AGENT, CUSTOMER, NOON, default_config, make_message, make_ticket
from tests.unit.test_reacting import Desk, leaf

IDLE = {
    "id": "idle",
    "on": ["timer"],
    "when": {"all": [leaf("idle", "at_least", 48), leaf("status", "is", "open")]},
    "then": [{"do": "add_tags", "tags": ["idle"]}],
}
OLD = {**IDLE, "id": "old", "when": leaf("age", "at_least", 72), "then": [{"do": "add_tags", "tags": ["old"]}]}


def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


def ticket(**changes: Any) -> Ticket:
    return make_ticket(priority=Priority.P2, status=Status.OPEN, **changes)


def rule(**fields: Any) -> Rule:
    return Rule.model_validate({"name": {"zh": "规则", "en": "Rule"}, **IDLE, **fields})


def told(passing: Passing, ticket: Ticket, now: datetime) -> tuple[Ticket, list[tuple[str, float]]]:
    """The ticket, and what it is told at `now`."""
    events = passing.due(ticket, now, 1)
    for event in events:
        ticket = evolve(ticket, event)
    return ticket, [(event.measure, event.hours) for event in events if isinstance(event, TimePassed)]


def test_a_rule_waits_for_the_thresholds_it_names_but_for_negated_ones():
    when = {
        "any": [leaf("age", "at_least", 24), {"all": [leaf("idle", "at_least", 1.5)]}, leaf("priority", "is", "P0")]
    }

    assert thresholds(rule(when=when)) == {(Measure.AGE, 24.0), (Measure.IDLE, 1.5)}
    assert thresholds(rule(when={"not": leaf("age", "at_least", 24)})) == frozenset()
    assert thresholds(rule(on=["opened"])) == frozenset()


def test_each_threshold_is_told_once_in_its_order_however_late_somebody_looks():
    passing = Passing.of([rule(), rule(when=leaf("idle", "at_least", 24)), rule(when=leaf("age", "at_least", 30))])

    assert passing.next_at(ticket()) == hours(24)
    later, first = told(passing, ticket(), hours(31))
    assert first == [("idle", 24), ("age", 30)]
    assert passing.next_at(later) == hours(48)
    assert told(passing, later, hours(47.9))[1] == []
    assert told(passing, told(passing, later, hours(50))[0], hours(500))[1] == []


def test_a_message_and_a_change_of_status_begin_anew():
    passing = Passing.of([rule(), rule(when=leaf("status_age", "at_least", 10))])
    idle, _ = told(passing, ticket(), hours(60))

    [answered] = decisions.reply(idle, make_message("…"), actor=AGENT, now=hours(61))
    assert passing.next_at(evolve(idle, answered)) == hours(61 + 48)

    [waiting] = decisions.wait(idle, Status.WAITING_CUSTOMER, actor=AGENT, now=hours(61))
    assert passing.next_at(evolve(idle, waiting)) == hours(61 + 10)


@pytest.mark.parametrize("changes", [{"status": Status.CLOSED}, {"priority": None}])
def test_a_closed_ticket_and_one_not_triaged_wait_for_nothing(changes):
    assert Passing.of([rule()]).next_at(ticket().with_changes(**changes)) is None


def test_a_ticket_stored_before_statuses_had_a_time_is_not_measured_by_it():
    passing = Passing.of([rule(when=leaf("status_age", "at_least", 1))])

    assert passing.next_at(ticket().with_changes(status_since=None)) is None


@given(
    st.lists(st.floats(0.1, 200).map(lambda count: round(count, 2)), min_size=1, max_size=5, unique=True),
    st.lists(st.floats(0, 300), min_size=1, max_size=8),
)
def test_whoever_looks_whenever_tells_every_threshold_once_and_none_early(named, looks):
    passing = Passing.of([rule(when=leaf("age", "at_least", count)) for count in named])
    now = ticket()
    seen: list[float] = []
    for at in sorted(looks):
        now, new = told(passing, now, hours(at))
        seen += [count for _, count in new]

        assert seen == sorted(count for count in named if hours(count) <= hours(at))
        assert passing.next_at(now) == min((hours(count) for count in named if hours(count) > hours(at)), default=None)


def test_the_tickets_one_timer_waits_for_the_next_threshold():
    config = default_config().model_copy(update={"rules": (rule(when=leaf("age", "at_least", 0.25)),), "policies": ()})

    assert clock_rules(config).next_act_at(ticket()) == hours(0.25)
    [event] = clock_rules(config).due_acts(ticket(), hours(0.25))
    assert isinstance(event, TimePassed)


def passed(desk: Desk, at: datetime) -> list[TicketEvent]:
    """What the rules do when time has come to `at`."""
    before = desk.ticket.sequence
    passing = book_of(desk.config.rules).passing
    desk.tickets.handle(desk.id, lambda ticket: passing.due(ticket, at, 4))
    return [event for reached in desk.store.events[desk.id][before:] for event in desk.reacts(reached)]


def test_a_rule_acts_at_its_own_threshold_only():
    desk = Desk(IDLE, OLD)

    [idle] = [event for event in passed(desk, hours(49)) if isinstance(event, RulesApplied)]
    [old] = [event for event in passed(desk, hours(73)) if isinstance(event, RulesApplied)]

    assert (idle.matched_rules, idle.occasion) == (("idle",), "timer")
    assert old.matched_rules == ("old",)
    assert desk.ticket.tags == ("idle", "old")


def test_a_ticket_that_is_not_as_the_rule_wants_it_stays_as_it_is():
    desk = Desk(IDLE)
    desk.does(lambda ticket: decisions.wait(ticket, Status.WAITING_CUSTOMER, actor=AGENT, now=hours(1)))

    assert passed(desk, hours(49)) == []


def test_a_message_puts_off_what_waits_for_silence():
    desk = Desk(IDLE)
    said: dict[str, Any] = {"channel": "email", "actor": CUSTOMER, "now": hours(40)}
    desk.does(lambda ticket: decisions.receive(ticket, make_message("还在吗"), **said))

    assert passed(desk, hours(49)) == []
    assert passed(desk, hours(89))


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (leaf("text", "contains", "x"), "a rule on a timer says when"),
        (leaf("age", "at_most", 5), "a rule on a timer says when"),
        (leaf("age", "at_least", 0), "is more than 0"),
        (leaf("age", "at_least", 1_000_000), "is more than 0 and at most 8784 hours"),
    ],
)
def test_a_rule_on_a_timer_that_says_no_time_is_refused(when, sentence):
    config = default_config().model_copy(update={"rules": (rule(when=when),)})

    assert any(sentence in fault.message for fault in faults(config, NOON))
