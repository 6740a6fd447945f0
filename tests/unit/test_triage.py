"""What becomes of a new ticket, and why."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Impact, Priority, Status, Urgency
from functions.shared.domain.assignment import Roster
from functions.shared.domain.backtest import Report, Triage, backtest
from functions.shared.domain.decisions import assign
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.rules import Rule
from functions.shared.domain.ticket import evolve, opened
from functions.shared.domain.triage import triage
from ops.configuration import load_config
from tests.factories import AGENT, NOON, make_company, make_message, make_opened, make_problem
from tests.fakes import choosing

CONFIG = load_config(Path(__file__).parents[2] / "config").model_copy(update={"version": 7})
EMPTY = Roster()


def triaged(problem=None, config=CONFIG, roster=EMPTY, **fields) -> TicketTriaged:
    plain = {"title": "怎么改头像", "description": make_message("…")}
    event = make_opened(problem=make_problem(**plain | (problem or {})), **fields)
    decided, *_ = triage(event, opened(event), config, choose=choosing(config, roster), now=NOON)
    return decided


def reason(event, code):
    return next(reason for reason in event.reasons if reason.code == code)


@pytest.mark.parametrize(
    ("impact", "urgency", "tier", "priority"),
    [
        ("company", "critical", "standard", "P0"),
        ("company", "high", "standard", "P1"),
        ("department", "normal", "standard", "P2"),
        ("person", "normal", "standard", "P3"),
        ("person", "normal", "vip", "P1"),
        ("company", "high", "vip", "P1"),
        ("company", "critical", "vip", "P0"),
        (None, None, "standard", "P3"),
        (None, "high", "standard", "P2"),
    ],
)
def test_priority_comes_from_impact_urgency_and_tier(impact, urgency, tier, priority):
    problem = {"impact": impact, "urgency": urgency}

    assert triaged(problem, company=make_company(tier=tier)).priority == priority


def set_field(field, value):
    return {"do": "set_field", "field": field, "value": value}


def by_rules(*then, **problem):
    """A ticket about whatever, triaged by one rule that does `then`."""
    rule = Rule.model_validate({"id": "r", "name": {"zh": "规则", "en": "R"}, "then": then})
    return triaged(problem, config=CONFIG.model_copy(update={"rules": (rule,)}))


@pytest.mark.parametrize(
    ("then", "priority"),
    [
        ([set_field("impact", "company")], "P2"),
        ([set_field("impact", "company"), set_field("urgency", "critical")], "P0"),
        (
            [{"do": "raise_priority", "priority": "P2"}, set_field("impact", "company"), set_field("urgency", "high")],
            "P1",
        ),
        ([set_field("impact", "company"), {"do": "set_priority", "priority": "P3"}], "P3"),
    ],
)
def test_what_a_rule_says_of_impact_and_urgency_weighs_like_what_the_customer_said(then, priority):
    event = by_rules(*then)

    assert event.priority == priority
    assert (event.impact, event.language) == ("company", None)


def test_a_past_ticket_weighs_the_same():
    rule = Rule.model_validate({"id": "r", "name": {"zh": "规则", "en": "R"}, "then": [set_field("impact", "company")]})
    past = Triage(CONFIG, [rule])
    ticket = PastTicket(title="x", urgency="high")
    report = Report()

    [change] = backtest([ticket], Triage(CONFIG, []), past, CONFIG, report=report, now=NOON)

    assert change["changes"] == {"priority": ["P2", "P1"]}


def test_a_rule_that_sets_the_language_decides_in_which_the_customer_is_answered():
    event = by_rules(set_field("language", "en"))

    assert (
        evolve(opened(make_opened()), event.model_copy(update={"ticket_id": make_opened().ticket_id})).language == "en"
    )


def test_an_outage_is_p0_whatever_the_customer_ticked_and_the_lead_and_manager_are_told():
    event = triaged({"title": "网站无法访问", "impact": "person", "urgency": "low"})

    assert (event.priority, event.team) == (Priority.P0, "engineering")
    assert event.notify == ("lin-feng", "gao-yuan")
    assert reason(event, "priority_by_rule").rule == "outage-is-p0"
    assert reason(event, "rule_matched").zh == "命中规则“系统级故障为 P0”（网站无法访问）"


@pytest.mark.parametrize(
    ("problem", "team", "code"),
    [
        ({"title": "开发票", "description": make_message("请开专票")}, "finance", "team_by_rule"),
        ({"title": "Invoice for March"}, "finance", "team_by_rule"),
        ({"title": "对不上", "module": "data-reports"}, "data-reports", "team_by_rule"),
        ({"title": "回调收不到", "module": "api"}, "engineering", "team_by_module"),
        ({"title": "怎么改头像"}, "first-line", "team_by_default"),
    ],
)
def test_the_team_comes_from_rules_then_from_the_module_then_from_the_desk(problem, team, code):
    event = triaged(problem)

    assert event.team == team
    assert reason(event, code)


def test_a_vips_success_manager_is_told_at_once():
    own = triaged(company=make_company(tier="vip", account_manager="ma-li"))
    nobodys = triaged(company=make_company(tier="vip"))

    assert own.notify == ("ma-li",)
    assert nobodys.notify == ("chen-jing",)
    assert reason(own, "told").en == "Told at once: 马丽"


def test_who_was_given_a_ticket_longest_ago_is_next():
    assert triaged(roster=Roster(2, {"li-na": 1, "zhang-wei": 2})).assignee == "emma-brown"
    assert triaged(roster=Roster(3, {"li-na": 1, "zhang-wei": 2, "emma-brown": 3})).assignee == "li-na"


def test_without_anybody_to_take_it_a_ticket_waits_in_its_teams_queue():
    away = tuple(person.model_copy(update={"takes_tickets": False}) for person in CONFIG.people)

    event = triaged(config=CONFIG.model_copy(update={"people": away}))

    assert (event.team, event.assignee) == ("first-line", None)
    assert reason(event, "person_none")


def test_every_decision_says_why_in_both_languages_and_by_which_version():
    event = triaged({"title": "网站无法访问"}, company=make_company(tier="vip"))

    assert event.config_version == 7
    assert event.matched_rules == ("vip-first", "handled-by-procedure", "outage-is-p0")
    assert all(reason.zh and reason.en and reason.zh != reason.en for reason in event.reasons)
    assert {
        "priority_by_matrix",
        "rule_matched",
        "priority_by_rule",
        "team_by_rule",
        "person_by_turn",
        "person_ranking",
        "told",
    } == {reason.code for reason in event.reasons}


def test_a_ticket_is_triaged_once():
    event = make_opened()
    ticket = opened(event)
    decided, *_ = triage(event, ticket, CONFIG, choose=choosing(CONFIG), now=NOON)

    assert triage(event, evolve(ticket, decided), CONFIG, choose=choosing(CONFIG), now=NOON) == []


def test_who_took_the_ticket_before_it_was_triaged_keeps_it():
    event = make_opened()
    ticket = opened(event)
    [taken] = assign(ticket, "customer-success", "ma-li", actor=AGENT, now=NOON)

    decided, *_ = triage(
        event, evolve(ticket, taken), CONFIG, choose=lambda _: pytest.fail("nobody is looked for"), now=NOON
    )

    assert (decided.team, decided.assignee, decided.priority) == ("customer-success", "ma-li", Priority.P3)
    assert reason(decided, "place_kept")


texts = st.text(max_size=60)


@given(
    title=texts.filter(str.strip),
    description=texts,
    impact=st.none() | st.sampled_from(Impact),
    urgency=st.none() | st.sampled_from(Urgency),
    tier=st.sampled_from(["vip", "standard", "", "gold"]),
    module=st.none() | st.sampled_from([module.id for module in CONFIG.modules]) | st.just("long-gone"),
)
def test_every_ticket_finds_a_priority_a_team_and_somebody_of_that_team(
    title, description, impact, urgency, tier, module
):
    event = make_opened(
        problem=make_problem(
            title=title[:200], description=make_message(description), impact=impact, urgency=urgency, module=module
        ),
        company=make_company(tier=tier),
    )
    ticket = opened(event)

    decided, *_ = triage(event, ticket, CONFIG, choose=choosing(CONFIG), now=NOON)

    assert CONFIG.person(decided.assignee) in CONFIG.members(decided.team)
    assert evolve(ticket, decided).status is Status.OPEN
