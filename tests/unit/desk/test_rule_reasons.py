"""Why a rule acted on a ticket, or why it did not."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import pytest

from functions.desk.rule_reasons import RuleReason, RuleReasons
from functions.shared.contracts.base import Chain
from functions.shared.contracts.events import Message, RulesApplied, TicketEvent
from functions.shared.contracts.words import Channel, Language, Priority, Role
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import change_priority, receive
from functions.shared.domain.errors import EventNotFound, NotAllowed, RuleNotFound, TicketNotFound
from functions.shared.domain.occasions import LONGEST_CHAIN
from functions.shared.domain.references import reference
from functions.shared.domain.rules import Fate, Occasion, Rule
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import triage
from functions.shared.identity.principal import Principal, PrincipalKind
from ops.rule_words import told
from tests.factories import CUSTOMER, DESK, NOON, default_config, make_company, make_message, make_opened, make_problem
from tests.fakes import choosing

AGENT = Principal(kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT}))
OPENED = make_opened(problem=make_problem(title="請開發票", description=make_message("专票")))
REFERENCE = reference(OPENED.ticket_id, "AS")
SAID: dict[str, Any] = {"channel": Channel.EMAIL, "actor": CUSTOMER, "now": NOON}


class Versions:
    """The configurations of a desk, the last one live."""

    def __init__(self, *versions: DeskConfig) -> None:
        self._versions = {config.version: config for config in versions}

    def last_read(self) -> DeskConfig:
        return self._versions[max(self._versions)]

    def at(self, version: int) -> DeskConfig:
        return self._versions[version]


class Kept:
    """A ticket's timeline, and the whole of what was said."""

    def __init__(self, *events: TicketEvent, whole: str = "") -> None:
        self._events = list(events)
        self._whole = whole

    def timeline(self, ticket_id: str) -> list[TicketEvent]:
        return [event for event in self._events if event.ticket_id == ticket_id]

    def text(self, message: Message) -> str:
        return self._whole if message.body_key else message.text

    def of_company(self, *_: object) -> list[TicketSummary]:
        return []

    def of_contact(self, *_: object) -> list[TicketSummary]:
        return []


def version(number: int, *rules: Rule) -> DeskConfig:
    return default_config().model_copy(update={"version": number, "rules": rules or default_config().rules})


def rule(id: str, word: str, **more: object) -> Rule:
    return Rule.model_validate(
        {
            "id": id,
            "name": {"zh": f"规则{id}", "en": f"Rule {id}"},
            "when": {"all": [{"field": "text", "op": "contains", "value": word}]},
            "then": [{"do": "set_team", "team": "finance"}],
            **more,
        }
    )


def why(
    rule_id: str,
    *versions: DeskConfig,
    kept: Kept | None = None,
    principal: Principal = AGENT,
    event: int | None = None,
) -> RuleReason:
    kept = kept or Kept(OPENED)
    return RuleReasons(Versions(*(versions or (version(3),))), kept, kept).explain(principal, REFERENCE, rule_id, event)


def test_a_rule_that_matched_says_by_what():
    reason = why("invoice-to-finance")

    assert (reason.fate, reason.holds, reason.version) == (Fate.MATCHED, True, 3)
    assert reason.when is not None
    assert reason.when.evidence() == ("发票", "专票")


def test_a_rule_that_did_not_match_says_what_was_seen():
    reason = why("vip-first", kept=Kept(make_opened(company=make_company(tier="gold"))))

    assert reason.fate is Fate.NOT_MATCHED
    assert reason.when is not None
    assert (reason.when.field, reason.when.seen, reason.when.holds) == ("company.tier", "gold", False)


def test_a_rule_that_was_not_reached_says_which_rule_stopped_and_whether_it_would_hold():
    config = version(1, rule("first", "发票", stop=True), rule("second", "专票"))

    reason = why("second", config)

    assert (reason.fate, reason.stopped_by, reason.holds) == (Fate.NOT_REACHED, "first", True)


def test_it_says_who_came_into_question_and_why_one_of_them_has_the_ticket():
    config = version(1, rule("one", "发票"))
    kept = Kept(OPENED, *triage(OPENED, ticket_of(OPENED), config, choose=choosing(config), now=NOON))

    reason = why("one", config, kept=kept)

    assert [placed.code for placed in reason.placing] == ["team_by_rule", "person_by_turn", "person_ranking"]
    shown = told(reason.model_dump(mode="json"), Language.EN)
    assert "  → 2 people take turns; ticket 1 is 徐芳's" in shown
    assert "  → In this order: 徐芳 (0 open), 何云 (0 open)" in shown
    assert why("one", config).placing == ()


def test_the_version_that_triaged_the_ticket_answers():
    old, new = version(1, rule("one", "发票")), version(2, rule("one", "合同"), rule("two", "专票"))
    triaged = triage(OPENED, ticket_of(OPENED), old, choose=choosing(old), now=NOON)
    kept = Kept(OPENED, *triaged)

    assert (why("one", old, new, kept=kept).version, why("one", old, new, kept=kept).holds) == (1, True)
    assert why("two", old, new, kept=kept).version == 2


def test_all_of_a_long_description_is_read():
    short = make_message("…", body_key="bodies/after-sales/1")
    kept = Kept(make_opened(problem=make_problem(description=short)), whole="x" * 5000 + " 发票")

    assert why("one", version(1, rule("one", "发票")), kept=kept).holds


def test_what_is_not_there_is_not_explained():
    with pytest.raises(RuleNotFound):
        why("nothing")
    with pytest.raises(TicketNotFound):
        why("vip-first", kept=Kept(make_opened(2)))


def test_only_people_of_the_desk_may_ask():
    customer = Principal(
        kind=PrincipalKind.CUSTOMER, id="con_00000001", name="王芳", desk=DESK, contact_id="con_00000001"
    )

    with pytest.raises(NotAllowed):
        why("vip-first", principal=customer)


def happened(*commands: Callable[[Ticket], Sequence[TicketEvent]]) -> list[TicketEvent]:
    """The timeline of a ticket that was triaged, and to which `commands` happened."""
    ticket, timeline = ticket_of(OPENED), [OPENED]
    config = version(3)
    for command in (lambda ticket: triage(OPENED, ticket, config, choose=choosing(config), now=NOON), *commands):
        for event in command(ticket):
            ticket = evolve(ticket, event)
            timeline.append(event)
    return timeline


def urged(ticket: Ticket) -> list[TicketEvent]:
    return receive(ticket, make_message("催一下"), **SAID)


URGES = {"on": ["message"], "when": {"field": "message", "op": "contains", "value": "催"}}


def test_a_rule_of_messages_is_asked_on_the_newest_message_and_on_any_other():
    kept = Kept(*happened(urged, lambda ticket: receive(ticket, make_message("谢谢"), **SAID)))
    config = version(3, rule("urges", "", **URGES))

    newest, third = why("urges", config, kept=kept), why("urges", config, kept=kept, event=3)

    assert (newest.event, newest.occasion, newest.fate) == (4, Occasion.MESSAGE, Fate.NOT_MATCHED)
    assert (third.event_type, third.fate, third.then[0]["do"]) == ("MessageReceived", Fate.MATCHED, "set_team")
    assert why("urges", config, kept=kept, event=1).fate is Fate.OTHER_OCCASION


def test_a_rule_that_acted_and_was_taken_back_since_is_asked_on_what_it_acted_on_without_being_told_where():
    acted = version(2, rule("urges", "", **URGES))
    *before, urge = happened(urged)
    told = {"cause": urge.event_id, "occasion": "message", "matched_rules": ("urges",), "config_version": 2}
    heard = reduce(evolve, [*before[1:], urge], ticket_of(OPENED))
    applied = heard.happening(RulesApplied, actor=CUSTOMER, now=NOON, **told)
    thanks = receive(evolve(heard, applied), make_message("谢谢"), **SAID)

    reason = why("urges", acted, version(3), kept=Kept(*before, urge, applied, *thanks))

    assert (reason.version, reason.event, reason.fate) == (2, 3, Fate.MATCHED)


def test_an_update_shows_what_was_before():
    kept = Kept(*happened(lambda ticket: change_priority(ticket, Priority.P0, actor=CUSTOMER, now=NOON)))
    config = version(
        3, rule("worse", "", on=["updated"], when={"field": "priority", "op": "changed_to", "value": "P0"})
    )

    assert why("worse", config, kept=kept).fate is Fate.MATCHED


def test_a_rule_that_led_to_the_event_does_not_act_on_it_again():
    changed = happened(lambda ticket: change_priority(ticket, Priority.P0, actor=CUSTOMER, now=NOON))
    led = changed[-1].model_copy(update={"chain": Chain(rules=("one",), length=1)})
    config = version(3, rule("one", "", on=["updated"], when=None), rule("two", "", on=["updated"], when=None))

    kept = Kept(*changed[:-1], led)
    assert (why("one", config, kept=kept).fate, why("two", config, kept=kept).fate) == (
        Fate.ALREADY_ACTED,
        Fate.MATCHED,
    )
    ended = Kept(*changed[:-1], changed[-1].model_copy(update={"chain": Chain(rules=("x",), length=LONGEST_CHAIN)}))
    assert why("two", config, kept=ended).fate is Fate.CHAIN_ENDED


def test_what_nobody_counted_then_is_counted_now_and_said_to_be():
    asks = rule("many", "", when={"field": "company.open_tickets", "op": "at_least", "value": 1})

    assert why("many", version(3, asks)).counted_now == ["company.open_tickets"]


def test_all_rules_of_an_event_are_told_in_order_or_those_that_matched():
    config = version(1, rule("first", "发票", stop=True), rule("second", "合同"))
    kept = Kept(OPENED)
    reasons = RuleReasons(Versions(config), kept, kept)

    everything = reasons.explain_all(AGENT, REFERENCE, 1, matched_only=False)
    matched = reasons.explain_all(AGENT, REFERENCE, 1, matched_only=True)

    assert [(one.rule, one.fate) for one in everything] == [("first", Fate.MATCHED), ("second", Fate.NOT_REACHED)]
    assert [one.rule for one in matched] == ["first"]
    with pytest.raises(EventNotFound):
        reasons.explain_all(AGENT, REFERENCE, 2, matched_only=False)


def test_the_terminal_says_it_leaf_by_leaf():
    config = version(1, rule("first", "发票", stop=True), rule("second", "合同"))

    assert told(why("second", config).model_dump(mode="json"), Language.EN).splitlines() == [
        f"{REFERENCE}, event 1 (TicketOpened): second (“Rule second”, version 1) was not reached: "
        "first stopped the run; its condition does not hold.",
        "  ✗ all",
        "    ✗ text contains 合同: saw “請開發票 专票”",
    ]
