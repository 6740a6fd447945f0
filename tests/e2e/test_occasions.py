"""Rules on escalations and on passing time, and a chain that ends, on the local cloud."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.local.settings import LocalSettings
from tests.e2e.local_cloud import run_desk
from tests.e2e.running_desk import RunningDesk, events_of
from tests.e2e.test_main_job import problem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RULES = """
rules:
  - id: e2e-late
    name: {zh: 超时打标, en: Tag what escalates}
    on: [escalated]
    when:
      all:
        - {field: escalation.metric, op: is, value: first_response}
        - {field: text, op: contains, value: 深空站}
    then:
      - {do: add_tags, tags: [e2e-late]}
      - {do: set_field, field: urgency, value: high}
      - {do: set_field, field: language, value: en}
  - id: e2e-old
    name: {zh: 搁置打标, en: Tag what lies around}
    on: [timer]
    when:
      all:
        - {field: age, op: at_least, value: 0.004}
        - {field: text, op: contains, value: 深空站}
    then: [{do: add_tags, tags: [E2E-Old]}, {do: add_tags, tags: [e2e-old]}]
"""

CHAIN = "\n".join(
    ["rules:"]
    + [
        f"  - {{id: e2e-link-{n}, name: {{zh: 连环 {n}, en: Link {n}}}, on: [updated],"
        f" when: {{field: tags, op: contains, value: link-{n}}},"
        f" then: [{{do: add_tags, tags: [link-{n + 1}]}}]}}"
        for n in range(8)
    ]
    + [
        "  - {id: e2e-link-begin, name: {zh: 开头, en: Begin}, on: [message],"
        " when: {field: message, op: contains, value: 连环开始}, then: [{do: add_tags, tags: [link-0]}]}"
    ]
)


@pytest.fixture
def rules_file(cloud: LocalSettings) -> Iterator[Callable[[str], None]]:
    """A further file of rules; when the test is over it is gone, and the rules without it are live."""
    file = cloud.config / "rules" / "z-occasions.yaml"

    def publish(text: str) -> None:
        file.write_text(text, encoding="utf-8")
        run_desk(cloud, "config", "publish", str(cloud.config))

    yield publish
    file.unlink()
    run_desk(cloud, "config", "publish", str(cloud.config))


def test_rules_act_when_a_deadline_escalates_and_when_time_has_passed(
    desk: RunningDesk, rules_file: Callable[[str], None], thirty_second_policy: dict[str, str]
) -> None:
    rules_file(RULES)
    reference = desk.report(problem(title="深空站没有信号", urgency="low", **thirty_second_policy)).json()["reference"]

    def tagged() -> dict[str, Any] | None:
        ticket = desk.ticket(reference)
        return ticket if {"e2e-late", "E2E-Old"} <= set(ticket["tags"]) else None

    ticket = desk.until(tagged, patience_s=120, what="both rules' acts")

    assert "e2e-old" not in ticket["tags"]
    assert (ticket["urgency"], ticket["language"]) == ("high", "en")
    by_occasion = {event["occasion"]: event for event in events_of(ticket, "RulesApplied")}
    assert by_occasion["escalated"]["matched_rules"] == ["e2e-late"]
    assert by_occasion["timer"]["matched_rules"] == ["e2e-old"]
    [escalated] = [one for one in events_of(ticket, "TicketEscalated") if one["metric"] == "first_response"]
    assert by_occasion["escalated"]["cause"] == escalated["event_id"]
    [passed] = events_of(ticket, "TimePassed")
    assert (passed["measure"], by_occasion["timer"]["cause"]) == ("age", passed["event_id"])


def test_a_chain_of_rules_ends_and_the_timeline_says_which_rule_was_held_back(
    desk: RunningDesk, rules_file: Callable[[str], None]
) -> None:
    rules_file(CHAIN)
    opened = desk.report(problem(title="一个普通问题", description="慢", impact="person", urgency="low")).json()
    desk.triaged(opened["reference"])
    path = f"/api/v1/tickets/{opened['reference']}/messages"
    desk.call("POST", path, token=opened["token"], json={"text": "连环开始"}).raise_for_status()

    [held] = desk.until(lambda: events_of(desk.ticket(opened["reference"]), "RulesHeldBack"), what="the chain's end")

    assert (held["runs"], held["held_back"]) == (5, ["e2e-link-4"])
    assert desk.ticket(opened["reference"])["tags"][-1] == "link-4"
