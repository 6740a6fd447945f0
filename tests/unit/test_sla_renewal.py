"""A policy or a calendar was edited: what becomes of the clocks of tickets that are open, and of finished ones."""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from functions.shared.contracts.config_events import ConfigPublished
from functions.shared.contracts.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    SlaBreached,
    TicketTriaged,
)
from functions.shared.contracts.words import Metric, Priority, Status, TicketId
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import ConfigMissing
from functions.shared.domain.policies import Sla, SlaPolicy
from functions.shared.domain.sla import SlaRules
from functions.shared.ticketing import Tickets
from functions.sla_watchdog import renewing
from functions.sla_watchdog.renewing import BATCH, PAGE, Batch, Page, Renewal, Renewed
from tests.factories import AGENT, NOON, SYSTEM, default_config, make_opened
from tests.fakes import CountedIds, InMemoryTickets
from tests.unit.sla_desk import RULES, SLA, Desk, as_written, minutes

FIRST, RESOLUTION = Metric.FIRST_RESPONSE, Metric.RESOLUTION


def edited(**standard: Any) -> SlaRules:
    """The rules after an edit of the standard policy."""
    sla = deepcopy(SLA)
    sla["policies"][1].update(standard)
    return SlaRules(Sla.model_validate(sla), as_written, config_version=8)


def renew(desk: Desk, minute: float, rules: SlaRules) -> list[ClockEvent]:
    """What the renewal adds to the ticket's history."""
    known = len(desk.store.timeline(desk.id))
    desk.rules = rules
    desk.tickets.handle(desk.id, lambda ticket: rules.renew(ticket, minutes(minute)))
    return [event for event in desk.store.timeline(desk.id)[known:] if isinstance(event, ClockEvent)]


def targets(**promised: Any) -> dict[str, Any]:
    return {"P1": promised}


def test_an_edited_target_moves_the_deadline_and_both_are_recorded() -> None:
    desk = Desk(Priority.P1)
    first, resolution = renew(desk, 10, edited(targets=targets(first_response="2h", resolution="30h")))
    assert isinstance(first, ClockRetargeted)
    assert isinstance(resolution, ClockRetargeted)
    assert (first.old_target, first.old_due_at) == ("1h", minutes(60))
    assert (first.target, first.due_at) == ("2h", minutes(120))
    assert [reason.code for reason in first.reasons] == ["sla.policy_changed"]
    assert first.config_version == 8
    assert desk.due(RESOLUTION) == 30 * 60
    assert desk.next_act == 60  # half of two hours


def test_renewing_again_changes_nothing() -> None:
    desk, rules = Desk(Priority.P1), edited(targets=targets(first_response="2h"))
    assert renew(desk, 10, rules) != []
    version = desk.ticket.version
    assert renew(desk, 20, rules) == []
    assert desk.ticket.version == version


def test_a_deadline_that_has_passed_by_the_new_policy_is_a_breach_at_once() -> None:
    desk = Desk(Priority.P1)
    _, breached, *_ = renew(desk, 25, edited(targets=targets(first_response="20m", resolution="24h")))
    assert isinstance(breached, SlaBreached)
    assert (breached.occurred_at, breached.due_at) == (minutes(25), minutes(20))
    assert [reason.code for reason in breached.reasons] == ["sla.breached_on_change"]


def test_edited_hours_of_a_calendar_move_the_deadline() -> None:
    desk = Desk(Priority.P2)  # opened at noon in Shanghai: 13:30, and four hours more
    sla = deepcopy(SLA)
    sla["calendars"]["office"]["closed"] = [{"date": "2026-03-02", "hours": ["13:30-15:30"], "name": "消防演习"}]
    first, resolution = renew(desk, 10, SlaRules(Sla.model_validate(sla), as_written))
    assert isinstance(first, ClockRetargeted)
    assert (first.old_target, first.target) == ("4h", "4h")
    assert (first.old_due_at, first.due_at) == (minutes(5.5 * 60), minutes(22.5 * 60))
    assert [reason.code for reason in first.reasons] == ["sla.calendar_changed"]
    assert resolution.metric is RESOLUTION


def test_a_finished_cycle_never_changes() -> None:
    desk = Desk(Priority.P1)
    desk.reply(10)
    before = desk.ticket.clocks[FIRST]
    moved = renew(desk, 20, edited(targets=targets(first_response="5m", resolution="20h")))
    assert [event.metric for event in moved] == [RESOLUTION]
    assert desk.ticket.clocks[FIRST] == before
    desk.resolve(30)
    assert renew(desk, 40, edited(targets=targets(first_response="1m", resolution="1m"))) == []


def test_a_cycle_is_judged_by_the_deadline_that_held_when_it_stopped() -> None:
    desk = Desk(Priority.P1)
    desk.rules = edited(targets=targets(first_response="5m", resolution="24h"))
    desk.reply(30)  # the renewal had not come yet
    (stopped,) = [event for event in desk.store.timeline(desk.id) if isinstance(event, ClockStopped)]
    assert (stopped.result, stopped.due_at) == ("met", minutes(60))


def test_other_warnings_alone_move_no_deadline() -> None:
    desk = Desk(Priority.P1)
    assert renew(desk, 10, edited(clocks={"first_response": {"warn": [{"at": "25%"}]}})) == []


def test_what_no_policy_promises_any_more_is_never_late() -> None:
    desk = Desk(Priority.P1)
    nothing = SlaRules(Sla.model_validate({**SLA, "policies": []}), as_written)
    first, resolution = renew(desk, 10, nothing)
    assert isinstance(first, ClockRetargeted)
    assert (first.target, first.due_at, first.reasons[0].code) == (None, None, "sla.unpromised")
    assert isinstance(resolution, ClockRetargeted)
    assert desk.next_act is None
    assert renew(desk, 20, nothing) == []


def test_what_a_new_policy_promises_starts_the_clocks_of_an_open_ticket() -> None:
    nothing = SlaRules(Sla.model_validate({**SLA, "policies": []}), as_written)
    desk = Desk(Priority.P1, nothing)
    assert desk.ticket.clocks == {}
    started = renew(desk, 5, RULES)
    assert {event.metric for event in started if isinstance(event, ClockStarted)} == {FIRST, RESOLUTION}
    assert desk.due(FIRST) == 60


def test_a_clock_stands_and_runs_as_the_edited_policy_says() -> None:
    desk = Desk(Priority.P1)
    desk.reply(5)
    desk.wait(10)
    (resumed,) = renew(desk, 70, edited(clocks={}))
    assert isinstance(resumed, ClockResumed)
    assert desk.due(RESOLUTION) == 25 * 60
    (paused,) = renew(desk, 80, RULES)
    assert isinstance(paused, ClockPaused)


def test_a_ticket_whose_deadline_moved_before_the_walk_came_is_not_moved_again() -> None:
    desk, rules = Desk(Priority.P1), edited(targets=targets(first_response="2h", resolution="24h"))
    desk.rules = rules
    desk.say(10)
    moved = [event for event in desk.store.timeline(desk.id) if isinstance(event, ClockRetargeted)]
    assert [event.due_at for event in moved] == [minutes(120)]
    assert renew(desk, 11, rules) == []


def with_policy(config: DeskConfig, policy: SlaPolicy) -> DeskConfig:
    return DeskConfig.model_validate({**config.content(), "policies": (policy,), "version": config.version})


class Queue:
    """Holds what was sent; doubles it, if told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[BaseModel, timedelta]] = []

    def send(self, messages: Sequence[BaseModel], delay: timedelta = timedelta(0)) -> None:
        self.sent += [(message, delay) for message in messages]


class Configurations:
    def __init__(self, *versions: DeskConfig) -> None:
        self.versions = versions

    def last_read(self) -> DeskConfig:
        return self.versions[-1]

    def at(self, version: int) -> DeskConfig:
        if not 1 <= version <= len(self.versions):
            raise ConfigMissing
        return self.versions[version - 1]


class Walk:
    """A desk of many tickets, and the renewal of their clocks."""

    def __init__(self, count: int = 0) -> None:
        before = default_config()
        (policy,) = before.policies
        p2 = policy.targets[Priority.P2].model_copy(update={"first_response": "6h"})
        calmer = policy.model_copy(update={"targets": {**policy.targets, Priority.P2: p2}})
        after = with_policy(before.model_copy(update={"version": 2, "teams": before.teams[1:]}), calmer)
        self.store, self.queue = InMemoryTickets(), Queue()
        self.rules = clock_rules(before)
        self.tickets = Tickets(self.store, lambda: self.rules, CountedIds())
        self.open = [self.triaged() for _ in range(count)]
        self.rules = clock_rules(after)
        self.renewal = Renewal(self.tickets, self.store, Configurations(before, after), lambda: self.rules, self.queue)

    def triaged(self) -> TicketId:
        ticket, _ = self.tickets.open(lambda ticket_id: make_opened(int(ticket_id[-8:], 36)))
        event = {"actor": SYSTEM, "now": NOON, "priority": Priority.P2, "team": "first-line"}
        return self.tickets.handle(ticket.id, lambda t: [t.happening(TicketTriaged, **event)]).id

    def published(self, *changed: str) -> ConfigPublished:
        return ConfigPublished(
            event_id="c-2", desk="after-sales", sequence=2, occurred_at=NOON, actor=AGENT, changed=changed
        )

    def run(self) -> Renewed:
        """Do all the work there is, and the newest first, so that nothing depends on the order."""
        looked_at = changed = 0
        while self.queue.sent:
            work, _ = self.queue.sent.pop()
            assert isinstance(work, Page | Batch)
            done = self.renewal.do(work, NOON + timedelta(minutes=5))
            looked_at, changed = looked_at + done.looked_at, changed + done.changed
        return Renewed(looked_at, changed)


def test_what_moves_no_deadline_begins_no_walk() -> None:
    walk = Walk()
    walk.renewal.begin(walk.published("rules", "people"))
    assert walk.queue.sent == []


def test_the_walk_goes_through_every_team_and_status_twice_also_of_a_team_just_dropped() -> None:
    walk = Walk()
    walk.renewal.begin(walk.published("policies"))
    at_once = [work for work, delay in walk.queue.sent if not delay]
    later = [work for work, delay in walk.queue.sent if delay == timedelta(minutes=1)]
    assert {work.walk for work in at_once if isinstance(work, Page)} == {"2:first"}
    assert [work.model_copy(update={"walk": "2:second"}) for work in at_once] == later
    assert Page(team="first-line", status=Status.OPEN, walk="2:first") in at_once
    assert Page(team=None, status=Status.NEW, walk="2:first") in at_once
    assert not [page for page in at_once if isinstance(page, Page) and not page.status.is_active]


def test_every_open_ticket_is_renewed_once_in_small_batches() -> None:
    walk = Walk(2 * BATCH + 3)
    walk.renewal.begin(walk.published("policies"))
    renewed = walk.run()
    assert renewed.changed == len(walk.open)
    assert renewed.looked_at == 2 * len(walk.open)  # the second look finds nothing to do
    assert {walk.store.get(ticket_id).clocks[FIRST].target for ticket_id in walk.open} == {"6h"}


class Died(Exception):
    """The platform ended an invocation."""


@pytest.mark.parametrize("lives", [1, 2, 5, 13])
def test_what_one_invocation_leaves_the_next_ones_do_wherever_it_died(lives: int, monkeypatch: Any) -> None:
    """Every invocation dies after so many calls of the table or the queue; what it had in hand comes back."""
    monkeypatch.setattr(renewing, "PAGE", 4)
    monkeypatch.setattr(renewing, "BATCH", 2)
    walk = Walk(11)
    left = 0

    def dying(call: Any) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Died
            return call(*args, **kwargs)

        return called

    send = dying(walk.queue.send)

    def one_by_one(messages: Sequence[BaseModel], delay: timedelta = timedelta(0)) -> None:
        for message in messages:
            send([message], delay)

    monkeypatch.setattr(walk.queue, "send", one_by_one)
    monkeypatch.setattr(walk.store, "append", dying(walk.store.append))
    monkeypatch.setattr(walk.store, "queue", dying(walk.store.queue))
    left = 10_000
    walk.renewal.begin(walk.published("policies"))
    tries: Counter[str] = Counter()
    invocations = 0
    while walk.queue.sent:
        work, _ = walk.queue.sent.pop(0)
        tries[work.model_dump_json()] += 1
        invocations += 1
        # A step takes more calls than an early death allows: the platform is kinder from its third try on.
        left = lives if tries[work.model_dump_json()] < 3 else 10_000
        try:
            walk.renewal.do(work, NOON + timedelta(minutes=5))  # type: ignore[arg-type]  # pages and batches only
        except Died:
            walk.queue.sent.append((work, timedelta(0)))

    assert invocations > 11
    for ticket_id in walk.open:
        moved = [event for event in walk.store.timeline(ticket_id) if isinstance(event, ClockRetargeted)]
        assert [event.metric for event in moved].count(FIRST) == 1
        assert walk.store.get(ticket_id).clocks[FIRST].target == "6h"


def test_no_step_of_the_walk_is_long_however_many_tickets_there_are() -> None:
    walk = Walk(2 * PAGE + 1)
    walk.renewal.do(Page(team="first-line", status=Status.OPEN), NOON)

    *batches, page = [work for work, _ in walk.queue.sent]
    assert [len(batch.tickets) for batch in batches if isinstance(batch, Batch)] == [BATCH] * (PAGE // BATCH)
    assert isinstance(page, Page)
    assert page.after


def test_a_page_that_comes_twice_does_not_double_the_rest_of_the_walk() -> None:
    walk = Walk(PAGE + 1)
    page = Page(team="first-line", status=Status.OPEN, walk="2:first")
    walk.renewal.do(page, NOON)
    once = len(walk.queue.sent)

    walk.renewal.do(page, NOON)
    assert len(walk.queue.sent) == once
    walk.renewal.do(page.model_copy(update={"walk": "3:first"}), NOON)
    assert len(walk.queue.sent) == 2 * once


def test_a_batch_that_failed_is_tried_ticket_by_ticket() -> None:
    walk = Walk(3)
    walk.renewal.cut(Batch(tickets=tuple(walk.open)))

    assert [work for work, _ in walk.queue.sent] == [Batch(tickets=(one,)) for one in walk.open]


def test_a_ticket_that_is_gone_is_passed_over() -> None:
    assert Walk().renewal.do(Batch(tickets=("tkt_zzzzzzzz",)), NOON) == Renewed(1, 0)


def test_other_warnings_move_the_timer_and_are_counted() -> None:
    walk = Walk(1)
    config = default_config()
    (policy,) = config.policies
    rule = policy.clocks[FIRST].model_copy(update={"warn": ()})
    calm = policy.model_copy(update={"clocks": {FIRST: rule}})
    walk.rules = clock_rules(with_policy(config, calm))
    before = walk.store.get(walk.open[0])
    assert walk.renewal.do(Batch(tickets=tuple(walk.open)), NOON) == Renewed(1, 1)
    after = walk.store.get(walk.open[0])
    assert after.sequence == before.sequence
    assert after.timer != before.timer
    assert after.timer
    assert after.timer.at == after.clocks[FIRST].due_at
