"""The rules' pages, as leads and managers meet them."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from functions.desk import rule_editing
from functions.desk.fault_words import fault_saying
from functions.desk.pages import rule_pages
from functions.desk.rule_editing import Checked, RuleEditing
from functions.shared.contracts.words import Language, Role
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.rule_use import count
from functions.shared.domain.rules import Rule
from functions.shared.domain.ticket import opened
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.pages.languages import catalogue
from tests.factories import DESK, default_config, make_message, make_opened, make_problem
from tests.unit.pages.browser import Browser
from tests.unit.pages.rules_desk import Configurations
from tests.unit.pages.test_console import signed_in

pytestmark = pytest.mark.usefixtures("rules_desk")

LEAD, MANAGER = "zhou.min@aftercare.example", "gao.yuan@aftercare.example"


def manager(language: str = "en") -> Browser:
    return signed_in(MANAGER, language, "manager")


def test_the_list_says_what_each_rule_does_in_both_languages() -> None:
    english, chinese = manager(), manager("zh")

    assert english.get("/desk/rules") == chinese.get("/desk/rules") == 200
    assert "company&#39;s tier is “vip”" in english.html
    assert "raise priority to P1 at least; add tags “vip”; tell the account manager at once" in english.html
    assert "客户等级是“vip”" in chinese.html
    assert "优先级至少提升为 P1" in chinese.html
    assert "version 1 is live" in english.html


def test_agents_see_no_rules_and_leads_only_look() -> None:
    agent, lead = signed_in(), signed_in(LEAD, "en", "lead")

    assert agent.get("/desk/rules") == 403
    agent.get("/desk")
    assert "/desk/rules" not in agent.html
    assert lead.get("/desk/rules") == 200
    assert ("Turn off" in lead.html, "New rule" in lead.html) == (False, False)
    assert lead.get("/desk/rules/vip-first") == 200
    assert "Save to the draft" not in lead.html.split("<fieldset")[1]
    assert '<fieldset class="ticket-main stack" disabled>' in lead.html
    lead.get("/desk")
    assert lead.post("/desk/rules/vip-first/switch", revision="0") == 403


def test_a_rule_is_switched_moved_published_and_brought_back(rules_desk: Configurations) -> None:
    boss = manager()
    boss.get("/desk/rules")

    assert boss.post("/desk/rules/vip-first/switch", revision="0") == 200
    assert "Switched in the draft." in boss.html
    assert boss.post("/desk/rules/vip-first/move", revision="1", to="down") == 200
    assert "Draft by 高远" in boss.html
    assert rules_desk.live().version == 1
    assert boss.get("/desk/rules/draft") == 200
    assert "rule “VIP customers first; tell their success manager”: on was yes, is now no" in boss.html
    assert "moved from place" in boss.html

    assert boss.post("/desk/rules/draft/try", tickets="500") == 200
    assert '<option value="500" selected>' in boss.html
    assert "Of 3 tickets 0 would change" in boss.html
    assert "All 3 tickets of the last 90 days were tried" in boss.html
    assert '<th scope="row">team</th><td>3</td><td>100 %</td>' in boss.html

    assert boss.post("/desk/rules/draft/publish", revision="2", note="  ") == 422
    assert "Say why it is published, for those who come after." in boss.html
    assert rules_desk.live().version == 1
    assert boss.post("/desk/rules/draft/publish", revision="2", note="\u200b") == 422
    assert boss.post("/desk/rules/draft/publish", revision="2", note="too many VIPs") == 200
    assert "Published: it counts from the next ticket on." in boss.html
    assert [rule.enabled for rule in rules_desk.live().rules][1] is False

    assert boss.get("/desk/rules/versions?version=1") == 200
    assert "too many VIPs" in boss.html
    assert boss.post("/desk/rules/versions/1/restore", note=" ") == 422
    assert "Say why it is published, for those who come after." in boss.html
    assert rules_desk.live().version == 2
    assert boss.post("/desk/rules/versions/1/restore", note="they complained") == 200
    assert rules_desk.live().rules == default_config().rules
    boss.get("/desk/rules/versions?version=3")
    assert "brought back version 1" in boss.html


def bills(count: int) -> DeskConfig:
    """A desk of so many rules."""
    rules = [
        Rule.model_validate(
            {
                "id": f"rule-{number}",
                "name": {"zh": f"帳單 {number}", "en": f"Bill {number}"},
                "when": {"field": "title", "op": "contains_any", "value": [f"bill-{number}", *["发票"] * 20]},
                "then": [{"do": "set_team", "team": "finance"}],
            }
        )
        for number in range(1, count + 1)
    ]
    return default_config().model_copy(update={"rules": tuple(rules), "version": 1})


def test_a_page_of_five_thousand_rules_can_be_sent(rules_desk: Configurations, monkeypatch: pytest.MonkeyPatch) -> None:
    rules_desk.versions = [bills(5000)]
    monkeypatch.setattr(RuleEditing, "findings", lambda *_, **__: Checked((), (), ()))
    boss = manager()

    assert boss.get("/desk/rules?page=2") == 200
    assert len(boss.html.encode()) < 1_000_000
    assert "5000 rules" in boss.html
    assert ('id="rule-rule-100"' in boss.html, 'id="rule-rule-101"' in boss.html) == (False, True)


def test_the_list_says_how_often_each_rule_matched_and_which_never_did(parts: SimpleNamespace) -> None:
    event = make_opened(1, problem=make_problem(title="开发票", description=make_message("急")))
    parts.uses.use = count([(event, opened(event))], default_config(), now=datetime.now(UTC))
    boss = manager()

    boss.get("/desk/rules")
    assert "Counted once a night over 1 tickets of the last 90 days" in boss.html
    assert "matched 1 tickets" in boss.html
    assert boss.html.count('<span class="chip">never matched</span>') == len(default_config().rules) - 1

    boss.get("/desk/rules?show=silent")
    assert 'id="rule-vip-first"' in boss.html
    assert 'id="rule-invoice-to-finance"' not in boss.html


def test_a_draft_of_thousands_of_changes_is_shown_page_by_page() -> None:
    boss = manager()
    editing = rule_pages.rule_editing()
    told = {"roles": [Role.MANAGER], "email": MANAGER, "desk": DESK, "kind": PrincipalKind.PERSON, "name": "高远"}
    editing.keep(Principal(id="gao-yuan", **told), bills(250).rules, revision=0, now=datetime.now(UTC))

    assert boss.get("/desk/rules/draft") == 200
    assert boss.html.partition('<ul class="changes">')[2].partition("</ul>")[0].count("<li>") == 100
    assert 'href="/desk/rules/draft?page=2"' in boss.html
    boss.get("/desk/rules/draft?page=3")
    assert boss.html.partition('<ul class="changes">')[2].partition("</ul>")[0].count("<li>") == 56
    assert 'rel="next"' not in boss.html


def test_the_check_is_asked_once_for_what_did_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    found_in = rule_editing.found_in

    def counted(config: DeskConfig, now: datetime) -> Any:
        asked.append(config.version)
        return found_in(config, now)

    monkeypatch.setattr(rule_editing, "found_in", counted)
    boss = manager()

    for _ in range(3):
        boss.get("/desk/rules")
    boss.post("/desk/rules/vip-first/switch", revision="0")
    for path in ("/desk/rules", "/desk/rules/draft", "/desk/rules"):
        boss.get(path)

    assert len(asked) == 2


def test_rules_move_across_pages_and_are_found_by_words_and_id(rules_desk: Configurations) -> None:
    rules_desk.versions = [bills(202)]
    boss = manager()

    assert boss.get("/desk/rules?page=2") == 200
    assert '<span class="rule-number" aria-hidden="true">101</span>' in boss.html
    assert 'rel="prev" href="/desk/rules?page=1"' in boss.html
    assert boss.post("/desk/rules/rule-101/move", revision="0", to="up") == 200
    assert re.search(r'aria-hidden="true">100</span>\s*<div class="rule-text">\s*<p [^>]*><a [^>]*rule-101"', boss.html)

    assert boss.get("/desk/rules?q=账单+202") == 200
    assert re.findall(r'id="rule-(rule-[0-9]+)"', boss.html) == ["rule-202"]
    assert boss.get("/desk/rules?page=999") == 200
    assert 'id="rule-rule-202"' in boss.html
    assert 'rel="next"' not in boss.html


def test_somebody_elses_change_is_not_overwritten() -> None:
    boss = manager()
    boss.get("/desk/rules")

    boss.post("/desk/rules/vip-first/switch", revision="0")
    assert boss.post("/desk/rules/vip-first/switch", revision="0") == 409
    assert "Somebody else changed the draft meanwhile" in boss.html


@pytest.mark.parametrize("language", Language)
def test_faults_are_said_in_the_readers_language(language: Language) -> None:
    say = catalogue(language).say

    assert "x" in say(fault_saying('no team "x"'))
    assert say(fault_saying("something new")) == "something new"


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "x", ""])
def test_what_is_no_number_in_an_address_or_a_form_is_passed_over(number: str) -> None:
    boss = manager()
    assert boss.get(f"/desk/rules/versions?version={quote(number)}&before={quote(number)}") == 200
    boss.get("/desk/rules")
    assert boss.post("/desk/rules/vip-first/switch", revision=number) == 409
