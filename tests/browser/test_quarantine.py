"""The quarantine as a lead sees it: what could not be read, looked at, and put away with a reason."""

import uuid
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_story import AGENT, picture, reload_until, sign_in
from tests.e2e.running_desk import RunningDesk

pytestmark = pytest.mark.browser

LEAD: Final = "zhou.min@aftercare.example"


def test_a_lead_looks_at_a_held_mail_and_deletes_it_with_a_reason(visitor: Visitor, desk: RunningDesk) -> None:
    mark = f"nonsense-{uuid.uuid4().hex[:8]}"
    sender = f"{mark}@nowhere.example"
    desk.mail(f"X-Nothing: here\r\n\r\n<img src=x onerror=alert(1)> {mark}\r\n".encode(), sender=sender)
    agent, lead = visitor(), visitor()

    sign_in(agent, AGENT)
    expect(agent.get_by_role("link", name="隔离区")).to_have_count(0)
    agent.goto("/desk/quarantine")
    expect(agent.locator(".queue-row")).to_have_count(0)

    sign_in(lead, LEAD)
    lead.get_by_role("link", name="隔离区").click()
    reload_until(lead, sender)
    picture(lead, "quarantine")
    lead.locator(".queue-row", has_text=sender).get_by_role("link").click()
    expect(lead.get_by_text("这不是一封邮件，或者无法安全地读取。")).to_be_visible()
    expect(lead.locator("pre")).to_contain_text(f"<img src=x onerror=alert(1)> {mark}")
    picture(lead, "held-mail")
    looked_at = lead.url

    lead.get_by_text("删除", exact=True).click()
    lead.get_by_label("为什么删除？").fill("没有内容")
    lead.get_by_role("button", name="彻底删除").click()
    expect(lead.get_by_text("邮件已删除。")).to_be_visible()
    expect(lead.locator(".queue-row", has_text=sender)).to_have_count(0)
    lead.goto(looked_at)
    expect(lead.get_by_text("原因：没有内容")).to_be_visible()
