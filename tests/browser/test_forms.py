"""Forms that ask by what was answered: while a report is filled in, and when a mail left something open."""

import re
import uuid
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_story import AGENT, sign_in
from tests.e2e.running_desk import RunningDesk

pytestmark = pytest.mark.browser

PICTURE = {"name": "错误.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n" + bytes(2000)}


def is_optional(page: Page, question: str) -> bool:
    return page.locator(f"[data-question={question}] [data-optional]").is_visible()


def test_a_report_asks_by_its_topic(visitor: Visitor) -> None:
    page = visitor("en-GB")
    page.goto("/report")
    steps, invoice = page.get_by_label("Steps to reproduce"), page.get_by_label("Invoice or contract number")
    expect(invoice).to_be_hidden()
    assert is_optional(page, "steps_to_reproduce")

    page.get_by_label("Something does not work").check()
    expect(steps).to_be_visible()
    assert not is_optional(page, "steps_to_reproduce")
    assert not is_optional(page, "attachments")
    steps.fill("1. Open the report")
    page.get_by_label("Part of the product").select_option("login")

    page.locator("input[name=topic][value=billing]").check()
    expect(steps).to_be_hidden()
    expect(invoice).to_be_visible()
    assert is_optional(page, "attachments")
    expect(page.get_by_label("Part of the product")).to_have_value("")
    offered = page.locator("#module option:not([hidden])").evaluate_all("all => all.map(one => one.value)")
    assert offered == ["", "payment", "billing", "other"]

    page.get_by_label("The problem in one line").fill("Wrong address on the invoice")
    page.get_by_label("Description").fill("Please send a new one.")
    page.get_by_label("Only me").check()
    page.get_by_label("No hurry").check()
    page.get_by_label("Your name").fill("Grace Miller")
    page.get_by_label("Company", exact=True).fill("Northwind")
    page.get_by_label("Phone").fill("+44 20 7946 0000")
    page.get_by_role("button", name="Send report").click()

    expect(page.get_by_role("heading", name="We have it.")).to_be_visible()


def test_what_a_mail_leaves_open_is_filled_in_by_its_link(visitor: Visitor, desk: RunningDesk) -> None:
    address = f"wang.{uuid.uuid4().hex[:8]}@kunde.example"
    mail = EmailMessage()
    mail["From"], mail["To"] = f"王芳 <{address}>", desk.support_address
    mail["Subject"], mail["Message-ID"] = "导出之后金额全部变成零", f"<{uuid.uuid4()}@kunde.example>"
    mail.set_content("从今天上午开始，导出的金额一列全部是 0。")
    desk.mail(mail, sender=address)

    [acknowledgement] = desk.until(lambda: desk.mails_to(address) or None)
    link = re.search(r"https?://\S+/details\?token=\S+", desk.mail_whole(acknowledgement["id"])["text"])
    assert link

    page = visitor()
    page.goto(link[0])
    expect(page).to_have_url(re.compile(r"/details$"))
    page.get_by_label("出现故障").check()
    page.get_by_label("公司", exact=True).fill("恒泰贸易")
    page.get_by_label("产品模块").select_option("data-export")
    page.get_by_label("我的部门").check()
    page.get_by_label("紧急", exact=True).check()
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_text("还差下面这些")).to_be_visible()
    expect(page.get_by_label("公司", exact=True)).to_have_count(0)
    page.get_by_label("重现步骤").fill("1. 打开销售报表  2. 点击导出")
    page.locator("input[type=file]").set_input_files(PICTURE)
    expect(page.locator("input[name=attachments]:enabled")).to_have_count(1)
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_text("谢谢，信息已补充完整。")).to_be_visible()
    expect(page.get_by_text("错误.png")).to_be_visible()
    assert len(desk.mails_to(address)) == 1


def test_a_caller_is_found_while_their_number_is_typed(visitor: Visitor, desk: RunningDesk) -> None:
    number = f"139{uuid.uuid4().int % 10**8:08d}"
    body = {"channel": "phone", "title": "登录不了", "company": "六合", "contact": {"name": "赵六", "phone": number}}
    first = desk.agent("POST", "/tickets", json=body)

    page = visitor()
    sign_in(page, AGENT)
    page.get_by_role("link", name="新建工单").click()
    page.get_by_label("一句话描述问题").fill("第二次来电：还是登录不了")
    page.get_by_role("searchbox", name="是哪位客户？").press_sequentially(number[:9])
    page.locator(".caller").get_by_text("赵六").click()

    expect(page.locator("input[name=contact_phone]")).to_have_value(number)
    expect(page.locator("#caller").get_by_role("link", name="登录不了")).to_be_visible()
    expect(page.get_by_label("一句话描述问题")).to_have_value("第二次来电：还是登录不了")
    page.get_by_role("button", name="建立工单").click()

    expect(page.get_by_text("工单已建立。")).to_be_visible()
    expect(page.get_by_text("由 孙磊 记录")).to_be_visible()
    assert page.get_by_text(first["reference"]).count() == 0
