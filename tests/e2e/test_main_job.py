"""The main job on the local cloud: reported, triaged, timed, told, escalated; nothing lost, nothing doubled."""

import json
import uuid
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.running_desk import RunningDesk, events_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SAMPLES = Path(__file__).parents[2] / "events" / "samples"
PROBLEMS = sorted((SAMPLES / "problems").glob("*.json"))
MAILS = sorted((SAMPLES / "mail").glob("*.eml"))


def problem(**changes: Any) -> dict[str, Any]:
    return {**json.loads((SAMPLES / "problems" / "01-site-down-zh.json").read_text()), **changes}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_posted_p0_has_team_agent_and_both_deadlines_on_its_timeline(desk: RunningDesk) -> None:
    reference = desk.report(problem(title="支付功能全线失灵")).json()["reference"]
    ticket = desk.triaged(reference)

    assert ticket["priority"] == "P0"
    assert ticket["assignee"]
    due = {clock["metric"]: instant(clock["due_at"]) for clock in ticket["clocks"]}
    opened = instant(ticket["opened_at"])
    assert due == {"first_response": opened + timedelta(minutes=15), "resolution": opened + timedelta(hours=4)}
    assert {event["metric"] for event in events_of(ticket, "ClockStarted")} == {"first_response", "resolution"}
    assert all(event["walk"] for event in events_of(ticket, "ClockStarted"))
    [triaged] = events_of(ticket, "TicketTriaged")
    assert triaged["reasons"]


def test_a_mail_becomes_a_ticket_is_acknowledged_and_its_answer_joins_it(desk: RunningDesk) -> None:
    run = uuid.uuid4().hex[:8]
    sender, subject = f"grace-{run}@northwind-outdoor.example", f"Our site is down ({run})"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Grace Miller <{sender}>", desk.support_address, subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@northwind-outdoor.example>"
    mail.set_content("Nobody can reach the web shop since 10:20. Every order is lost.")
    for _ in range(2):
        desk.mail(mail)

    line = desk.until(lambda: next((one for one in desk.queue() if one["title"] == subject), None))
    ticket = desk.triaged(line["reference"])
    assert (ticket["priority"], ticket["channel"], ticket["language"]) == ("P0", "email", "en")
    assert len([one for one in desk.queue() if one["title"] == subject]) == 1

    [acknowledgement] = desk.until(lambda: desk.mails_to(sender), what="the acknowledgement")
    assert line["reference"] in acknowledgement["subject"]
    whole = desk.mail_whole(acknowledgement["id"])
    answer = desk.call("POST", f"/mailbox/api/messages/{whole['id']}/reply", json={"text": "It works again, thanks."})
    assert answer.status_code == 202
    desk.until(lambda: events_of(desk.ticket(line["reference"]), "MessageReceived"), what="the customer's answer")
    assert len(desk.mails_to(sender)) == 1  # an answer is not acknowledged with another mail


def test_a_reply_stops_the_first_clock_and_waiting_pauses_the_resolution(desk: RunningDesk) -> None:
    reported = desk.report(problem(title="商城首页打不开")).json()
    reference = reported["reference"]
    desk.triaged(reference)
    desk.agent("POST", f"/tickets/{reference}/take")
    ticket = desk.agent("POST", f"/tickets/{reference}/reply", json={"text": "正在处理", "then_wait": True})
    clocks = {clock["metric"]: clock for clock in ticket["clocks"]}

    assert clocks["first_response"]["state"] == "met"
    assert (clocks["resolution"]["state"], clocks["resolution"]["paused_by"]) == ("paused", "waiting_customer")

    tracked = desk.call("GET", f"/api/v1/tickets/{reference}", token=reported["token"]).json()
    assert [entry["text"] for entry in tracked["timeline"] if entry["kind"] == "reply"] == ["正在处理"]
    desk.call("POST", f"/api/v1/tickets/{reference}/messages", token=reported["token"], json={"text": "好的"})
    ticket = desk.ticket(reference)
    assert ticket["status"] == "open"
    assert {clock["state"] for clock in ticket["clocks"] if clock["metric"] == "resolution"} == {"running"}

    ticket = desk.agent(
        "POST", f"/tickets/{reference}/resolve", json={"root_cause": "defect", "cause": "缓存", "solution": "已修复"}
    )
    assert ticket["status"] == "resolved"
    ticket = desk.agent("POST", f"/tickets/{reference}/reopen", json={})
    cycles = {clock["metric"]: clock["cycle"] for clock in ticket["clocks"]}
    assert cycles["resolution"] == 2


def test_a_thirty_second_promise_is_escalated_within_two_seconds(
    desk: RunningDesk, thirty_second_policy: dict[str, str]
) -> None:
    reference = desk.report(problem(**thirty_second_policy)).json()["reference"]
    ticket = desk.triaged(reference)
    due = next(instant(clock["due_at"]) for clock in ticket["clocks"] if clock["metric"] == "first_response")
    assert due - instant(ticket["opened_at"]) == timedelta(seconds=30)

    [breached] = desk.until(lambda: events_of(desk.ticket(reference), "SlaBreached"), patience_s=60, what="the breach")
    [escalated, *_] = desk.until(lambda: events_of(desk.ticket(reference), "TicketEscalated"), what="the escalation")
    for event in (breached, escalated):
        assert timedelta(0) <= instant(event["occurred_at"]) - due <= timedelta(seconds=2), event["type"]

    def told() -> list[str]:
        sent = events_of(desk.ticket(reference), "NotificationSent")
        return [event["recipient"] for event in sent if event["cause"] == escalated["event_id"]]

    for recipient in desk.until(told, what="mail about the escalation"):
        assert any(reference in mail["subject"] for mail in desk.mails_to(recipient))


def test_twenty_samples_sent_twice_with_a_consumer_killed_are_twenty_tickets_each_triaged_once(
    desk: RunningDesk, emulator_pid: int
) -> None:
    assert len(PROBLEMS) + len(MAILS) == 20
    run = uuid.uuid4().hex[:8]
    references: set[str] = set()
    before = {line["reference"] for line in desk.queue()}
    for attempt in range(2):
        for number, path in enumerate(PROBLEMS):
            answer = desk.report(json.loads(path.read_text()), key=f"{run}-{path.stem}")
            assert answer.status_code == (201 if attempt == 0 else 200), answer.text
            references.add(answer.json()["reference"])
            if (attempt, number) == (0, 7):
                desk.until(lambda: _kill(emulator_pid, "Router"), what="a router to kill")
        for path in MAILS:
            desk.mail(path.read_bytes().replace(b"Message-ID: <", f"Message-ID: <{run}-".encode()))

    def all_triaged() -> dict[str, dict[str, Any]] | None:
        new = {line["reference"] for line in desk.queue()} - before
        if len(new) < 20:
            return None
        tickets = {reference: desk.ticket(reference) for reference in new}
        return tickets if all(ticket["team"] and ticket["clocks"] for ticket in tickets.values()) else None

    tickets = desk.until(all_triaged, patience_s=100, what="twenty triaged tickets")
    assert len(tickets) == 20
    assert references <= tickets.keys()
    for reference, ticket in tickets.items():
        assert len(events_of(ticket, "TicketOpened")) == 1, reference
        assert len(events_of(ticket, "TicketTriaged")) == 1, reference
        assert [event["sequence"] for event in ticket["timeline"]] == list(range(1, len(ticket["timeline"]) + 1))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"title": "x"}, 422, "invalid_input"),
        (problem(module="no-such-module"), 422, "invalid_input"),
        (problem(description="长" * 100_000), 422, "invalid_input"),
        (b"{not json", 400, "malformed_request"),
    ],
)
def test_bad_input_is_a_problem_that_says_what_is_wrong(desk: RunningDesk, body: Any, status: int, code: str) -> None:
    request = (
        {"content": body, "headers": {"Content-Type": "application/json"}}
        if isinstance(body, bytes)
        else {"json": body}
    )
    answer = desk.call("POST", "/api/v1/tickets", **request)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_wrong_token_sees_nothing(desk: RunningDesk) -> None:
    reference = desk.report(problem()).json()["reference"]

    assert desk.call("GET", f"/api/v1/tickets/{reference}").status_code == 401
    assert desk.call("GET", f"/api/v1/tickets/{reference}", token="ac_forged").status_code == 401
    assert desk.call("GET", f"/api/v1/desk/tickets/{reference}", token="ac_forged").status_code == 401


def _kill(emulator_pid: int, function: str) -> int:
    """Kill every process that runs `function` for the emulator; how many there were."""
    workers = [
        process
        for process in psutil.Process(emulator_pid).children(recursive=True)
        if any(function in argument for argument in process.cmdline())
    ]
    for worker in workers:
        worker.kill()
    return len(workers)
