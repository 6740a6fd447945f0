"""The watchdog's timers, on fakes and a clock that only tests move."""

import heapq
import itertools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.events import (
    NoteAdded,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketEvent,
    TicketTriaged,
)
from functions.shared.contracts.words import Metric, Priority, TicketId
from functions.shared.domain import decisions
from functions.shared.domain.clocks import Timer
from functions.shared.domain.limits import Quota
from functions.shared.domain.policies import Sla
from functions.shared.domain.shares import NOTHING, Shares
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.timers import TimerMessage
from functions.shared.ticketing import NaturalKey, Tickets
from functions.sla_watchdog.keeping import Change, TimerKeeper
from functions.sla_watchdog.service import Looked, Sweep, Watchdog
from functions.sla_watchdog.stream import changes
from tests.factories import AGENT, NOON, SYSTEM, make_message, make_opened
from tests.fakes import CountedIds, InMemorySchedules, InMemoryTickets, InMemoryTimerQueue

TICKET = "tkt_00000001"
WATCHED = {"warn": [{"at": "50%"}], "escalate": [{"after": "0m", "to": ["lead"]}, {"after": "40m", "to": ["manager"]}]}


def make_rules(first_response: str = "1h", resolution: str = "8h") -> SlaRules:
    targets = {"P1": {"first_response": first_response, "resolution": resolution}}
    policy = {
        "id": "standard",
        "calendar": "always",
        "targets": targets,
        "clocks": {"first_response": WATCHED, "resolution": WATCHED},
    }
    always = {"timezone": "UTC", "always": True}
    sla = Sla.model_validate({"calendars": {"always": always}, "policies": [policy]})
    return SlaRules(sla, lambda _, to, _at: tuple(to))


def timer(after: timedelta, generation: int = 1) -> Timer:
    return Timer(at=NOON + after, generation=generation)


def message(timer: Timer) -> TimerMessage:
    return TimerMessage(ticket_id=TICKET, generation=timer.generation, at=timer.at)


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Kept:
    def __init__(self) -> None:
        self.queue, self.schedules = InMemoryTimerQueue(), InMemorySchedules()
        self.keeper = TimerKeeper(self.queue, self.schedules)

    def change(self, old: Timer | None, new: Timer | None, now: datetime = NOON) -> None:
        self.keeper.keep(Change(TICKET, old, new), now)


def test_a_far_timer_is_a_schedule_set_a_minute_early() -> None:
    kept = Kept()
    kept.change(None, timer(HOUR))
    assert kept.schedules.pending == {TICKET: (message(timer(HOUR)), NOON + HOUR - MINUTE)}
    assert kept.queue.sent == []


def test_a_near_timer_goes_to_the_queue_at_once() -> None:
    kept = Kept()
    kept.change(None, timer(15 * MINUTE))
    assert kept.queue.sent == [(message(timer(15 * MINUTE)), 900)]
    assert kept.schedules.pending == {}


def test_a_timer_that_moves_nearer_leaves_no_schedule_behind() -> None:
    kept = Kept()
    kept.change(None, timer(HOUR))
    kept.change(timer(HOUR), timer(MINUTE, 2))
    assert kept.schedules.pending == {}
    assert kept.queue.sent == [(message(timer(MINUTE, 2)), 60)]


def test_a_timer_that_moves_further_replaces_its_schedule() -> None:
    kept = Kept()
    kept.change(None, timer(HOUR))
    kept.change(timer(HOUR), timer(2 * HOUR, 2))
    assert kept.schedules.pending == {TICKET: (message(timer(2 * HOUR, 2)), NOON + 2 * HOUR - MINUTE)}


def test_a_timer_that_is_no_more_leaves_no_schedule_behind() -> None:
    kept = Kept()
    kept.change(None, timer(HOUR))
    kept.change(timer(HOUR), None)
    assert kept.schedules.pending == {}


def test_a_head_whose_timer_did_not_move_sets_nothing() -> None:
    kept = Kept()
    kept.change(timer(HOUR), timer(HOUR))
    assert (kept.schedules.pending, kept.queue.sent) == ({}, [])


class Clock:
    """Says the time, and lets time pass for those who sleep."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Watched:
    """A triaged ticket and its watchdog."""

    def __init__(self) -> None:
        self.clock, self.queue, self.store = Clock(), InMemoryTimerQueue(), InMemoryTickets()
        self.rules = make_rules()
        self.tickets = Tickets(self.store, lambda: self.rules, CountedIds())
        self.dog = Watchdog(self.tickets, lambda: self.rules, self.queue, now=self.clock.now, sleep=self.clock.sleep)
        open_and_triage(self.tickets, NOON)

    def due(self) -> TimerMessage:
        timer = self.store.get(TICKET).timer
        assert timer is not None
        return message(timer)

    def given(self) -> list[str]:
        return [event.type for event in acts(self.store, TICKET)]


def open_and_triage(tickets: Tickets, now: datetime) -> TicketId:
    ticket, _ = tickets.open(lambda ticket_id: make_opened(int(ticket_id[-1]), now=now))
    tickets.handle(
        ticket.id,
        lambda t: [t.happening(TicketTriaged, actor=SYSTEM, now=now, priority=Priority.P1, team="first-line")],
    )
    return ticket.id


def acts(store: InMemoryTickets, ticket: TicketId) -> list[SlaWarned | SlaBreached | TicketEscalated]:
    return [e for e in store.timeline(ticket) if isinstance(e, SlaWarned | SlaBreached | TicketEscalated)]


def test_a_message_that_comes_early_waits_out_the_rest_in_the_queue() -> None:
    watched = Watched()
    watched.clock.time = NOON + 29 * MINUTE
    assert watched.dog.look(watched.due()) is Looked.EARLY
    assert watched.queue.sent == [(watched.due(), 60)]
    assert watched.given() == []


def test_the_last_moment_is_held_in_hand_so_that_nothing_is_early() -> None:
    watched = Watched()
    watched.clock.time = NOON + 30 * MINUTE - timedelta(seconds=1.9)
    assert watched.dog.look(watched.due()) is Looked.ACTED
    [warned] = acts(watched.store, TICKET)
    assert warned.occurred_at == NOON + 30 * MINUTE


@pytest.mark.parametrize(("set_back", "looked"), [(1, Looked.ACTED), (3600, Looked.EARLY)])
def test_a_clock_that_is_set_back_lets_nothing_act_early(set_back: int, looked: Looked) -> None:
    watched = Watched()
    watched.clock.time = NOON + 30 * MINUTE - timedelta(seconds=1.5)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        watched.clock.time += timedelta(seconds=seconds - (0 if slept else set_back))
        slept.append(seconds)

    dog = Watchdog(watched.tickets, lambda: watched.rules, watched.queue, now=watched.clock.now, sleep=sleep)
    assert dog.look(watched.due()) is looked
    assert max(slept) < 2
    assert [act.occurred_at for act in acts(watched.store, TICKET)] == (
        [NOON + 30 * MINUTE] if looked is Looked.ACTED else []
    )


def test_a_message_that_comes_twice_acts_once() -> None:
    watched = Watched()
    due = watched.due()
    watched.clock.time = NOON + 31 * MINUTE
    assert [watched.dog.look(due), watched.dog.look(due)] == [Looked.ACTED, Looked.STALE]
    assert watched.given() == ["SlaWarned"]


def test_a_timer_of_an_earlier_generation_does_nothing() -> None:
    watched = Watched()
    due = watched.due()
    watched.tickets.handle(TICKET, lambda t: decisions.reply(t, make_message(), actor=AGENT, now=NOON + MINUTE))
    watched.clock.time = NOON + HOUR
    assert watched.dog.look(due) is Looked.STALE
    assert watched.given() == []


def test_a_timer_of_an_unknown_ticket_does_nothing() -> None:
    watched = Watched()
    unknown = TimerMessage(ticket_id="tkt_99999999", generation=1, at=NOON)
    assert watched.dog.look(unknown) is Looked.STALE


def test_a_timer_for_what_is_no_longer_promised_is_set_anew() -> None:
    watched = Watched()
    due = watched.due()
    calm = {"always": {"timezone": "UTC", "always": True}}
    policy = {"id": "standard", "calendar": "always", "targets": {"P1": {"first_response": "1h"}}}
    watched.rules = SlaRules(
        Sla.model_validate({"calendars": calm, "policies": [policy]}), lambda _, to, _at: tuple(to)
    )
    watched.clock.time = due.at
    before = watched.store.get(TICKET)
    assert watched.dog.look(due) is Looked.ACTED
    after = watched.store.get(TICKET)
    assert watched.given() == []
    assert after.timer == Timer(at=NOON + HOUR, generation=before.timer_generation + 1)
    assert (after.version, after.sequence) == (before.version + 1, before.sequence)


def test_the_sweep_lets_overdue_timers_go_off_and_leaves_the_others() -> None:
    watched = Watched()
    sweep = Sweep(watched.store, watched.queue)
    assert sweep.find_lost(NOON + 30 * MINUTE) == []
    assert sweep.find_lost(NOON + 31 * MINUTE) == [watched.due()]
    assert watched.queue.sent == [(watched.due(), 0)]


def stream_record(number: int, old: Timer | None, new: Timer | None, sequence: str) -> dict[str, Any]:
    def image(timer: Timer | None) -> dict[str, Any]:
        ticket = make_opened(number)
        head = Ticket(
            id=ticket.ticket_id,
            desk=ticket.desk,
            version=1,
            sequence=1,
            channel=ticket.channel,
            language=ticket.language,
            title="x",
            contact=ticket.contact,
            opened_at=NOON,
            updated_at=NOON,
            timer=timer,
        )
        return {"doc": {"S": head.model_dump_json(exclude_none=True)}}

    keys = {"pk": {"S": f"after-sales#TKT#tkt_0000000{number}"}, "sk": {"S": "HEAD"}}
    return {
        "eventName": "MODIFY",
        "dynamodb": {"Keys": keys, "OldImage": image(old), "NewImage": image(new), "SequenceNumber": sequence},
    }


def test_a_batch_of_heads_is_told_as_one_change_for_each_ticket() -> None:
    records = [
        stream_record(1, None, timer(HOUR), "1"),
        stream_record(2, timer(HOUR), None, "2"),
        stream_record(1, timer(HOUR), timer(MINUTE, 2), "3"),
    ]
    assert changes(records) == [
        (Change("tkt_00000001", None, timer(MINUTE, 2)), "1"),
        (Change("tkt_00000002", timer(HOUR), None), "2"),
    ]


class World:
    """Stream, scheduler, queue and sweep on simulated time, with the faults that a seed brings."""

    def __init__(self, seed: int, *, trouble: float) -> None:
        self.chance = random.Random(seed)
        self.trouble = trouble
        self.clock = Clock()
        self.order = itertools.count()
        self.agenda: list[tuple[datetime, int, str, Any]] = []
        self.store = WatchedTickets(self)
        self.rules = make_rules()
        self.tickets = Tickets(self.store, lambda: self.rules, CountedIds())
        self.keeper = TimerKeeper(self, self)
        self.dog = Watchdog(self.tickets, lambda: self.rules, self, now=self.clock.now, sleep=self.clock.sleep)
        self.sweep = Sweep(self.store, self)
        self.lost = 0

    def later(self, at: datetime, what: str, whom: Any) -> None:
        heapq.heappush(self.agenda, (at, next(self.order), what, whom))

    def goes_wrong(self) -> bool:
        wrong = self.chance.random() < self.trouble
        self.lost += wrong
        return wrong

    def send(self, message: TimerMessage, delay: timedelta = timedelta(0)) -> None:
        if self.goes_wrong():
            return
        seconds = int(max(timedelta(0), min(delay, 15 * MINUTE)).total_seconds())
        for _ in range(1 + (self.chance.random() < 0.2)):
            lag = timedelta(milliseconds=self.chance.randint(0, 400))
            self.later(self.clock.time + timedelta(seconds=seconds) + lag, "look", message)

    def put(self, message: TimerMessage, at: datetime) -> None:
        if self.goes_wrong():
            return
        self.remove(message.ticket_id)
        late = timedelta(seconds=self.chance.randint(0, 59))
        self.later(max(self.clock.time, at.replace(microsecond=0)) + late, "fire", message)

    def remove(self, ticket_id: TicketId) -> None:
        self.agenda = [one for one in self.agenda if one[2] != "fire" or one[3].ticket_id != ticket_id]
        heapq.heapify(self.agenda)

    def run(self, until: datetime) -> None:
        while self.agenda and self.agenda[0][0] <= until:
            at, _, what, whom = heapq.heappop(self.agenda)
            self.clock.time = max(self.clock.time, at)
            match what:
                case "keep":
                    self.keeper.keep(whom, self.clock.time)
                case "fire":
                    self.later(self.clock.time + timedelta(milliseconds=100), "look", whom)
                case "look":
                    self.dog.look(whom)
                case "sweep":
                    self.sweep.find_lost(self.clock.time)
                    self.later(at + 15 * MINUTE, "sweep", None)
                case "say":
                    self.tickets.handle(whom, self._note)

    def _note(self, ticket: Ticket) -> Sequence[TicketEvent]:
        return decisions.note(ticket, make_message("noted"), actor=AGENT, now=self.clock.time)


class WatchedTickets(InMemoryTickets):
    """Tells the world's stream of every commit, sometimes twice."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def append(
        self,
        ticket: Ticket,
        events: Sequence[TicketEvent],
        keys_: Sequence[NaturalKey] = (),
        *,
        shares: Shares = NOTHING,
        quota: Quota | None = None,
    ) -> None:
        old = self.heads.get(ticket.id)
        super().append(ticket, events, keys_, shares=shares, quota=quota)
        change = Change(ticket.id, old.timer if old else None, ticket.timer)
        for _ in range(1 + (self._world.chance.random() < 0.2)):
            lag = timedelta(milliseconds=self._world.chance.randint(50, 300))
            self._world.later(self._world.clock.time + lag, "keep", change)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), trouble=st.sampled_from((0.0, 0.0, 0.2, 0.6)), notes=st.lists(st.integers(0, 600)))
def test_every_threshold_acts_once_and_in_time_whatever_is_lost_doubled_or_late(
    seed: int, trouble: float, notes: list[int]
) -> None:
    world = World(seed, trouble=trouble)
    ticket = open_and_triage(world.tickets, NOON)
    world.later(NOON + 7 * MINUTE, "sweep", None)
    for minute in notes:
        world.later(NOON + minute * MINUTE, "say", ticket)
    world.run(NOON + 40 * HOUR)

    timeline = acts(world.store, ticket)
    expected = [
        ("SlaWarned", Metric.FIRST_RESPONSE, 30 * MINUTE),
        ("SlaBreached", Metric.FIRST_RESPONSE, HOUR),
        ("TicketEscalated", Metric.FIRST_RESPONSE, HOUR),
        ("TicketEscalated", Metric.FIRST_RESPONSE, 100 * MINUTE),
        ("SlaWarned", Metric.RESOLUTION, 4 * HOUR),
        ("SlaBreached", Metric.RESOLUTION, 8 * HOUR),
        ("TicketEscalated", Metric.RESOLUTION, 8 * HOUR),
        ("TicketEscalated", Metric.RESOLUTION, 8 * HOUR + 40 * MINUTE),
    ]
    assert [(act.type, act.metric) for act in timeline] == [(kind, metric) for kind, metric, _ in expected]
    lateness = [act.occurred_at - NOON - after for act, (_, _, after) in zip(timeline, expected, strict=True)]
    assert min(lateness) >= timedelta(0)
    if not world.lost:
        assert max(lateness) <= timedelta(seconds=2)
    assert sum(isinstance(event, NoteAdded) for event in world.store.timeline(ticket)) == len(notes)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_lost_is_caught_by_the_next_sweep(seed: int) -> None:
    world = World(seed, trouble=0.0)
    ticket = open_and_triage(world.tickets, NOON)
    world.run(NOON + MINUTE)
    world.agenda.clear()  # everything that was set is lost
    world.later(NOON + 14 * MINUTE, "sweep", None)
    world.run(NOON + 50 * MINUTE)
    [warned] = acts(world.store, ticket)
    assert warned.occurred_at <= NOON + 30 * MINUTE + timedelta(minutes=1) + timedelta(minutes=15)
