"""The console as an agent's browser meets it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.desk.pages import routes, visit
from functions.shared.contracts.events import TicketEvent, TicketTriaged
from functions.shared.contracts.words import Language, Status
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.decisions import open_ticket
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket, opened
from tests.factories import (
    CUSTOMER,
    DESK,
    SYSTEM,
    default_config,
    make_company,
    make_contact,
    make_message,
    make_opened,
    make_problem,
)
from tests.unit.identity.pool import id_claims, pool_tokens, signed
from tests.unit.pages import browser
from tests.unit.pages.conftest import PUBLIC_URL, forget, rewire

MODULES = (wiring, visit, routes, http)
Browser = partial(browser.Browser, http.handler)


@pytest.fixture(autouse=True)
def _console(monkeypatch: pytest.MonkeyPatch, parts: SimpleNamespace) -> Iterator[None]:
    settings = SimpleNamespace(
        desk_id=DESK, public_url=PUBLIC_URL, sign_in_url="https://sign-in.example", user_pool_client_id="console-client"
    )
    rewire(monkeypatch, MODULES, parts, settings=settings, pool_tokens=pool_tokens(), user_pool=SimpleNamespace())
    yield
    monkeypatch.undo()
    forget(MODULES)


@pytest.fixture
def ticket(parts: SimpleNamespace) -> str:
    """The reference of a ticket that was opened a minute ago and given to the first line."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    opened, _ = parts.tickets.open(
        lambda ticket_id: open_ticket(
            ticket_id,
            desk=DESK,
            channel="form",
            language="zh",
            contact=make_contact(),
            company=make_company(tier="vip"),
            problem=make_problem(title="报表<i>打不开</i>", description=make_message("一直转圈")),
            actor=CUSTOMER,
            now=now,
        )
    )

    def triage(ticket: Ticket) -> list[TicketEvent]:
        return [ticket.happening(TicketTriaged, actor=SYSTEM, now=now, priority="P1", team="first-line")]

    parts.tickets.handle(opened.id, triage)
    return reference(opened.id, "AS")


def signed_in(email: str = "li.na@aftercare.example", language: str = "zh", role: str = "agent") -> browser.Browser:
    """A browser with the session that sign-in leaves behind."""
    now = datetime.now(UTC)
    times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(hours=1)).timestamp())}
    visitor = Browser(language)
    visitor.cookies["aftercare_id", "/"] = signed(id_claims(**times, email=email, **{"cognito:groups": [role]}))
    visitor.cookies["aftercare_session", "/"] = "browser-1"
    return visitor


def state(parts: SimpleNamespace, ticket: str) -> Any:
    return parts.store.get("tkt_" + ticket[3:].replace("-", "").lower())


def test_whoever_is_not_signed_in_is_brought_to_sign_in() -> None:
    answer = Browser().fetch("/desk?team=first-line", accept="text/html")

    assert answer["statusCode"] == 303
    assert answer["headers"]["Location"] == "/desk/sign-in?next=%2Fdesk%3Fteam%3Dfirst-line"


def test_the_sign_in_page_offers_the_way_in() -> None:
    visitor = Browser("en")

    assert visitor.get("/desk/sign-in") == 200
    assert "Continue to sign-in" in visitor.html


def test_the_queue_shows_what_is_due(ticket: str) -> None:
    agent = signed_in(language="en")

    assert agent.get("/desk") == 200
    assert ticket in agent.html
    assert "报表&lt;i&gt;打不开&lt;/i&gt;" in agent.html
    assert re.search(r'class="due due--running".*?due in 5\d min', agent.html, re.DOTALL)
    assert agent.get("/desk?team=finance") == 200
    assert ticket not in agent.html
    assert agent.get("/desk?tab=resolved&team=unknown") == 200
    assert "Nothing waits here" in agent.html


@pytest.mark.parametrize(
    ("language", "reached", "shown"), [("zh", "没有命中。", "实际为"), ("en", "Did not match.", "saw")]
)
def test_the_ticket_names_the_rules_that_acted_and_says_why_others_did_not(
    ticket: str, parts: SimpleNamespace, language: str, reached: str, shown: str
) -> None:
    id = "tkt_" + ticket[3:].replace("-", "").lower()
    parts.store.events[id][1] = parts.store.events[id][1].model_copy(update={"matched_rules": ("vip-first",)})
    agent = signed_in(language=language)
    name = next(rule.name for rule in default_config().rules if rule.id == "vip-first").in_language(Language(language))

    assert agent.get(f"/desk/tickets/{ticket}") == 200
    assert f'href="/desk/tickets/{ticket}/rules?event=1#rule-vip-first"' in agent.html
    assert agent.get(f"/desk/tickets/{ticket}/rules") == 200
    assert name in agent.html
    assert "invoice-to-finance" not in agent.html
    assert agent.get(f"/desk/tickets/{ticket}/rules?event=1&show=all") == 200
    assert "invoice-to-finance" in agent.html
    assert reached in agent.html
    assert shown in agent.html
    assert agent.get(f"/desk/tickets/{ticket}/rules?event=99") == 404


def test_an_agent_takes_answers_and_resolves(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    assert agent.get(url) == 200

    assert agent.post(f"{url}/take") == 200
    assert "工单已归您处理。" in agent.html
    assert state(parts, ticket).assignee == "li-na"
    assert agent.get("/desk?view=mine") == 200
    assert ticket in agent.html

    agent.get(url)
    assert agent.post(f"{url}/reply", reply="正在处理", then_wait="yes") == 200
    assert "正在处理" in agent.html
    assert state(parts, ticket).status is Status.WAITING_CUSTOMER

    assert agent.post(f"{url}/resume") == 200
    assert agent.post(f"{url}/note", note="缓存问题") == 200
    assert agent.post(f"{url}/resolve", root_cause="defect", cause="缓存", solution="清理缓存") == 200
    assert state(parts, ticket).status is Status.RESOLVED

    assert agent.post(f"{url}/reopen") == 200
    assert state(parts, ticket).status is Status.OPEN


def test_a_reply_sent_twice_is_said_once(ticket: str) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    agent.get(url)
    form = agent.html

    agent.post(f"{url}/reply", reply="只说一遍")
    agent.html = form
    agent.post(f"{url}/reply", reply="只说一遍")

    assert agent.html.count("只说一遍") == 1


def test_a_long_text_is_read_whole_on_demand(ticket: str) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    agent.get(url)
    long = "很长的日志 " * 2000

    agent.post(f"{url}/note", note=long)

    [address] = re.findall(r'href="([^"]+/text)"', agent.html)
    assert long.strip() not in agent.html
    assert agent.get(address) == 200
    assert (agent.html, agent.headers["Content-Type"]) == (long.strip(), "text/plain; charset=utf-8")


def test_a_solution_worth_keeping_goes_on_to_its_article(ticket: str) -> None:
    agent, url = signed_in(), f"/desk/tickets/{ticket}"
    agent.get(url)

    status = agent.post(f"{url}/resolve", root_cause="defect", solution="清理缓存", keep_as_article="yes")

    assert (status, agent.headers["Location"]) == (307, "/desk/articles")


def test_a_solution_without_a_cause_is_asked_for(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    agent.get(url)

    assert agent.post(f"{url}/resolve", solution="Cleared the cache") == 422
    assert "Cleared the cache" in agent.html
    assert re.search(r'id="tab-resolve" checked', agent.html)
    assert state(parts, ticket).status is Status.OPEN


def test_a_ticket_is_only_given_to_a_member_of_the_team(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    agent.get(url)

    assert agent.post(f"{url}/assign", team="finance", assignee="li-na") == 422
    assert "This person is not in that team." in agent.html
    assert agent.post(f"{url}/assign", team="finance", assignee="") == 200
    assert (state(parts, ticket).team, state(parts, ticket).assignee) == ("finance", None)


def test_the_priority_is_changed_to_one_that_exists(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    agent.get(url)

    assert agent.post(f"{url}/priority", priority="P9") == 422
    assert agent.post(f"{url}/priority", priority="P0") == 200
    assert state(parts, ticket).priority == "P0"


def test_a_post_without_its_pages_token_changes_nothing(ticket: str, parts: SimpleNamespace) -> None:
    agent = signed_in(language="en")

    assert agent.post(f"/desk/tickets/{ticket}/take") == 403
    assert "out of date" in agent.html
    assert state(parts, ticket).assignee is None


def test_a_stranger_with_an_account_is_told_so(ticket: str) -> None:
    stranger = signed_in("stranger@example.com", "en")

    assert stranger.get(f"/desk/tickets/{ticket}") == 403
    assert "You do not have permission for this." in stranger.html
    assert "打不开" not in stranger.html


def test_a_reference_is_found_however_it_is_typed(ticket: str) -> None:
    agent = signed_in()

    assert agent.get(f"/desk/find?q={ticket.lower()}") == 200
    assert agent.path == f"/desk/tickets/{ticket}"
    assert agent.get("/desk/find?q=nonsense") == 200
    assert "工单号的格式类似" in agent.html


def test_a_ticket_that_is_not_there_is_told_in_a_plain_sentence() -> None:
    agent = signed_in()

    assert agent.get("/desk/tickets/AS-ZZZZ-ZZZZ") == 404
    assert "没有找到这张工单。" in agent.html


def test_a_long_queue_is_shown_page_by_page(parts: SimpleNamespace) -> None:
    for number in range(1, 53):
        ticket = opened(make_opened(number, now=datetime.now(UTC)))
        parts.store.append(ticket.with_changes(team="first-line", status=Status.OPEN), [make_opened(number)])
    agent = signed_in(language="en")

    agent.get("/desk?team=first-line")
    assert (agent.html.count("queue-row"), "50 tickets on this page" in agent.html) == (50, True)
    [following] = re.findall(r'class="more"><a class="button" href="([^"]+)"', agent.html)
    assert agent.get(following.replace("&amp;", "&")) == 200
    assert (agent.html.count("queue-row"), "Next tickets" in agent.html) == (2, False)
    assert agent.get("/desk?after=nonsense") == 422


def test_an_answer_may_begin_with_a_saved_reply(ticket: str) -> None:
    agent = signed_in(language="en")

    agent.get(f"/desk/tickets/{ticket}")
    assert "Ask for a screenshot and the steps" in agent.html
    agent.get(f"/desk/tickets/{ticket}?begin=ask-for-screenshot")
    assert "为了重现您遇到的问题" in agent.html  # the customer reads Chinese
    agent.get(f"/desk/tickets/{ticket}?begin=nothing")
    assert "为了重现" not in agent.html


def test_a_late_ticket_is_acknowledged_with_one_click(ticket: str, parts: SimpleNamespace) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    agent.get(url)
    assert "Acknowledge the delay" not in agent.html

    found = state(parts, ticket)
    late = found.opened_at + timedelta(days=30)
    rules = clock_rules(default_config())
    parts.tickets.handle(found.id, lambda it: rules.due_acts(it, late))
    agent.get(url)
    assert "Acknowledge the delay" in agent.html

    assert agent.post(f"{url}/acknowledge") == 200
    assert "Acknowledged. Further levels wait" in agent.html
    assert "acknowledged that the First response is late" in agent.html
    assert f'action="{url}/acknowledge"' not in agent.html


def test_an_agent_is_led_through_procedure_and_checklist(ticket: str, parts: SimpleNamespace) -> None:
    agent = signed_in(language="en")
    url = f"/desk/tickets/{ticket}"
    agent.get(url)
    agent.post(f"{url}/procedure", procedure="outage")
    agent.post(f"{url}/checklists", checklist="outage")
    agent.get(url)
    assert "Confirm the outage and its extent" in agent.html
    assert "周敏" in agent.html  # the lead does the first step

    assert agent.post(f"{url}/steps/confirm", act="complete") == 422
    assert "Still to come: Module" in agent.html
    assert agent.post(f"{url}/steps/confirm", act="skip") == 422
    assert "Say why" in agent.html
    agent.post(f"{url}/steps/confirm", act="complete", module="login", step_note="数据库")
    assert [step.state for step in state(parts, ticket).procedure.steps][:2] == ["completed", "current"]
    assert state(parts, ticket).module == "login"
    agent.get(f"{url}?begin_step=tell")
    assert "我们已确认故障" in agent.html

    assert agent.post(f"{url}/resolve", root_cause="defect", solution="好了") == 422
    assert "Before that: The core business works again and the customer confirmed it" in agent.html
    for item in ("core", "monitoring"):
        agent.post(f"{url}/checklists/outage/{item}", done="yes")
    agent.post(f"{url}/checklists/outage/notice", done="yes")
    agent.post(f"{url}/checklists/outage/notice", done="no")
    assert [line.done_by for line in state(parts, ticket).checklists["outage"].items] == ["li-na", "li-na", "", ""]
    agent.post(f"{url}/resolve", root_cause="defect", solution="好了")
    assert state(parts, ticket).status is Status.RESOLVED


def test_an_incident_is_declared_shown_and_solved_with_what_is_linked_to_it(
    ticket: str, parts: SimpleNamespace
) -> None:
    agent, url = signed_in(language="en"), f"/desk/tickets/{ticket}"
    found = state(parts, ticket)
    other, _ = parts.tickets.open(lambda id: make_opened(2).model_copy(update={"ticket_id": id}))
    duplicate = f"/desk/tickets/{reference(other.id, 'AS')}"

    agent.get(url)
    assert agent.post(f"{url}/incident", keywords=" ， \u200b") == 422
    assert "Name words that reports of it hold" in agent.html
    agent.post(f"{url}/incident", keywords="502，打不开，\u200b", incident_module="payment")
    assert state(parts, ticket).declared.keywords == ("502", "打不开")
    assert "New reports are known by: 502, 打不开, payment" in agent.html

    agent.get(duplicate)
    agent.post(f"{duplicate}/link", incident=ticket)
    assert "Reports the incident" in agent.html
    agent.get(url)
    assert "Linked tickets: 1" in agent.html
    agent.post(f"{url}/resolve", root_cause="defect", solution="好了")
    assert "Resolve the 1 linked tickets too" in agent.html
    agent.post(f"{url}/linked/resolve")
    assert parts.store.get(other.id).status is Status.RESOLVED
    assert state(parts, ticket).declared is None
    assert found.id != other.id
