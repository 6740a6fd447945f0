"""The portal as a browser meets it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from functions.intake import http, wiring
from functions.intake.pages import routes
from functions.intake.requests import UploadRequest
from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import DeletionReason, Metric, Status
from functions.shared.domain.deletion import delete
from functions.shared.domain.merging import merge
from functions.shared.domain.references import parse_reference
from functions.shared.identity.customer_tokens import CustomerTokens
from tests.factories import AGENT, DESK, NOON, SYSTEM
from tests.lambdas import CONTEXT, http_event
from tests.unit.identity.conftest import GenerationsInMemory, RingInMemory
from tests.unit.pages import browser
from tests.unit.pages.conftest import PUBLIC_URL, forget, rewire

MODULES = (wiring, routes, http)
Browser = partial(browser.Browser, http.handler)
REPORT = {
    "topic": "question",
    "title": "报表导出后<b>全是 0</b>",
    "description": "金额一列全部是 0",
    "contact_name": "王芳",
    "contact_email": "wang@acme.example",
    "company": "Acme",
    "module": "data-reports",
    "impact": "department",
    "urgency": "high",
}


@pytest.fixture(autouse=True)
def _portal(monkeypatch: pytest.MonkeyPatch, parts: SimpleNamespace) -> Iterator[None]:
    tokens = CustomerTokens(RingInMemory(), GenerationsInMemory(), DESK)
    settings = SimpleNamespace(desk_id=DESK, public_url=PUBLIC_URL)
    rewire(monkeypatch, MODULES, parts, tokens=tokens, settings=settings)
    yield
    monkeypatch.undo()
    forget(MODULES)


def opened(path: str, language: str = "zh-CN,zh;q=0.9") -> browser.Browser:
    """A browser that shows the page at `path`."""
    visitor = Browser(language)
    assert visitor.get(path) == 200
    return visitor


def reported(visitor: browser.Browser, **changes: str) -> str:
    """Report a problem; returns its reference."""
    assert visitor.get("/report") == 200
    assert visitor.post("/report", **{**REPORT, **changes}) == 200
    found = re.search(r"AS-\w{4}-\w{4}", visitor.html)
    assert found
    return found[0]


def test_a_customer_reports_follows_and_answers() -> None:
    visitor = Browser()
    reference = reported(visitor)
    assert visitor.path == f"/track/{reference}/reported"
    assert f"http://localhost:8080/track/{reference}?token=ac_" in visitor.html

    assert visitor.get(f"/track/{reference}") == 200
    assert "报表导出后&lt;b&gt;全是 0&lt;/b&gt;" in visitor.html
    assert "token=" not in visitor.html

    assert visitor.post(f"/track/{reference}", text="补充：只有十月的数据") == 200
    assert "补充：只有十月的数据" in visitor.html
    assert "谢谢，您的留言已添加。" in visitor.html


FIRST_ANSWER = [("zh", "首次答复不晚于"), ("en", "First answer by")]


@pytest.mark.parametrize(("language", "words"), FIRST_ANSWER)
def test_thanks_for_a_report_say_by_when_it_is_answered(parts: SimpleNamespace, language: str, words: str) -> None:
    visitor = Browser(language)
    ticket = parts.store.get(parse_reference(reported(visitor), "AS"))

    due_at = ticket.promised(Metric.FIRST_RESPONSE)
    assert due_at
    clock = f"{due_at.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}"
    assert visitor.path.endswith("/reported")
    assert re.search(rf"{words} <strong>[^<]*\b{clock}</strong>", visitor.html)


@pytest.mark.parametrize(("language", "words"), FIRST_ANSWER)
def test_thanks_for_a_report_that_is_not_triaged_yet_promise_nothing(
    parts: SimpleNamespace, language: str, words: str
) -> None:
    parts.new_tickets = parts.tickets
    visitor = Browser(language)
    ticket = parts.store.get(parse_reference(reported(visitor), "AS"))

    assert (ticket.status, ticket.priority) == (Status.NEW, None)
    assert visitor.path.endswith("/reported")
    assert f"http://localhost:8080{visitor.path.removesuffix('/reported')}?token=ac_" in visitor.html
    assert words not in visitor.html
    assert "<strong>" not in visitor.html.partition("reference-box")[2].partition("</p>")[2]


def test_the_same_form_sent_twice_makes_one_ticket() -> None:
    visitor = opened("/report")
    form = visitor.html

    first = reported_from(visitor, form)
    second = reported_from(visitor, form)

    assert first == second
    assert reported_from(visitor, form, title="登录也不行了") != first


def reported_from(visitor: browser.Browser, form: str, **changes: str) -> str:
    visitor.html = form
    assert visitor.post("/report", **{**REPORT, **changes}) == 200
    return visitor.path


def test_a_wrong_report_comes_back_with_all_that_was_written() -> None:
    visitor = opened("/report", "en")

    status = visitor.post("/report", **{**REPORT, "description": "", "contact_email": "wang@"})

    assert status == 422
    assert 'aria-invalid="true"' in visitor.html
    assert "This is not an e-mail address." in visitor.html
    assert 'value="王芳"' in visitor.html
    assert re.search(r'value="high" checked', visitor.html)


def test_a_report_with_a_file_that_never_arrived_says_so() -> None:
    visitor = opened("/report", "en")

    status = visitor.post("/report", **REPORT, attachments="att_" + "0" * 32, **{"attachments-name": "log.txt"})

    assert status == 422
    assert "This file was not uploaded completely." in visitor.html
    assert "log.txt" in visitor.html


def test_another_browser_does_not_see_the_ticket() -> None:
    reference = reported(Browser())

    stranger = Browser("en")

    assert stranger.get(f"/track/{reference}") == 401
    assert "Please use the link that we sent you." in stranger.html
    assert "报表" not in stranger.html


def test_a_link_for_one_ticket_does_not_open_another() -> None:
    visitor = Browser()
    mine = reported(visitor)
    other = reported(Browser(), contact_email="li@other.example", company="Other")
    token = next(value for (name, path), value in visitor.cookies.items() if name == "aftercare_link" and mine in path)

    assert visitor.get(f"/track/{other}?token={token}") == 404


def test_a_form_without_its_pages_token_is_refused() -> None:
    visitor = opened("/report", "en")
    visitor.html = ""

    assert visitor.post("/report", **REPORT) == 403
    assert "out of date" in visitor.html


def test_too_long_a_report_is_refused_in_a_plain_sentence() -> None:
    visitor = opened("/report", "en")

    assert visitor.post("/report", **{**REPORT, "description": "x" * 2_000_000}) == 413
    assert "This is more than we can take at once." in visitor.html


def test_a_reference_is_understood_however_it_is_typed() -> None:
    visitor = Browser()
    reference = reported(visitor)

    assert visitor.get(f"/track?reference={reference.lower().replace('-', '+')}") == 200
    assert visitor.path == f"/track/{reference}"
    assert visitor.get("/track?reference=12345") == 422


def test_pages_carry_the_policy_and_are_not_stored() -> None:
    visitor = opened("/report")

    policy = visitor.headers["Content-Security-Policy"]
    assert "connect-src 'self' https://blobs.example;" in policy
    assert visitor.headers["Cache-Control"] == "no-store"


def test_the_chosen_language_is_remembered() -> None:
    visitor = Browser("zh")
    assert visitor.get("/?lang=en") == 200

    assert visitor.get("/report") == 200
    assert '<html lang="en">' in visitor.html


def test_static_files_are_served_for_ever_under_their_version() -> None:
    home = opened("/")
    address = re.search(r'href="(/static/aftercare\.css\?v=\w+)"', home.html)
    assert address

    answer = home.fetch(address[1], **{"accept-encoding": "gzip"})

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["headers"]["Cache-Control"]
    assert answer["headers"]["Content-Encoding"] == "gzip"
    again = home.fetch(address[1], **{"if-none-match": answer["headers"]["ETag"]})
    assert again["statusCode"] == 304
    assert home.fetch("/static/../rendering.py")["statusCode"] == 404


def test_what_is_not_there_is_told_in_a_plain_sentence() -> None:
    visitor = Browser("zh")

    assert visitor.get("/nothing") == 404
    assert "此地址没有内容。" in visitor.html


FAULT = {**REPORT, "topic": "fault", "steps_to_reproduce": "1. 打开报表"}


def test_a_fault_is_asked_for_its_steps_and_a_screenshot() -> None:
    visitor = opened("/report", "en")

    assert visitor.post("/report", **{**REPORT, "topic": "fault", "module": ""}) == 422

    assert re.search(r'id="steps_to_reproduce-error"', visitor.html)
    assert re.search(r'id="module-error"', visitor.html)
    assert re.search(r'id="attachments-error"', visitor.html)
    assert 'id="description-error"' not in visitor.html


def test_questions_say_in_the_page_when_they_are_asked() -> None:
    visitor = opened("/report")

    tests = re.findall(r'data-question="(\w+)"([^>]*)>', visitor.html)

    assert [name for name, _ in tests] == [
        "module",
        "invoice_number",
        "error_text",
        "steps_to_reproduce",
        "attachments",
    ]
    shown = {name: json.loads(found[1]) for name, rest in tests if (found := re.search("data-shown='([^']*)'", rest))}
    assert shown["invoice_number"] == {"field": "topic", "in": ["billing"]}


def test_what_the_topic_hides_is_left_out_of_the_report() -> None:
    visitor = Browser()

    reference = reported(visitor, topic="suggestion", steps_to_reproduce="1. 改了主意之前写的")

    assert visitor.get(f"/track/{reference}") == 200
    assert "改了主意之前写的" not in visitor.html


def test_a_browser_without_scripts_reports_a_fault_without_its_screenshot() -> None:
    visitor = Browser()

    reference = reported(visitor, **FAULT, no_upload="attachments")
    assert visitor.get(f"/track/{reference}") == 200

    assert f'href="/track/{reference}/details"' in visitor.html


def test_what_is_missing_is_filled_in_on_one_page() -> None:
    visitor = Browser()
    reference = reported(visitor, **FAULT, no_upload="attachments")
    assert visitor.get(f"/track/{reference}/details") == 200
    assert 'id="attachments"' in visitor.html
    assert 'name="steps_to_reproduce"' not in visitor.html
    assert "1. 打开报表" in visitor.html

    assert visitor.post(f"/track/{reference}/details") == 422
    assert "请填写此项。" in visitor.html

    upload = "att_" + "1" * 32
    routes.intake().prepare_upload(UploadRequest(name="错误.png", content_type="image/png", size=4), upload)
    wiring.wiring().blobs.upload(b"\x89PNG")
    assert visitor.post(f"/track/{reference}/details", attachments=upload, **{"attachments-name": "错误.png"}) == 200
    assert visitor.path == f"/track/{reference}?done=details"
    assert "谢谢，信息已补充完整。" in visitor.html
    assert "错误.png" in visitor.html
    assert visitor.get(f"/track/{reference}/details") == 200
    assert visitor.path == f"/track/{reference}"


def test_the_link_to_what_is_missing_opens_it_in_any_browser() -> None:
    visitor = Browser()
    reference = reported(visitor, **FAULT, no_upload="attachments")
    token = next(value for (name, path), value in visitor.cookies.items() if name == "aftercare_link" and value)
    other = Browser("en")

    assert other.get(f"/track/{reference}/details?token={token}") == 200

    assert other.path == f"/track/{reference}/details"
    assert "Complete your report" in other.html
    assert Browser("en").get(f"/track/{reference}/details") == 401


def test_a_topic_may_be_chosen_by_the_address() -> None:
    visitor = opened("/report?topic=billing", "en")

    assert re.search(r'value="billing"[^>]* checked', visitor.html)
    assert visitor.get("/report?form=unknown") == 422


def test_a_program_that_fills_in_the_field_nobody_sees_opens_no_ticket(parts: SimpleNamespace) -> None:
    visitor = opened("/report", "en")

    assert visitor.post("/report", **REPORT, website="https://spam.example") == 422
    assert "Leave this field empty" in visitor.html
    assert parts.store.heads == {}


def test_the_page_of_a_merged_ticket_says_so_and_takes_messages_on(parts: SimpleNamespace) -> None:
    visitor = Browser("en")
    into, duplicate = reported(visitor), reported(visitor, title="报表还是全是 0")
    one, other = (parse_reference(name, "AS") for name in (duplicate, into))
    triaged = {"actor": SYSTEM, "now": NOON, "priority": "P2", "team": "first-line"}
    for ticket in (one, other):
        parts.tickets.handle(ticket, lambda it: [it.happening(TicketTriaged, **triaged)])
    parts.tickets.handle_both(one, other, lambda it, to: merge(it, to, same_person=(), actor=SYSTEM, now=NOON))

    assert visitor.get(f"/track/{duplicate}") == 200
    assert "This is about the same as another report" in visitor.html
    assert into not in visitor.html
    assert visitor.post(f"/track/{duplicate}", text="补充：只有十月的数据") == 200
    assert parts.store.events[other][-1].message.text == "补充：只有十月的数据"
    assert parts.store.get(one).status is Status.CLOSED

    contact = parts.store.get(one).contact.id
    token = wiring.tokens().for_contact(contact, now=datetime.now(UTC))
    reader = opened(f"/track/{duplicate}?token={token}", "en")
    assert f'href="/track/{into}"' in reader.html
    assert reader.get(f"/track/{into}") == 200


def test_a_deleted_ticket_is_one_plain_sentence_for_whoever_holds_its_link(parts: SimpleNamespace) -> None:
    customer, stranger = Browser(), Browser()
    name = reported(customer)
    other = reported(stranger)
    deleted = parts.tickets.handle(
        parse_reference(name),
        lambda it: delete(it, reason=DeletionReason.PRIVACY, note="", actor=AGENT, now=NOON),
    )

    assert customer.get(f"/track/{name}") == 410
    assert "这张工单已被删除。如果问题还在，请重新提交。" in customer.html
    assert AGENT.name not in customer.html
    token = wiring.tokens().for_ticket(deleted.id, now=datetime.now(UTC))
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    problem = json.loads(http.handler(http_event("GET", f"/api/v1/tickets/{name}", headers=headers), CONTEXT)["body"])
    assert problem["detail"] == "This ticket was deleted. If something is still wrong, please report it again."
    assert stranger.get(f"/track/{name}") == 401
    assert stranger.get(f"/track/{other}") == 200
    assert deleted.deletion is not None
