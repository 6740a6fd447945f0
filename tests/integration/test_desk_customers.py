"""Customers at the agents' door: found, looked at, corrected, merged, by API and on the console's pages."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.desk.pages import visit
from functions.shared.domain.directory import Caller
from functions.shared.domain.ticket import opened
from tests.factories import make_opened
from tests.integration.desk_door import desk_door, fresh_token
from tests.lambdas import CONTEXT, http_event
from tests.unit.pages.browser import Browser

AGENT, LEAD = "li.na@aftercare.example", "zhou.min@aftercare.example"


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    with desk_door(dynamodb, visit, public_url="http://localhost:8080"):
        yield


@pytest.fixture
def wang() -> str:
    """The id of a contact with a company and a ticket."""
    directory = wiring.wiring().directory
    contact, company = directory.recognise(Caller(name="王芳", address="wang@acme.example", phone="138 0013 8000"))
    directory.recognise(Caller(address="x@qq.com", company="Acme"))
    acme = directory.companies_at(["acme"])["acme"]
    directory.change_company(acme, acme.model_copy(update={"domains": ("acme.example",)}))
    ticket = make_opened(contact=contact, company=company or acme.as_company())
    wiring.wiring().store.append(opened(ticket), [ticket])
    record = directory.contact(contact.id)
    directory.change_contact(record, record.model_copy(update={"company_id": acme.id}))
    return contact.id


def id_token(email: str) -> str:
    return fresh_token(email, next(person.role for person in wiring.desk_config().people if person.email == email))


def call(method: str, path: str, body: Any = None, email: str = LEAD) -> tuple[int, Any]:
    event = http_event(method, path, body, {"authorization": f"Bearer {id_token(email)}", "accept-language": "en"})
    answer = http.handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def browser(email: str = LEAD) -> Browser:
    visitor = Browser(http.handler, "en")
    visitor.cookies["aftercare_id", "/"] = id_token(email)
    visitor.cookies["aftercare_session", "/"] = "browser-1"
    return visitor


def test_a_number_that_was_said_finds_its_contact_as_a_hint_until_somebody_confirms_it(wang: str) -> None:
    def found() -> dict[str, list[str]]:
        _, body = call("GET", "/api/v1/desk/customers?q=138001", email=AGENT)
        return {name: [one["id"] for one in body[name]] for name in ("contacts", "said")}

    assert found() == {"contacts": [], "said": [wang]}
    agent = browser(AGENT)
    assert agent.get("/desk/customers?q=138001") == 200
    assert "Wrote this number" in agent.html
    assert agent.get(f"/desk/customers/contacts/{wang}") == 200
    assert "It is theirs" in agent.html
    assert agent.post(f"/desk/customers/contacts/{wang}/said-phone", is_theirs="yes") == 200
    assert found() == {"contacts": [wang], "said": []}
    assert "It is theirs" not in agent.html
    assert [one["name"] for one in call("GET", "/api/v1/desk/customers?q=acme.e")[1]["companies"]] == ["Acme"]


def test_a_number_that_was_said_is_forgotten_or_refused_where_it_is_anothers(wang: str) -> None:
    directory, agent = wiring.wiring().directory, browser(AGENT)
    directory.recognise(Caller(name="李雷", phone="13800138000"))
    path = f"/desk/customers/contacts/{wang}"
    agent.get(path)
    assert agent.post(f"{path}/said-phone", is_theirs="yes") == 422
    assert 'id="phone-error"' in agent.html
    assert agent.post(f"{path}/said-phone", is_theirs="no") == 200
    assert directory.contact(wang).said_phone is None
    assert call("GET", "/api/v1/desk/customers?q=138001")[1]["said"] == []
    assert call("PATCH", f"/api/v1{path.replace('/customers', '')}", {"said_phone": "1"}, AGENT)[0] == 422


def test_contacts_and_companies_are_shown_with_their_tickets(wang: str) -> None:
    _, view = call("GET", f"/api/v1/desk/contacts/{wang}", email=AGENT)
    assert (view["contact"]["name"], view["company"]["name"]) == ("王芳", "Acme")
    assert [line["reference"] for line in view["tickets"]] == ["AS-0000-0001"]

    _, view = call("GET", f"/api/v1/desk/companies/{view['company']['id']}", email=AGENT)
    assert [one["id"] for one in view["contacts"]] == [wang]
    assert [line["reference"] for line in view["tickets"]] == ["AS-0000-0001"]
    assert [one["id"] for one in call("GET", "/api/v1/desk/contacts?limit=1")[1]["contacts"]] != []
    assert [one["name"] for one in call("GET", "/api/v1/desk/companies")[1]["companies"]] == ["Acme"]


def test_an_agent_corrects_a_contact_and_only_what_is_named_changes(wang: str) -> None:
    path = f"/api/v1/desk/contacts/{wang}"
    status, view = call("PATCH", path, {"phone": "13900139000", "tags": ["key-user"]}, AGENT)

    assert (status, view["contact"]["phone"], view["contact"]["tags"]) == (200, "13900139000", ["key-user"])
    assert (view["contact"]["name"], view["company"]["name"]) == ("王芳", "Acme")
    assert call("PATCH", path, {"address": "x@qq.com"}, AGENT)[1]["code"] == "belongs_to_another"
    assert call("PATCH", path, {"company_id": "com_00000000"}, AGENT)[1]["errors"][0]["field"] == "company_id"
    assert call("PATCH", path, {"address": None, "phone": None}, AGENT)[1]["errors"][0]["field"] == "address"
    assert call("PATCH", path, {"tier": "vip"}, AGENT)[0] == 422
    assert call("PATCH", "/api/v1/desk/contacts/con_00000000", {"name": "x"}, AGENT)[0] == 404


def test_a_contact_goes_to_another_company_by_its_name_or_domain(wang: str) -> None:
    directory, agent = wiring.wiring().directory, browser(AGENT)
    directory.recognise(Caller(address="y@qq.com", company="Globex"))
    globex = directory.companies_at(["globex"])["globex"].id
    path = f"/desk/customers/contacts/{wang}"
    fields = {"name": "\u202e王\u200b芳", "address": "wang@acme.example", "phone": "", "language": "", "tags": ""}

    agent.get(path)
    assert agent.post(path, **fields, company="Nowhere Ltd") == 422
    assert 'id="company-error"' in agent.html
    assert agent.post(path, **fields, company=" GLOBEX ") == 200
    assert (directory.contact(wang).company_id, directory.contact(wang).name) == (globex, "王芳")
    assert agent.post(path, **fields, company="") == 200
    assert directory.contact(wang).company_id is None
    status, view = call("PATCH", f"/api/v1/desk/contacts/{wang}", {"company": "acme.example"}, AGENT)
    assert (status, view["company"]["name"]) == (200, "Acme")


def test_only_leads_change_companies_and_merge(wang: str) -> None:
    company = call("GET", f"/api/v1/desk/contacts/{wang}")[1]["company"]["id"]
    path, change = f"/api/v1/desk/companies/{company}", {"tier": "vip", "account_manager": "ma-li"}

    assert call("PATCH", path, change, AGENT)[0] == 403
    assert call("POST", f"/api/v1/desk/contacts/{wang}/merge", {"into": "x@qq.com"}, AGENT)[0] == 403
    assert call("PATCH", path, change)[1]["company"]["tier"] == "vip"
    assert call("PATCH", path, {"account_manager": "nobody"})[1]["errors"][0]["field"] == "account_manager"


def test_no_company_has_a_domain_where_anybody_has_an_address_or_a_tier_that_the_desk_does_not_know(wang: str) -> None:
    company = call("GET", f"/api/v1/desk/contacts/{wang}")[1]["company"]["id"]
    path = f"/api/v1/desk/companies/{company}"

    (refused,) = call("PATCH", path, {"domains": ["acme.cn", "QQ.com"]})[1]["errors"]
    assert (refused["field"], refused["code"]) == ("domains.1", "free_mail")
    (refused,) = call("PATCH", path, {"tier": "platinum"})[1]["errors"]
    assert (refused["field"], refused["code"]) == ("tier", "unknown_tier")
    assert refused["message"] == "This is one of: standard, vip."

    (refused,) = call("PATCH", path, {"domains": ["com.cn"]})[1]["errors"]
    assert (refused["field"], refused["code"]) == ("domains.0", "shared_domain")
    (refused,) = call("PATCH", path, {"name": ""})[1]["errors"]
    assert (refused["field"], refused["message"]) == ("name", "Please fill this in.")
    (refused,) = call("PATCH", path, {"name": "n" * 121})[1]["errors"]
    assert (refused["field"], refused["message"]) == ("name", "At most 120 characters; this has 121.")
    changed = call("PATCH", path, {"tier": " VIP", "domains": ["acme.cn", "Acme.cn"]})[1]["company"]
    assert (changed["tier"], changed["domains"]) == ("vip", ["acme.cn"])
    (refused,) = call("PATCH", f"/api/v1/desk/contacts/{wang}", {"phone": "---"})[1]["errors"]
    assert refused["field"] == "phone"

    lead, page = browser(), f"/desk/customers/companies/{company}"
    fields = {"name": "Acme", "tier": "standard", "domains": "gmail.com", "account_manager": "", "language": ""}
    lead.get(page)
    assert lead.post(page, **fields, tags="") == 422
    assert "gmail.com gives addresses to anybody" in lead.html
    assert lead.post(page, **{**fields, "domains": "acme"}, tags="") == 422
    assert "Write domains like acme.example" in lead.html
    assert lead.post(page, **{**fields, "domains": "", "tier": "platinum"}, tags="") == 422
    assert "This is one of: standard, vip." in lead.html


def test_merged_customers_show_the_tickets_of_both_and_are_taken_out_again(wang: str) -> None:
    status, other = call("POST", f"/api/v1/desk/contacts/{wang}/merge", {"into": "x@qq.com"})
    assert (status, [one["id"] for one in other["merged"]]) == (200, [wang])
    assert [line["reference"] for line in other["tickets"]] == ["AS-0000-0001"]
    assert call("GET", f"/api/v1/desk/contacts/{wang}")[1]["contact"]["merged_into"] == other["contact"]["id"]
    assert call("POST", f"/api/v1/desk/contacts/{wang}/merge", {"into": "x@qq.com"})[1]["code"] == "cannot_merge"
    assert call("POST", f"/api/v1/desk/contacts/{wang}/merge", {"into": "nobody@x.example"})[0] == 422

    status, again = call("POST", f"/api/v1/desk/contacts/{wang}/take-out")
    assert (status, again["contact"]["merged_into"]) == (200, None)
    assert call("GET", f"/api/v1/desk/contacts/{other['contact']['id']}")[1]["tickets"] == []


def test_the_console_finds_shows_corrects_and_merges(wang: str) -> None:
    lead = browser()
    assert lead.get("/desk/customers") == 200
    assert "Acme" in lead.html
    assert lead.get("/desk/customers?list=contacts") == 200
    assert "王芳" in lead.html
    assert lead.get("/desk/customers?q=wang@") == 200
    assert f'href="/desk/customers/contacts/{wang}"' in lead.html

    assert lead.get(f"/desk/customers/contacts/{wang}") == 200
    assert "AS-0000-0001" in lead.html
    fields = {"name": "王芳芳", "address": "wang@acme.example", "phone": "", "language": "zh", "tags": "a b"}
    assert lead.post(f"/desk/customers/contacts/{wang}", **fields) == 200
    assert "Saved." in lead.html
    assert wiring.wiring().directory.contact(wang).tags == ("a", "b")
    assert lead.post(f"/desk/customers/contacts/{wang}", **{**fields, "address": "x@qq.com"}) == 422
    assert "belongs to somebody else" in lead.html

    assert lead.post(f"/desk/customers/contacts/{wang}/merge", into="nobody@x.example") == 422
    assert "There is no such customer." in lead.html
    assert lead.post(f"/desk/customers/contacts/{wang}/merge", into="x@qq.com") == 200
    assert "Merged." in lead.html
    assert lead.get(f"/desk/customers/contacts/{wang}") == 200
    assert lead.post(f"/desk/customers/contacts/{wang}/take-out") == 200
    assert "The merge is undone." in lead.html


@pytest.mark.usefixtures("wang")
def test_the_console_corrects_and_merges_companies() -> None:
    wiring.wiring().directory.recognise(Caller(address="y@qq.com", company="Acme China"))
    found = {one["name"]: one["id"] for one in call("GET", "/api/v1/desk/companies")[1]["companies"]}
    lead, path = browser(), f"/desk/customers/companies/{found['Acme']}"

    assert lead.get(path) == 200
    assert "王芳" in lead.html
    fields = {"name": "Acme", "tier": "vip", "domains": "acme.example acme.cn", "account_manager": "ma-li"}
    assert lead.post(path, **fields, language="", tags="") == 200
    assert "acme.cn" in lead.html
    assert lead.post(path, **{**fields, "name": ""}, language="", tags="") == 422
    other = f"/desk/customers/companies/{found['Acme China']}"
    lead.get(other)
    assert lead.post(f"{other}/merge", into="ACME") == 200
    assert lead.path == f"{path}?done=merged"
    lead.get(other)
    assert lead.post(f"{other}/take-out") == 200

    assert browser(AGENT).get(path) == 200
    agent = browser(AGENT)
    agent.get(path)
    assert 'name="tier"' not in agent.html
