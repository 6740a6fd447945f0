"""Where the local desk's webhooks end."""

from pathlib import Path

import pytest

from ops.local.settings import LocalSettings
from ops.local.tool import application
from tests.unit.local_cloud.test_mailbox import Room
from tests.unit.local_cloud.visitor import Visitor


@pytest.fixture
def browser(tmp_path: Path) -> Visitor:
    return Visitor(application(LocalSettings(home=tmp_path), Room()))


def test_what_a_webhook_was_told_is_shown_and_listed(browser: Visitor) -> None:
    assert "No webhook was told anything yet" in browser.get("/webhooks/").text
    headers = {"Aftercare-Event": "SlaBreached", "Aftercare-Url": "https://pager.example.com/<x>"}
    assert browser.post("/webhooks/sink", content='{"text": "到期"}', headers=headers).status_code == 200

    (received,) = browser.get("/webhooks/api/received").json()
    assert (received["event"], received["url"]) == ("SlaBreached", "https://pager.example.com/<x>")
    assert received["body"] == '{"text": "到期"}'
    page = browser.get("/webhooks/").text
    assert "到期" in page
    assert "https://pager.example.com/&lt;x&gt;" in page
