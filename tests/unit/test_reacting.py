"""Rules on messages, updates and escalations: once on each event, never without end, on the ticket as it was then."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from functions.router.reacting import Reactions
from functions.router.service import Router
from functions.shared.contracts.base import Chain
from functions.shared.contracts.events import (
    AttentionCalled,
    ClockStarted,
    PriorityChanged,
    RulesApplied,
    RulesHeldBack,
    TicketAssigned,
    TicketEscalated,
    TicketEvent,
    TicketUpdated,
)
from functions.shared.contracts.words import Channel, Metric, Priority, Status
from functions.shared.domain import decisions
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.occasions import LONGEST_CHAIN, OCCASIONS, Moment
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ticket import Ticket
from functions.shared.ticketing import Tickets
from functions.shared.triaging import Triage
from infra.constructs.router import OCCASIONS as HEARD
from tests.factories import AGENT, CUSTOMER, NOON, SYSTEM, default_config, make_company, make_message, make_opened
from tests.fakes import CountedIds, InMemoryIncidents, InMemoryTickets, NoLessons, StillClocks

LATER = NOON + timedelta(hours=1)


class Texts:
    """Blobs hold what their key says."""

    def text(self, message: Any) -> str:
        return f"{message.text}{message.body_key or ''}"


class Counted(InMemoryTickets):
    """A store that says how often a timeline and a customer's tickets were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def timeline(self, ticket_id: str) -> list[TicketEvent]:
        self.asked["timeline"] += 1
        return super().timeline(ticket_id)

    def of_company(self, company_id: str, limit: int = 50) -> Any:
        self.asked["company"] += 1
        return super().of_company(company_id, limit)


class Desk:
    """A desk with `rules`, and one ticket that was triaged."""

    def __init__(self, *rules: dict[str, Any], config: DeskConfig | None = None, **opened: Any) -> None:
        self.store = Counted()
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.config = config or _config(*rules)
        rosters = self.store.shares
        incidents = InMemoryIncidents(self.store)
        self.router = Router(self.tickets, Triage(self, rosters, self.store, Texts(), NoLessons(), incidents))
        self.reactions = Reactions(self.tickets, self.store, self, rosters, Texts())
        self.id = self.open(**opened)
        self.store.asked.clear()

    def live(self) -> DeskConfig:
        return self.config

    def open(self, *, is_triaged: bool = True, **fields: Any) -> str:
        ticket, _ = self.tickets.open(lambda id: make_opened(**fields).model_copy(update={"ticket_id": id}))
        [event] = self.store.timeline(ticket.id)
        if is_triaged:
            self.router.triage(event, now=NOON)  # type: ignore[arg-type]  # the first event is TicketOpened
        return ticket.id

    @property
    def ticket(self) -> Ticket:
        return self.store.get(self.id)

    def does(self, command: Any) -> TicketEvent:
        """Let a command happen; returns its first event."""
        number = self.ticket.sequence
        self.tickets.handle(self.id, command)
        return self.store.events[self.id][number]

    def says(self, text: str, **fields: Any) -> TicketEvent:
        said = make_message(text, **fields)
        return self.does(
            lambda ticket: decisions.receive(ticket, said, channel=Channel.EMAIL, actor=CUSTOMER, now=LATER)
        )

    def happens(self, kind: type[TicketEvent], **fields: Any) -> TicketEvent:
        return self.does(lambda ticket: [ticket.happening(kind, actor=SYSTEM, now=LATER, **fields)])

    def raises(self, priority: Priority) -> TicketEvent:
        return self.does(lambda ticket: decisions.change_priority(ticket, priority, actor=AGENT, now=LATER))

    def reacts(self, event: TicketEvent) -> list[TicketEvent]:
        """What the rules do on `event`."""
        number = self.ticket.sequence
        self.reactions.react(event, now=LATER)
        return self.store.events[self.id][number:]

    def reacts_on_and_on(self, event: TicketEvent) -> list[TicketEvent]:
        """What the rules do on `event`, and on what they did, as long as they do anything."""
        done: list[TicketEvent] = []
        waiting = [event]
        while waiting:
            new = self.reacts(waiting.pop(0))
            done += new
            waiting += new
            assert len(done) < 100
        return done


def _config(*rules: dict[str, Any]) -> DeskConfig:
    named = [{"name": {"zh": f"规则{rule['id']}", "en": rule["id"]}, **rule} for rule in rules]
    return default_config().model_copy(
        update={"version": 4, "rules": tuple(Rule.model_validate(rule) for rule in named)}
    )


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


URGES = {
    "id": "urges",
    "on": ["message"],
    "when": leaf("message", "contains_any", ["催", "urgent"]),
    "then": [{"do": "raise_priority", "priority": "P1"}, {"do": "add_tags", "tags": ["urged"]}],
}


def test_the_bus_brings_every_occasion():
    assert set(HEARD) == {event for event, occasion in OCCASIONS.items() if occasion is not Occasion.OPENED}


def test_a_message_raises_the_priority_and_the_timeline_says_why():
    desk = Desk(URGES)

    applied, *acts = desk.reacts(desk.says("再催一下"))

    assert isinstance(applied, RulesApplied)
    assert (applied.matched_rules, applied.occasion, applied.config_version) == (("urges",), "message", 4)
    assert applied.reasons[0].zh == "命中规则“规则urges”（催）"
    assert {type(event) for event in acts} == {PriorityChanged, TicketUpdated}
    assert (desk.ticket.priority, desk.ticket.tags) == (Priority.P1, ("urged",))
    assert {event.chain for event in (applied, *acts)} == {Chain(rules=("urges",), length=1)}


def test_a_message_that_comes_twice_acts_once():
    desk = Desk({**URGES, "then": [{"do": "notify", "to": ["person:lin-feng"]}]})
    event = desk.says("urgent!")

    assert [type(one) for one in desk.reacts(event)] == [RulesApplied, AttentionCalled]
    assert desk.reacts(event) == []


def test_where_nothing_matches_nothing_is_written_down():
    desk = Desk(URGES)

    assert desk.reacts(desk.says("谢谢")) == []


def test_an_event_for_which_there_is_no_rule_costs_no_reading():
    desk = Desk(URGES)

    assert desk.reacts(desk.raises(Priority.P0)) == []
    assert not desk.store.asked


def test_a_long_message_is_read_to_its_end():
    desk = Desk(URGES)

    assert desk.reacts(desk.says("前面很长……", body_key="催"))


def test_rules_on_updates_see_what_was_before():
    desk = Desk(
        {
            "id": "calmer",
            "on": ["updated"],
            "when": {"all": [leaf("priority", "changed_from", "P0"), leaf("priority", "changed_to", "P2")]},
            "then": [{"do": "add_tags", "tags": ["calmed"]}],
        }
    )
    desk.raises(Priority.P0)

    assert desk.reacts(desk.raises(Priority.P1)) == []
    desk.raises(Priority.P0)
    assert desk.reacts(desk.raises(Priority.P2))
    assert "calmed" in desk.ticket.tags


def test_conditions_see_the_ticket_as_it_was_when_it_happened_and_act_on_it_as_it_is():
    desk = Desk({**URGES, "when": {"all": [URGES["when"], leaf("priority", "is", "P3")]}})
    assert desk.ticket.priority is Priority.P3
    event = desk.says("催")
    desk.raises(Priority.P0)

    events = desk.reacts(event)

    assert [type(one) for one in events] == [RulesApplied, TicketUpdated]
    assert desk.ticket.priority is Priority.P0


def test_an_escalation_is_an_occasion_that_says_its_level():
    desk = Desk(
        {
            "id": "second-level",
            "on": ["escalated"],
            "when": {"all": [leaf("escalation.level", "at_least", 2), leaf("escalation.metric", "is", "resolution")]},
            "then": [{"do": "set_team", "team": "engineering"}],
        }
    )
    clock = {"metric": Metric.RESOLUTION, "cycle": 1}
    desk.happens(ClockStarted, **clock, started_at=NOON, due_at=NOON, policy="standard")

    assert desk.reacts(desk.happens(TicketEscalated, **clock, level=1, due_at=NOON)) == []
    _, moved = desk.reacts(desk.happens(TicketEscalated, **clock, level=2, due_at=NOON))

    assert isinstance(moved, TicketAssigned)
    assert (moved.team, desk.ticket.team) == ("engineering", "engineering")
    assert moved.assignee  # the team's people take turns


def test_a_rule_does_not_act_on_what_follows_from_its_own_act():
    desk = Desk(
        {
            "id": "always",
            "on": ["updated"],
            "then": [{"do": "set_priority", "priority": "P1"}, {"do": "add_tags", "tags": ["seen"]}],
        }
    )

    events = desk.reacts_on_and_on(desk.raises(Priority.P0))

    assert [event.matched_rules for event in events if isinstance(event, RulesApplied)] == [("always",)]


def test_rules_may_set_one_another_off_but_each_acts_once():
    desk = Desk(
        {"id": "up", "on": ["updated"], "when": leaf("priority", "is", "P2"), "then": [_priority("P1")]},
        {"id": "down", "on": ["updated"], "when": leaf("priority", "is", "P1"), "then": [_priority("P2")]},
    )

    events = desk.reacts_on_and_on(desk.raises(Priority.P2))

    applied = [event for event in events if isinstance(event, RulesApplied)]
    assert [event.matched_rules for event in applied] == [("up",), ("down",)]
    assert applied[1].chain == Chain(rules=("up", "down"), length=2)


def test_a_chain_of_ever_other_rules_ends():
    tags = [f"t{number}" for number in range(LONGEST_CHAIN + 4)]
    desk = Desk(
        *(
            {
                "id": f"r{number}",
                "on": ["updated"],
                "when": leaf("tags", "contains", tag),
                "then": [{"do": "remove_tags", "tags": [tag]}, {"do": "add_tags", "tags": [tags[number + 1]]}],
            }
            for number, tag in enumerate(tags[:-1])
        )
    )

    events = desk.reacts_on_and_on(desk.happens(TicketUpdated, tags=(tags[0],)))

    assert sum(isinstance(event, RulesApplied) for event in events) == LONGEST_CHAIN
    assert desk.ticket.tags == (tags[LONGEST_CHAIN],)
    [held] = [event for event in events if isinstance(event, RulesHeldBack)]
    assert (held.held_back, held.runs) == ((f"r{LONGEST_CHAIN}",), LONGEST_CHAIN)
    assert held.cause == next(event.event_id for event in reversed(events) if isinstance(event, TicketUpdated))
    assert desk.reacts(next(event for event in events if event.event_id == held.cause)) == []


def test_a_rule_that_matched_and_changed_nothing_is_traced_and_not_named_as_a_reason():
    desk = Desk({**URGES, "then": [{"do": "raise_priority", "priority": "P3"}]}, {**URGES, "id": "again"})

    [applied, *_] = desk.reacts(desk.says("催"))

    assert isinstance(applied, RulesApplied)
    assert applied.matched_rules == ("urges", "again")
    assert [reason.rule for reason in applied.reasons] == ["again"]
    assert applied.changes == 2


def test_where_no_rule_changed_anything_the_event_says_so():
    desk = Desk({**URGES, "then": [{"do": "raise_priority", "priority": "P3"}]})

    [applied] = desk.reacts(desk.says("催"))

    assert isinstance(applied, RulesApplied)
    assert (applied.matched_rules, applied.changes, applied.reasons) == (("urges",), 0, ())


def test_open_tickets_are_counted_only_where_a_rule_asks_and_written_down():
    asks = {**URGES, "when": {"all": [URGES["when"], leaf("company.open_tickets", "at_least", 3)]}}
    desk = Desk(asks)
    assert desk.reacts(desk.says("催")) == []
    desk.open()
    desk.open()

    applied, *_ = desk.reacts(desk.says("催"))

    assert isinstance(applied, RulesApplied)
    assert applied.counts == {"company.open_tickets": 3}
    assert desk.store.asked["company"] == 2


def test_a_company_that_is_only_claimed_has_no_count():
    asks = {**URGES, "when": leaf("company.open_tickets", "at_least", 1)}
    desk = Desk(asks, company=make_company(is_claimed=True))

    assert desk.reacts(desk.says("催")) == []


def test_a_new_ticket_is_counted_too():
    desk = Desk(
        {
            "id": "many",
            "when": leaf("contact.open_tickets", "at_least", 2),
            "then": [{"do": "add_tags", "tags": ["many"]}],
        }
    )
    assert desk.ticket.tags == ()

    second = desk.store.get(desk.open())

    assert second.tags == ("many",)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("hour", "is", 13),
        ("weekday", "in", ["mon", "tue"]),
        ("working_time.always", "is", True),
        ("working_time.default", "is", False),  # lunch
        ("is_machine", "is", False),
        ("text", "contains", "报表"),
        ("fields.unknown", "empty", None),
        ("status", "is", "open"),
        ("team", "not_empty", None),
    ],
)
def test_a_rule_may_ask_when_it_happened_and_how_the_ticket_stands(field, op, value):
    desk = Desk({**URGES, "when": leaf(field, op, value)})

    assert desk.reacts(desk.says("你好"))


def test_a_ticket_closed_meanwhile_is_left_alone():
    desk = Desk(URGES)
    event = desk.says("催")
    desk.store.heads[desk.id] = desk.ticket.with_changes(status=Status.CLOSED)

    assert desk.reacts(event) == []


def test_a_ticket_not_triaged_yet_is_tried_again_later():
    desk = Desk(URGES, is_triaged=False)
    event = desk.says("催")

    with pytest.raises(IllegalTransition):
        desk.reactions.react(event, now=LATER)


def test_every_moment_of_a_history_can_be_seen_again():
    desk = Desk(URGES)
    desk.reacts(desk.says("催"))
    timeline = desk.store.timeline(desk.id)

    moments = [Moment.of(timeline, event.sequence) for event in timeline]

    assert [moment.event for moment in moments] == timeline
    assert moments[-1].after.tags == ("urged",)
    assert all(one.after == two.before for one, two in pairwise(moments))


def _priority(priority: str) -> dict[str, str]:
    return {"do": "set_priority", "priority": priority}
