"""One ticket on a desk with two policies, and what people do to it: the stage of every story about clocks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from functions.shared.contracts.events import (
    Actor,
    SlaBreached,
    SlaWarned,
    TicketEscalated,
    TicketEvent,
    TicketTriaged,
)
from functions.shared.contracts.words import Channel, Metric, Priority, RootCause, Status
from functions.shared.domain import decisions
from functions.shared.domain.policies import Sla
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, CUSTOMER, NOON, SYSTEM, make_message, make_opened
from tests.fakes import CountedIds, InMemoryTickets

WATCHED = {
    "warn": [{"at": "50%"}, {"at": "-30m", "to": ["assignee", "lead"]}],
    "escalate": [{"after": "0m", "to": ["lead"]}, {"after": "30m", "to": ["manager", "boss@desk.example"]}],
}
SLA: dict[str, Any] = {
    "calendars": {
        "always": {"timezone": "Asia/Shanghai", "always": True},
        "office": {
            "timezone": "Asia/Shanghai",
            "week": {day: ["09:00-12:00", "13:30-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        },
    },
    "policies": [
        {
            "id": "vip",
            "when": {"field": "company.tier", "op": "is", "value": "vip"},
            "calendar": "always",
            "targets": {"P2": {"first_response": "5m"}},
        },
        {
            "id": "standard",
            "calendar": "always",
            "targets": {
                "P0": {"first_response": "15m", "next_response": "30m", "resolution": "4h"},
                "P1": {"first_response": "1h", "next_response": "2h", "resolution": "24h"},
                "P2": {"calendar": "office", "first_response": "4h", "next_response": "8h", "resolution": "3d"},
                "P3": {"first_response": {"target": "8h", "calendar": "office"}},
            },
            "clocks": {
                "first_response": WATCHED,
                "next_response": WATCHED,
                "resolution": {**WATCHED, "pause": ["waiting_customer"]},
            },
        },
    ],
}


def as_written(ticket: Ticket, to: Sequence[str], at: datetime) -> tuple[str, ...]:
    del ticket, at
    return tuple(to)


RULES = SlaRules(Sla.model_validate(SLA), as_written, config_version=7)
PRIORITIES = [priority.value for priority in Priority]


class Desk:
    """One ticket, and what people do to it so many minutes after it was opened."""

    def __init__(self, priority: Priority | None = Priority.P1, rules: SlaRules = RULES, **opened: Any) -> None:
        self.store = InMemoryTickets()
        self.rules = rules
        self.tickets = Tickets(self.store, lambda: self.rules, CountedIds())
        self.id = self.tickets.open(lambda _: make_opened(1, **opened))[0].id
        if priority:
            self.triage(0, priority)

    @property
    def ticket(self) -> Ticket:
        return self.store.get(self.id)

    def triage(self, minute: float, priority: Priority) -> None:
        self.tickets.handle(
            self.id,
            lambda ticket: [
                ticket.happening(TicketTriaged, actor=SYSTEM, now=minutes(minute), priority=priority, team="first-line")
            ],
        )

    def say(self, minute: float, *, is_machine: bool = False) -> None:
        self.tickets.handle(
            self.id,
            lambda t: decisions.receive(
                t,
                make_message(),
                channel=Channel.EMAIL,
                actor=CUSTOMER,
                now=minutes(minute),
                is_machine=is_machine,
            ),
        )

    def reply(self, minute: float, *, actor: Actor = AGENT, then_wait: bool = False) -> None:
        self.tickets.handle(
            self.id,
            lambda t: decisions.reply(t, make_message(), actor=actor, now=minutes(minute), then_wait=then_wait),
        )

    def wait(self, minute: float, status: Status = Status.WAITING_CUSTOMER) -> None:
        self.tickets.handle(self.id, lambda t: decisions.wait(t, status, actor=AGENT, now=minutes(minute)))

    def resume(self, minute: float) -> None:
        self.tickets.handle(self.id, lambda t: decisions.resume(t, actor=AGENT, now=minutes(minute)))

    def prioritise(self, minute: float, priority: Priority) -> None:
        self.tickets.handle(self.id, lambda t: decisions.change_priority(t, priority, actor=AGENT, now=minutes(minute)))

    def resolve(self, minute: float) -> None:
        self.tickets.handle(
            self.id,
            lambda t: decisions.resolve(
                t, root_cause=RootCause.DEFECT, cause="", solution="重启", actor=AGENT, now=minutes(minute)
            ),
        )

    def watch(self, minute: float) -> None:
        self.tickets.handle(self.id, lambda t: self.rules.due_acts(t, minutes(minute)))

    def happened(self, *kinds: type[TicketEvent]) -> list[tuple[Any, ...]]:
        """What the timeline says of these kinds: name, metric, and what sets the event apart."""
        return [gist(event) for event in self.store.timeline(self.id) if isinstance(event, kinds)]

    def acts(self) -> list[tuple[Any, ...]]:
        return self.happened(SlaWarned, SlaBreached, TicketEscalated)

    def due(self, metric: Metric) -> float | None:
        due_at = self.ticket.clocks[metric].due_at
        return (due_at - NOON) / timedelta(minutes=1) if due_at else None

    @property
    def next_act(self) -> float | None:
        timer = self.ticket.timer
        return (timer.at - NOON) / timedelta(minutes=1) if timer else None


def minutes(after: float) -> datetime:
    return NOON + timedelta(minutes=after)


def gist(event: TicketEvent) -> tuple[Any, ...]:
    """The event's name, its metric, and what sets it apart."""
    told = event.model_dump()
    details = [str(told[key]) for key in ("threshold", "level", "result", "status", "target") if told.get(key)]
    return (event.type, told["metric"].value, *details)


FIRST, NEXT, RESOLUTION = Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION


steps = st.lists(
    st.tuples(
        st.sampled_from(("say", "reply", "wait", "resume", "P0", "P1", "P2", "P3", "resolve", "watch")),
        st.integers(0, 2000),
    ),
    max_size=14,
)
"""What people do one after the other, and how many minutes later each."""
