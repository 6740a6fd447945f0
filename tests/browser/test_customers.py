"""Customers as a lead sees them: imported, found, merged, corrected, and recognised accordingly when they ask again."""

import random
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from ops.local.settings import LocalSettings
from tests.browser.conftest import Visitor
from tests.browser.test_story import sign_in
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk
from tests.e2e.test_main_job import problem

pytestmark = pytest.mark.browser

LEAD: Final = "zhou.min@aftercare.example"


def open_found(page: Page, text: str, name: str) -> None:
    """Type `text` into the search of customers and go to the one called `name`."""
    page.goto("/desk/customers")
    page.get_by_placeholder("按姓名、邮箱、电话、域名开头查找").fill(text)
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def reported_by(desk: RunningDesk, company: str, **contact: Any) -> dict[str, Any]:
    """The ticket of somebody who reports a problem, as agents see it."""
    return desk.ticket(desk.report(problem(company=company, contact=contact)).json()["reference"])


def test_a_name_and_a_title_without_a_space_make_no_page_wider(visitor: Visitor, desk: RunningDesk) -> None:
    contact = {"name": "W" * 80, "address": "wide@peer.example"}
    reported = desk.report(problem(title="T" * 150, company="C" * 80, contact=contact)).json()
    ticket = desk.ticket(reported["reference"])
    page = visitor()
    sign_in(page, LEAD)
    pages = [f"/desk/tickets/{reported['reference']}", f"/desk/tickets/{reported['reference']}/rules"]
    pages += [f"/desk/tickets/new?contact={ticket['contact']['id']}", "/desk/customers?q=wide@", "/desk"]
    for path in [reported["tracking_url"], *pages]:
        page.goto(path)
        for width in (360, 1000):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_customers_are_imported_found_merged_corrected_and_recognised(
    visitor: Visitor, desk: RunningDesk, cloud: LocalSettings, tmp_path: Path
) -> None:
    run, number = f"{random.randrange(16**6):06x}", f"139{random.randrange(10**8):08}"
    company, contact = f"海棠百货{run}", f"何敏{run}"
    companies, contacts = tmp_path / "companies.csv", tmp_path / "contacts.csv"
    companies.write_bytes(f"Name;TIER;Domains;\n{company};VIP;mall-{run}.example;\n".encode("gb18030"))
    contacts.write_bytes(
        f"name,address,company\n{contact},he@mall-{run}.example,{company}\n旧{contact},he@old-{run}.example,\n".encode(
            "utf-16"
        )
    )
    nothing_else = "0 changed, 0 as they were, 0 lines rejected."
    assert f"1 entered, {nothing_else}" in run_desk(cloud, "company", "import", str(companies))
    assert f"2 entered, {nothing_else}" in run_desk(cloud, "contact", "import", str(contacts))

    lead = visitor()
    sign_in(lead, LEAD)
    open_found(lead, f"he@old-{run}", f"旧{contact}")
    lead.get_by_label("并入").fill(f"he@mall-{run}.example")
    lead.get_by_role("button", name="合并", exact=True).click()
    expect(lead.get_by_text("已合并。")).to_be_visible()
    expect(lead.get_by_role("heading", name=contact, exact=True)).to_be_visible()
    expect(lead.get_by_role("link", name=f"旧{contact}")).to_be_visible()

    open_found(lead, company, company)
    lead.get_by_label("邮箱域名").fill("qq.com")
    lead.get_by_role("button", name="保存").click()
    expect(lead.get_by_text("qq.com 是任何人都能注册的公共邮箱，不能用来识别公司。").first).to_be_visible()
    lead.get_by_label("邮箱域名").fill(f"new-{run}.example")
    lead.get_by_role("button", name="保存").click()
    expect(lead.get_by_text("已保存。")).to_be_visible()

    merged = reported_by(desk, company, name="何敏", address=f"he@old-{run}.example", phone=number)
    assert merged["contact"]["name"] == "何敏"
    known = desk.agent("GET", "/customers", params={"q": contact})["contacts"]
    assert [merged["contact"]["id"]] == [one["id"] for one in known]
    assert (merged["company"]["name"], merged["company"]["tier"]) == (company, "vip")
    new = reported_by(desk, "别处", name="林小雨", address=f"lin@new-{run}.example")
    assert (new["company"]["name"], new["company"]["is_claimed"]) == (company, False)
    former = reported_by(desk, company, name="周舟", address=f"zhou@mall-{run}.example")
    assert (former["company"]["name"], former["company"]["is_claimed"]) == (company, True)

    lead.goto("/desk/tickets/new?channel=phone")
    lead.get_by_role("searchbox", name="是哪位客户？").press_sequentially(number[:9])
    expect(lead.get_by_text("填写过这个号码。选择之前请先问清来电人是谁。")).to_be_visible()
    lead.locator(".caller-name", has_text=contact).click()
    expect(lead.get_by_label("电话")).to_have_value(number)
    lead.get_by_label("一句话描述问题").fill("来电询问进度")
    lead.get_by_role("button", name="建立工单").click()
    expect(lead.get_by_role("heading", name="来电询问进度")).to_be_visible()
    found = desk.agent("GET", "/customers", params={"q": number})
    assert ([one["name"] for one in found["contacts"]], found["said"]) == ([contact], [])
