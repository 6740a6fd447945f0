"""Promises on the local cloud: who is told when one is broken, and what becomes of open tickets when one is edited."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.settings import LocalSettings
from tests.e2e.local_cloud import EDITED_PROMISE, EDITED_PROMISE_MODULE, run_desk
from tests.e2e.running_desk import RunningDesk, events_of
from tests.e2e.test_main_job import instant, problem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_breach_reaches_a_webhook_and_a_named_address_and_is_acknowledged(
    cloud: LocalSettings, desk: RunningDesk, thirty_second_policy: dict[str, str]
) -> None:
    reference = desk.report(problem(**thirty_second_policy)).json()["reference"]

    def told() -> list[dict[str, Any]]:
        return events_of(desk.ticket(reference), "WebhookSent")

    [sent] = desk.until(told, patience_s=90, what="the webhook")
    [escalated] = events_of(desk.ticket(reference), "TicketEscalated")
    assert sent["cause"] == escalated["event_id"]

    received = httpx.get(f"{desk.url}/webhooks/api/received", timeout=30, trust_env=False).json()
    [post] = [one for one in received if one["delivery"] == escalated["event_id"]]
    assert json.loads(post["body"])["ticket"]["reference"] == reference
    aws = LocalAws(cloud)
    name = f"{outputs(aws)['WebhookSecrets']}/e2e"
    secret = aws.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    signed = f"{post['timestamp']}.{post['body']}".encode()
    assert post["signature"] == f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"

    def mailed() -> bool:
        return any(reference in mail["subject"] for mail in desk.mails_to("duty@elsewhere.example"))

    desk.until(mailed, what="the mail to a named address")
    desk.agent("POST", f"/tickets/{reference}/acknowledge", json={})
    [acknowledged] = events_of(desk.ticket(reference), "EscalationAcknowledged")
    assert acknowledged["actor"]["kind"] == "agent"


def test_an_edited_policy_moves_the_deadline_and_the_timer_of_an_open_ticket(
    cloud: LocalSettings, desk: RunningDesk
) -> None:
    reference = desk.report(problem(module=EDITED_PROMISE_MODULE)).json()["reference"]
    before = desk.triaged(reference)
    [clock] = [clock for clock in before["clocks"] if clock["target"] == "5h"]

    file = cloud.config / "policies" / EDITED_PROMISE
    written = file.read_text(encoding="utf-8")
    try:
        file.write_text(written.replace("5h", "7h"), encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config), "-m", "seven hours")
        moved, *_ = desk.until(lambda: events_of(desk.ticket(reference), "ClockRetargeted"), what="the new deadline")
    finally:
        file.write_text(written, encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config), "-m", "five hours again")
    assert instant(moved["old_due_at"]) == instant(clock["due_at"])
    assert instant(moved["due_at"]) - instant(moved["old_due_at"]) == timedelta(hours=2)
    assert [reason["code"] for reason in moved["reasons"]] == ["sla.policy_changed"]

    def has_moved_back() -> bool:
        return desk.ticket(reference)["timer"]["at"] == clock["due_at"]

    desk.until(has_moved_back, what="the timer of the first promise")
