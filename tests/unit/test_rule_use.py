"""How often rules matched of late: counted as they match, silent only where that is known."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.router.counting import RuleCounting
from functions.shared.contracts.events import RulesApplied, TicketOpened
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.rule_use import RuleUse, count
from functions.shared.domain.rules import Rule
from functions.shared.domain.ticket import Ticket, evolve, opened
from functions.shared.domain.triage import triage
from functions.shared.gateways.opened_tickets import PastTicketPage
from tests.factories import NOON, SYSTEM, default_config, make_message, make_opened, make_problem
from tests.fakes import choosing


def rule(id: str, word: str | None, **changes: Any) -> Rule:
    when = word and {"field": "text", "op": "contains", "value": word}
    then = [{"do": "add_tags", "tags": [id]}]
    return Rule.model_validate({"id": id, "name": {"zh": id, "en": id}, "when": when, "then": then, **changes})


def desk(*rules: Rule) -> DeskConfig:
    return default_config().model_copy(update={"version": 3, "rules": rules})


def ticket(number: int, title: str, config: DeskConfig, *then: str) -> tuple[TicketOpened, Ticket]:
    """A ticket that was triaged by the rules of `config`, and on which the rules `then` matched later."""
    event = make_opened(number, problem=make_problem(title=title, description=make_message("…")))
    stands = opened(event)
    for happened in triage(event, stands, config, choose=choosing(config), now=NOON):
        stands = evolve(stands, happened)
    if then:
        told = {"cause": stands.id, "occasion": "message", "matched_rules": then}
        stands = evolve(stands, stands.happening(RulesApplied, actor=SYSTEM, now=NOON, **told))
    return event, stands


def names(use: RuleUse, *rules: Rule) -> list[str]:
    return [doubt.rule for doubt in use.silent(rules)]


BILL, LOGIN, URGED = rule("bill", "invoice"), rule("login", "login"), rule("urged", "hurry", on=["message"])


def test_tickets_count_for_the_rules_that_matched_on_any_occasion() -> None:
    config = desk(BILL, LOGIN, URGED)
    past = [ticket(1, "invoice please", config), ticket(2, "INVOICE", config, "urged"), ticket(3, "else", config)]

    use = count(past, config, now=NOON)

    assert (use.version, use.tickets, dict(use.matched)) == (3, 3, {"bill": 2, "urged": 1})
    assert names(use, *config.rules) == ["login"]
    assert use.silent(config.rules)[0].sentence.en == (
        'rule "login": it matched none of the 3 tickets of the last 90 days'
    )


def test_a_new_rule_has_the_past_it_would_have_had() -> None:
    use = count([ticket(1, "cannot login", desk())], desk(LOGIN, BILL), now=NOON)

    assert dict(use.matched) == {"login": 1}
    assert names(use, LOGIN, BILL) == ["bill"]


def test_of_a_rule_that_asks_something_else_by_now_nothing_is_said() -> None:
    use = count([ticket(1, "else", desk())], desk(BILL, LOGIN), now=NOON)

    assert names(use, rule("bill", "receipt"), LOGIN.model_copy(update={"stop": True})) == ["login"]
    assert names(use, BILL.model_copy(update={"enabled": False}), rule("newer", "x")) == []


def test_later_occasions_are_told_of_only_where_every_ticket_says_what_matched() -> None:
    event, stands = ticket(1, "else", desk())
    old = count([(event, stands.with_changes(matched_rules=None))], desk(BILL, URGED), now=NOON)

    assert names(old, BILL, URGED) == ["bill"]
    assert names(count([(event, stands)], desk(BILL, URGED), now=NOON), BILL, URGED) == ["bill", "urged"]


def test_without_tickets_nothing_is_silent() -> None:
    assert names(count([], desk(BILL), now=NOON), BILL) == []


def test_of_very_many_tickets_the_newest_count_and_it_is_said() -> None:
    config = desk(BILL)
    use = count([ticket(n, "invoice", config) for n in (3, 2, 1)], config, now=NOON + timedelta(days=2), most=2)

    assert (use.tickets, use.is_whole, use.days) == (2, False, 2)


@given(words=st.lists(st.sampled_from(["invoice", "login", "hurry", "else"]), max_size=6))
def test_a_rule_is_silent_exactly_where_no_ticket_has_its_word(words: list[str]) -> None:
    config = desk(BILL, LOGIN)
    use = count([ticket(number, word, config) for number, word in enumerate(words, 1)], config, now=NOON)

    assert names(use, BILL, LOGIN) == [
        name for name, word in (("bill", "invoice"), ("login", "login")) if words and word not in words
    ]


def test_all_pages_of_the_past_are_read_and_the_count_is_kept() -> None:
    config = desk(BILL)
    pages = {None: ("invoice", "2"), "2": ("else", None)}
    kept: list[RuleUse] = []

    class Past:
        def page(self, since: Any, until: Any, *, after: Any = None, **_: Any) -> PastTicketPage:
            assert until - since == timedelta(days=90)
            title, following = pages[after]
            return PastTicketPage((ticket(1, title, config),), following)

    class Kept:
        live = staticmethod(lambda: config)
        keep = kept.append

    use = RuleCounting(Kept, Past(), Kept).count(NOON)  # type: ignore[arg-type]  # both in one

    assert (kept, use.tickets) == ([use], 2)
