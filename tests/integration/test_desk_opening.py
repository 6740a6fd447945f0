"""Problems that people of the desk take down: by API, and on the page where the caller is found while they type."""

from typing import Any

from functions.desk import wiring
from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.directory import Caller, CompanyRecord
from tests.integration.conftest import opened_triaged
from tests.integration.test_desk_customers import AGENT, _desk, browser, call, wang

__all__ = ["_desk", "wang"]  # fixtures: a desk behind its door, and a contact it knows

CALL: dict[str, Any] = {"channel": "phone", "title": "报表打不开", "description": "电话里说一直转圈"}


def opening_of(reference: str) -> TicketOpened:
    view = call("GET", f"/api/v1/desk/tickets/{reference}")[1]
    [first, *_] = wiring.wiring().store.timeline(view["id"])
    assert isinstance(first, TicketOpened)
    return first


def test_a_call_is_taken_down_however_little_was_said() -> None:
    status, view = call("POST", "/api/v1/desk/tickets", {**CALL, "contact": {"phone": "139 0013 9000"}}, AGENT)

    assert (status, view["channel"], view["contact"]["phone"]) == (201, "phone", "139 0013 9000")
    assert view["missing"] == ["topic", "company", "contact_name", "impact", "urgency"]
    first = opening_of(view["reference"])
    assert (first.actor.kind, first.actor.id, first.form) == ("agent", "li-na", "after-sales")


def test_a_call_is_triaged_in_the_commit_that_opens_its_ticket() -> None:
    _, view = call("POST", "/api/v1/desk/tickets", {**CALL, "contact": {"phone": "139 0013 9000"}}, AGENT)

    ticket = opened_triaged(wiring.wiring().store, view["id"])
    assert (view["priority"], view["team"]) == (ticket.priority, ticket.team)


def test_a_known_caller_brings_what_the_desk_knows(wang: str) -> None:
    body = {**CALL, "contact_id": wang, "topic": "question", "impact": "person", "urgency": "low"}
    status, view = call("POST", "/api/v1/desk/tickets", body, AGENT)

    assert status == 201
    assert (view["contact"]["id"], view["contact"]["name"], view["company"]["name"]) == (wang, "王芳", "Acme")
    assert view["missing"] == []


def test_an_account_manager_reports_for_a_customer_with_their_tier() -> None:
    directory = wiring.wiring().directory
    directory.enter_company(CompanyRecord(id="com_00000007", name="Northwind", tier="vip"))
    body = {**CALL, "channel": "manager", "company": "Northwind", "contact": {"name": "Li", "address": "li@nw.example"}}

    _, view = call("POST", "/api/v1/desk/tickets", body, AGENT)

    assert (view["channel"], view["company"]["tier"], view["company"]["is_claimed"]) == ("manager", "vip", False)


def test_somebody_new_is_known_by_their_number_from_then_on() -> None:
    contact = {"name": "赵六", "address": "zhao@liu.example", "phone": "021-6888 9999"}
    _, view = call("POST", "/api/v1/desk/tickets", {**CALL, "company": "六合", "contact": contact}, AGENT)

    _, found = call("GET", "/api/v1/desk/customers?q=0216888", email=AGENT)

    assert [one["id"] for one in found["contacts"]] == [view["contact"]["id"]]
    assert call("GET", f"/api/v1/desk/contacts/{view['contact']['id']}")[1]["company"]["name"] == "六合"


def test_what_cannot_be_taken_down_is_refused_by_field() -> None:
    def fields(**body: Any) -> list[tuple[str, str]]:
        status, problem = call("POST", "/api/v1/desk/tickets", body, AGENT)
        assert status == 422
        return [(error["field"], error["code"]) for error in problem["errors"]]

    assert fields(title="x", contact={"name": "y"}) == [("contact.phone", "required")]
    assert fields(contact={"phone": "13900139000"}) == [("title", "required")]
    assert fields(**{**CALL, "channel": "email"}) == [("channel", "unknown_choice")]
    assert fields(**CALL, impact="everybody", contact={"phone": "12"}) == [
        ("contact.phone", "malformed"),
        ("impact", "unknown_choice"),
    ]
    assert call("POST", "/api/v1/desk/tickets", {**CALL, "contact_id": "con_99999999"}, AGENT)[0] == 404


def test_the_caller_is_found_while_their_number_is_typed(wang: str) -> None:
    directory = wiring.wiring().directory
    record = directory.contact(wang)
    directory.change_contact(record, record.model_copy(update={"phone": record.said_phone}).settled())
    visitor = browser(AGENT)

    assert visitor.get("/desk/tickets/new/callers?channel=phone&q=138001") == 200

    assert "<html" not in visitor.html
    assert "王芳" in visitor.html
    assert "Acme" in visitor.html
    assert "AS-0000-0001" in visitor.html
    assert f"/desk/tickets/new/caller?channel=phone&amp;contact={wang}" in visitor.html
    assert visitor.get("/desk/tickets/new/callers?channel=phone&q=1") == 200
    assert "caller-name" not in visitor.html

    assert visitor.get(f"/desk/tickets/new/caller?channel=phone&contact={wang}") == 200
    assert 'value="wang@acme.example"' in visitor.html
    assert visitor.get("/desk/tickets/new/caller?channel=phone&contact_phone=13900139000") == 200
    assert 'value="13900139000"' in visitor.html


def test_who_only_said_the_number_is_suggested_with_a_warning_and_known_once_an_agent_says_so(wang: str) -> None:
    visitor, directory = browser(AGENT), wiring.wiring().directory
    assert visitor.get("/desk/tickets/new/callers?channel=phone&q=138001") == 200
    assert "王芳" in visitor.html
    assert "Ask who is calling" in visitor.html

    chosen = f"channel=phone&contact={wang}&contact_phone=138+0013+8000"
    assert f"/desk/tickets/new/caller?{chosen}".replace("&", "&amp;") in visitor.html
    assert visitor.get(f"/desk/tickets/new?{chosen}") == 200
    assert 'value="138 0013 8000"' in visitor.html
    assert "Ask who is calling" in visitor.html
    assert visitor.post("/desk/tickets/new", title="报表打不开", topic="fault", contact_phone="138 0013 8000") == 200

    known = directory.contact_at("13800138000")
    assert known is not None
    assert (known.id, known.phone, known.said_phone) == (wang, "138 0013 8000", None)


def test_who_said_a_number_that_is_somebody_elses_is_not_suggested(wang: str) -> None:
    li, _ = wiring.wiring().directory.recognise(Caller(name="李雷", phone="13800138000"))
    visitor = browser(AGENT)

    visitor.get("/desk/tickets/new/callers?channel=phone&q=138001")

    assert f"contact={li.id}" in visitor.html
    assert f"contact={wang}" not in visitor.html


def test_the_form_opens_one_ticket_however_often_it_is_sent(wang: str) -> None:
    visitor = browser(AGENT)
    assert visitor.get(f"/desk/tickets/new?channel=manager&contact={wang}") == 200
    page = visitor.html

    assert visitor.post("/desk/tickets/new", title="报表打不开", topic="fault") == 200
    first = visitor.path
    visitor.html = page
    assert visitor.post("/desk/tickets/new", title="报表打不开", topic="fault") == 200

    assert visitor.path == first
    assert "The ticket is open." in visitor.html
    assert "Still missing from the customer" in visitor.html
    assert "taken down by 李娜" in visitor.html


def test_the_form_comes_back_with_what_is_wrong() -> None:
    visitor = browser(AGENT)
    assert visitor.get("/desk/tickets/new") == 200

    assert visitor.post("/desk/tickets/new", description="一直转圈", contact_phone="13900139000") == 422

    assert 'id="title-error"' in visitor.html
    assert "一直转圈" in visitor.html
    assert 'value="13900139000"' in visitor.html


def test_what_was_learnt_later_is_filled_in() -> None:
    _, view = call("POST", "/api/v1/desk/tickets", {**CALL, "contact": {"phone": "139 0013 9000"}}, AGENT)
    path, name = f"/api/v1/desk/tickets/{view['reference']}/details", view["reference"]

    _, view = call("POST", path, {"impact": "person", "contact": {"name": "赵六"}}, AGENT)
    assert view["missing"] == ["topic", "company", "urgency"]
    assert (view["impact"], view["contact"]["name"]) == ("person", "赵六")
    assert call("POST", path, {"attachments": ["att_" + "0" * 32]}, AGENT)[1]["errors"][0]["code"] == "not_uploaded"

    visitor = browser(AGENT)
    assert visitor.get(f"/desk/tickets/{name}") == 200
    assert f'href="/desk/tickets/{name}/details"' in visitor.html
    assert visitor.get(f"/desk/tickets/{name}/details") == 200
    assert 'name="impact"' not in visitor.html
    assert visitor.post(f"/desk/tickets/{name}/details") == 422
    assert visitor.post(f"/desk/tickets/{name}/details", topic="question", company="六合", urgency="low") == 200
    assert visitor.path == f"/desk/tickets/{name}?done=details"
    assert "Still missing" not in visitor.html
    assert "六合" in visitor.html
