"""Why a rule acted on a ticket, or why it did not."""

import pytest

from functions.desk.rule_reasons import RuleReason, RuleReasons
from functions.shared.contracts.events import Message, TicketEvent
from functions.shared.contracts.words import Language, Role
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import NotAllowed, RuleNotFound, TicketNotFound
from functions.shared.domain.references import reference
from functions.shared.domain.rules import Fate, Rule
from functions.shared.domain.ticket import opened as ticket_of
from functions.shared.domain.triage import triage
from functions.shared.identity.principal import Principal, PrincipalKind
from ops.rule_words import told
from tests.factories import DESK, NOON, default_config, make_company, make_message, make_opened, make_problem
from tests.fakes import choosing

AGENT = Principal(kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT}))
OPENED = make_opened(problem=make_problem(title="請開發票", description=make_message("专票")))
REFERENCE = reference(OPENED.ticket_id, "AS")


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


def why(rule_id: str, *versions: DeskConfig, kept: Kept | None = None, principal: Principal = AGENT) -> RuleReason:
    kept = kept or Kept(OPENED)
    return RuleReasons(Versions(*(versions or (version(3),))), kept, kept).explain(principal, REFERENCE, rule_id)


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


def test_the_terminal_says_it_leaf_by_leaf():
    config = version(1, rule("first", "发票", stop=True), rule("second", "合同"))

    assert told(why("second", config).model_dump(mode="json"), Language.EN).splitlines() == [
        f"{REFERENCE}: second (“Rule second”, version 1) was not reached: first stopped the run; "
        "its condition does not hold.",
        "  ✗ all",
        "    ✗ text contains 合同: saw “請開發票 专票”",
    ]
