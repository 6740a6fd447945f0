"""The desk's past on the local cloud: studied, suggested with its evidence, accepted, and done where allowed."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Role, RootCause
from functions.shared.domain.decisions import resolve
from functions.shared.domain.ticket import evolve, opened
from functions.shared.gateways.tickets import TicketTable
from functions.shared.identifiers import draw_ticket_id
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.endpoints import Endpoints
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk, events_of
from tests.factories import AGENT, SYSTEM, make_message, make_opened, make_problem
from tests.history import past

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DESK = "after-sales"
TICKETS = 160


@pytest.fixture(scope="module")
def solved(cloud: LocalSettings) -> int:
    """So many tickets that people have solved."""
    aws = LocalAws(cloud)
    table = TicketTable(aws.dynamodb, outputs(aws)["TableName"], DESK)
    now = datetime.now(UTC)
    for one in past(TICKETS):
        title, _, text = one.text.partition("\n")
        told = make_problem(title=title, description=make_message(text), module=one.module)
        first = make_opened(problem=told, now=now).model_copy(update={"ticket_id": draw_ticket_id(), "desk": DESK})
        first = first.model_copy(update={"event_id": f"{first.ticket_id}-000001"})
        ticket = opened(first)
        decided = {"priority": one.priority, "team": one.team, "module": one.module}
        events = [ticket.happening(TicketTriaged, actor=SYSTEM, now=now, **decided)]
        ticket = evolve(ticket, events[0])
        done = {"root_cause": RootCause.OTHER, "cause": "", "solution": "done"}
        for event in resolve(ticket, **done, actor=AGENT, now=now):
            events.append(event)
            ticket = evolve(ticket, event)
        table.append(ticket, [first, *events])
    return TICKETS


@pytest.fixture
def learning(cloud: LocalSettings) -> Iterator[Callable[[str], None]]:
    """Says what the desk does with what it learned; afterwards it does what it did before."""
    file = cloud.config / "desk.yaml"
    written = file.read_text(encoding="utf-8")

    def publish(setting: str) -> None:
        file.write_text(re.sub(r"^learning: .*$", f"learning: {setting}", written, flags=re.M), encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config))

    yield publish
    file.write_text(written, encoding="utf-8")
    run_desk(cloud, "config", "publish", str(cloud.config))


def tonight(cloud: LocalSettings) -> dict[str, Any]:
    """What the scheduled function answers when its hour comes."""
    functions = LocalAws(cloud).functions
    pages = functions.get_paginator("list_functions").paginate()
    [name] = [one["FunctionName"] for page in pages for one in page["Functions"] if "Study" in one["FunctionName"]]
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


def mailed(desk: RunningDesk, subject: str) -> dict[str, Any]:
    """A ticket that came by mail, so that nobody said which module it is about."""
    subject = f"{subject} {uuid.uuid4().hex[:6]}"
    mail = EmailMessage()
    sender = f"{uuid.uuid4().hex[:8]}@learning.example"
    mail["From"], mail["To"], mail["Subject"] = sender, desk.support_address, subject
    mail.set_content("您好，麻烦看一下")
    desk.mail(mail, sender=sender)
    line = desk.until(lambda: next((one for one in desk.queue() if one["title"] == subject), None), what="the ticket")
    return desk.triaged(line["reference"])


def test_what_the_past_teaches_is_suggested_accepted_and_done_where_the_desk_allows_it(
    cloud: LocalSettings, desk: RunningDesk, solved: int, learning: Callable[[str], None]
) -> None:
    learning("{suggest: true}")
    told = tonight(cloud)
    assert {"team", "module"} <= set(told["learned"])
    assert told["counted"] >= solved

    def about_the_api() -> dict[str, Any] | None:
        ticket = mailed(desk, "回调收不到，接口返回 500")
        return ticket if ticket["suggestions"] else None

    ticket = desk.until(about_the_api, what="a suggestion")  # the router asks now and then what was learned
    suggested = {one["field"]: one for one in ticket["suggestions"]}
    assert (ticket["team"], suggested["team"]["value"], suggested["module"]["value"]) == (
        "first-line",
        "engineering",
        "api",
    )
    assert suggested["team"]["evidence"]
    assert set("".join(suggested["team"]["evidence"])) <= set("回调收不到接口返回500")

    desk.agent("POST", f"/tickets/{ticket['reference']}/suggestions/team/accept")
    moved = desk.ticket(ticket["reference"])
    assert (moved["team"], moved["assignee"] in ("zhao-lei", "tom-weber")) == ("engineering", True)
    assert "suggestion_accepted" in [reason["code"] for reason in events_of(moved, "TicketAssigned")[-1]["reasons"]]

    learning("{suggest: true, act_above: 0.6}")
    acted = mailed(desk, "数据库连接超时，接口返回 500")
    assert (acted["team"], acted["module"]) == ("engineering", "api")
    reasons = events_of(acted, "TicketTriaged")[0]["reasons"]
    assert any("接口" in reason["zh"] or "数据" in reason["zh"] for reason in reasons if "learn" in reason["code"])


def test_how_often_rules_matched_is_counted_tonight(cloud: LocalSettings, solved: int) -> None:
    assert tonight(cloud)["counted"] >= solved
    lead = RunningDesk(Endpoints.read(cloud.endpoints_file).model_dump(), for_role(cloud, Role.LEAD))
    use = lead.agent("GET", "/rules/use")
    lead.close()

    assert use["counted"]["tickets"] >= solved
    assert use["matched"]["invoice-to-finance"] > 0
