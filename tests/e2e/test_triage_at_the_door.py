"""Triage that fails at the door, on the local cloud: nobody is kept out, and the router makes it good."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.shared.gateways import keys
from ops.local.aws import LocalAws
from ops.local.deploy import outputs
from ops.local.settings import LocalSettings
from tests.e2e.running_desk import RunningDesk, events_of
from tests.e2e.test_main_job import problem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DESK = "after-sales"


@pytest.fixture
def _triage_fails_at_the_door(cloud: LocalSettings) -> Iterator[None]:
    """What doors read along with the customer, and the router does not, cannot be understood meanwhile."""
    aws = LocalAws(cloud)
    table: Any = outputs(aws)["TableName"]
    place: dict[str, Any] = {"pk": {"S": keys.incidents(DESK)}, "sk": {"S": keys.CHANGES}}
    before = aws.dynamodb.get_item(TableName=table, Key=place, ConsistentRead=True).get("Item")
    aws.dynamodb.put_item(TableName=table, Item={**place, "changes": {"S": "broken"}})
    try:
        yield
    finally:
        if before:
            aws.dynamodb.put_item(TableName=table, Item=before)
        else:
            aws.dynamodb.delete_item(TableName=table, Key=place)


@pytest.mark.usefixtures("_triage_fails_at_the_door")
def test_a_report_whose_triage_failed_at_the_door_is_taken_and_triaged_by_the_router(desk: RunningDesk) -> None:
    answer = desk.report(problem(title="支付功能全线失灵"))

    assert answer.status_code == 201, answer.text
    reported = answer.json()
    assert (reported["status"], reported["priority"]) == ("new", None)
    assert (reported["first_response_due_at"], reported["resolution_due_at"]) == (None, None)

    ticket = desk.triaged(reported["reference"])
    assert (ticket["status"], ticket["priority"]) == ("open", "P0")
    assert {clock["metric"] for clock in ticket["clocks"] if clock["due_at"]} == {"first_response", "resolution"}
    [opened] = events_of(ticket, "TicketOpened")
    assert not opened.get("is_triaged")
    [triaged] = events_of(ticket, "TicketTriaged")
    assert triaged["occurred_at"] > opened["occurred_at"]

    tracked = desk.call("GET", f"/api/v1/tickets/{reported['reference']}", token=reported["token"]).json()
    assert tracked["first_response_due_at"]
    assert tracked["resolution_due_at"]
