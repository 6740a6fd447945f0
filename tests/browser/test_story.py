"""The main job as people see it: reported in Chinese, answered, solved, kept, and found by the next who has it."""

import json
import os
import random
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from ops.local.furnish import PASSWORD
from tests.browser.conftest import Visitor
from tests.e2e.running_desk import RunningDesk

pytestmark = pytest.mark.browser

AGENT: Final = "sun.lei@aftercare.example"
MANAGER: Final = "gao.yuan@aftercare.example"
IMAGES: Final = os.environ.get("AFTERCARE_IMAGES")
"""A folder that the pictures for the README are saved in."""


def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    if IMAGES:
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(300)
        page.screenshot(path=Path(IMAGES, f"{name}.png"), full_page=full_page, caret="initial")


PROBLEMS: Final = sorted(Path(__file__).parents[2].glob("events/samples/problems/*.json"))


def report(page: Page, title: str) -> str:
    """Report a problem on the portal; its reference."""
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="提交问题").click()
    page.get_by_label("出现故障").check()
    page.get_by_label("一句话描述问题").fill(title)
    page.get_by_label("详细描述").fill(
        "从今天上午开始，导出的金额一列全部是 0，页面上看是正常的。下午要交给总部，请尽快帮忙。"
    )
    page.get_by_label("产品模块").select_option("data-reports")
    page.get_by_label("我的部门").check()
    page.get_by_label("紧急", exact=True).check()
    page.get_by_label("报错信息").fill("EXPORT-5012: cell type mismatch")
    page.get_by_label("重现步骤").fill("1. 打开销售报表  2. 选择本月  3. 点击导出")
    page.locator("input[type=file]").set_input_files(
        {"name": "导出结果.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n" + bytes(2000)}
    )
    expect(page.locator("input[name=attachments]:enabled")).to_have_count(1)
    page.get_by_label("联系人").fill("王芳")
    page.get_by_label("公司", exact=True).fill("恒泰贸易")
    page.get_by_label("邮箱").fill("wang.fang@hengtai.example")
    picture(page, "portal")
    page.get_by_role("button", name="提交问题").click()
    expect(page.get_by_role("heading", name="我们收到了。")).to_be_visible()
    return page.locator(".reference-box strong").inner_text()


def sign_in(page: Page, email: str) -> None:
    """Through Cognito's managed login to the queue."""
    page.goto("/desk")
    page.locator("input[name=username]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="全部未结工单")).to_be_visible()


def reload_until(page: Page, text: str) -> None:
    """What happens behind the page takes a moment."""
    for _ in range(20):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.get_by_text(text).first).to_be_visible()


def test_a_problem_is_reported_solved_kept_and_found(visitor: Visitor, desk: RunningDesk) -> None:
    two = "".join(random.sample("梅兰竹菊松柏桃李杏枫桂荷桐槐榆柳", 2))
    title = f"导出“{two}”门店的销售报表后金额全部变成零"
    customer, agent = visitor(), visitor()

    reference = report(customer, title)
    customer.get_by_role("link", name="查看处理进度").click()
    expect(customer).to_have_url(re.compile(rf"/track/{reference}$"))
    reload_until(customer, "首次答复不晚于")

    sign_in(agent, AGENT)
    if IMAGES:
        for path in PROBLEMS:
            desk.report(json.loads(path.read_text("utf-8")))
        agent.wait_for_timeout(15_000)
        agent.reload()
    picture(agent, "queue")
    agent.get_by_role("link", name=title).click()
    expect(agent.get_by_role("heading", name=title)).to_be_visible()
    if agent.get_by_role("button", name="领取").count():  # unless it was this agent's turn
        agent.get_by_role("button", name="领取").click()
        expect(agent.get_by_text("工单已归您处理。")).to_be_visible()
    agent.locator(".composer-tabs").get_by_text("内部备注").click()
    agent.get_by_label("仅团队可见").fill("4.8.2 改了单元格类型的推断，怀疑与千分位格式有关。")
    agent.get_by_role("button", name="添加备注").click()
    expect(agent.get_by_text("备注已添加。")).to_be_visible()
    agent.get_by_label("回复 王芳").fill("王女士您好，已经复现。修复发布之前，请先导出 CSV，数字是正确的。")
    agent.get_by_role("button", name="发送回复").click()
    expect(agent.get_by_text("首次响应按时达成")).to_be_visible()

    reload_until(customer, "请先导出 CSV")
    assert "千分位" not in customer.content()
    customer.get_by_label("您的留言").fill("CSV 可以用，谢谢！修好之后请告诉我。")
    customer.get_by_role("button", name="发送").click()
    expect(customer.get_by_text("谢谢，您的留言已添加。")).to_be_visible()
    agent.reload()
    expect(agent.get_by_text("CSV 可以用，谢谢！")).to_be_visible()
    agent.get_by_text("依据").first.click()
    picture(agent, "ticket", full_page=True)

    agent.locator(".composer-tabs").get_by_text("解决").click()
    agent.get_by_label("根本原因").select_option("defect")
    agent.get_by_label("原因是什么？").fill("千分位格式被误判为文本。")
    agent.get_by_label("怎么解决的？").fill("升级到 4.8.3 后重新导出。")
    agent.get_by_label("沉淀为知识").check()
    agent.get_by_role("button", name="解决工单").click()

    expect(agent).to_have_url(re.compile(r"/desk/articles/art_"))
    expect(agent.get_by_label("标题")).to_have_value(title)
    assert "王芳" not in agent.content()
    agent.get_by_role("button", name="发布").click()
    expect(agent.get_by_text("已发布").first).to_be_visible()

    reload_until(customer, "我们认为问题已解决")
    desk.until(lambda: title in desk.call("GET", "/help/suggest", params={"q": two}).text or None)
    reader = visitor()
    reader.goto("/")
    found = reader.locator("#suggestions").get_by_role("link", name=title)
    for _ in range(5):  # an instance of the function may know the last index still
        reader.get_by_role("searchbox").fill("")
        reader.get_by_role("searchbox").press_sequentially(two)
        reader.wait_for_timeout(2000)
        if found.count():
            break
    found.click()
    expect(reader.get_by_role("heading", name=title)).to_be_visible()
    expect(reader.get_by_text("升级到 4.8.3 后重新导出。")).to_be_visible()


def test_a_wrong_report_leads_to_what_is_wrong(visitor: Visitor) -> None:
    page = visitor("en-GB", width=390, height=844)
    page.goto("/report")
    page.get_by_label("The problem in one line").fill("Export is empty")
    page.get_by_role("button", name="Send report").click()

    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors").get_by_role("link", name="Description").click()
    expect(page.get_by_label("Description")).to_be_focused()
    expect(page.get_by_label("The problem in one line")).to_have_value("Export is empty")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_report_works_without_scripts(without_scripts: Page) -> None:
    page = without_scripts
    page.goto("/report?lang=en")
    page.get_by_label("The problem in one line").fill("Export is empty")
    page.get_by_label("Description").fill("Nothing comes out.")
    page.get_by_label("How to do something").check()
    page.get_by_label("Only me").check()
    page.get_by_label("Normal").check()
    page.get_by_label("Your name").fill("Grace Miller")
    page.get_by_label("Company", exact=True).fill("Northwind")
    page.get_by_label("Phone").fill("+44 20 7946 0000")
    page.get_by_role("button", name="Send report").click()

    expect(page.get_by_role("heading", name="We have it.")).to_be_visible()


def test_a_manager_changes_a_rule_sees_what_it_does_and_gives_it_up(visitor: Visitor, desk: RunningDesk) -> None:
    desk.report(json.loads(PROBLEMS[0].read_text("utf-8")))
    manager = visitor()
    sign_in(manager, MANAGER)

    manager.get_by_role("link", name="规则", exact=True).first.click()
    expect(manager.get_by_text("客户等级是“vip”")).to_be_visible()
    manager.get_by_role("link", name="VIP 客户优先并告知客户成功经理").click()
    manager.locator("select[name='a0.do']").select_option("set_team")
    manager.locator("select[name='a0.value']").select_option("customer-success")
    manager.get_by_role("button", name="存入草稿").click()
    expect(manager.get_by_text("已存入草稿。")).to_be_visible()
    manager.get_by_role("link", name="检查并发布").click()
    expect(manager.get_by_text("转给客户成功")).to_be_visible()
    manager.get_by_role("button", name="用这些工单试一试").click()
    expect(manager.get_by_text("个工单中有")).to_be_visible()
    picture(manager, "rules")
    manager.get_by_role("button", name="放弃草稿").click()
    expect(manager.get_by_text("草稿已放弃。")).to_be_visible()


def test_a_choice_made_before_the_page_listens_is_not_lost(visitor: Visitor) -> None:
    manager = visitor()
    sign_in(manager, MANAGER)

    held: list[Route] = []
    manager.route("**/htmx.min.js*", lambda route: held.append(route))
    manager.goto("/desk/rules/vip-first", wait_until="commit")
    manager.locator("select[name='a0.do']").select_option("set_team")
    team = manager.locator("select[name='a0.value'] option[value='customer-success']")
    expect(team).to_have_count(0)
    held[0].continue_()

    expect(team).to_be_attached()
