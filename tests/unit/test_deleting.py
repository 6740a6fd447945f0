"""A deleted ticket has no clocks, no timer and no words; what has to do with it goes on without it."""

from collections.abc import Sequence
from typing import Any

import pytest

from functions.desk.deleting import Deleting
from functions.desk.erasing import _UNSCOPED
from functions.shared.batches import of_living
from functions.shared.bodies import scoped
from functions.shared.contracts.events import ClockStopped, TicketDeleted, TicketEvent, TicketUnmerged
from functions.shared.contracts.incident_events import TicketUnlinked
from functions.shared.contracts.words import DeletionReason, Priority, Role, Status
from functions.shared.domain import deletion, incidents
from functions.shared.domain.errors import (
    ArticleNotFound,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    TicketGone,
    TicketNotFound,
)
from functions.shared.domain.merging import survivor
from functions.shared.domain.references import parse_reference
from functions.shared.domain.ticket import Ticket, replay
from functions.shared.gateways.timers import TimerMessage
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.sla_watchdog.service import Looked, Watchdog
from tests.factories import AGENT, DESK
from tests.unit.test_merging import CONFIG, LATER, LI_NA, World

GAO = Principal(kind=PrincipalKind.PERSON, id="gao-yuan", name="高远", desk=DESK, roles=frozenset({Role.MANAGER}))


class NoArticles:
    def get(self, article_id: str) -> Any:
        raise ArticleNotFound(article_id)


class Deskful(World):
    def __init__(self, tickets: int = 1) -> None:
        super().__init__(tickets)
        self.deleting = Deleting(config=lambda: CONFIG, tickets=self.tickets, reader=self.store, articles=NoArticles())

    def delete(self, name: str, by: Principal = GAO, **wish: Any) -> Any:
        wish = {"reason": DeletionReason.SPAM, "note": "", "confirm": name, **wish}
        return self.deleting.delete(by, name, now=LATER, **wish)


def test_deleting_cancels_the_clocks_and_gives_the_assignee_their_place_back() -> None:
    world = Deskful()
    (name,) = world.names
    ticket = world.ticket(name)
    assert ticket.timer is not None
    assert world.store.shares.loads["li-na"] == 1

    world.delete(name)

    events = world.store.events[ticket.id]
    stopped = [event for event in events if isinstance(event, ClockStopped)]
    assert {event.result for event in stopped} == {"cancelled"}
    assert len(stopped) == len(ticket.clocks)
    assert replay(events).status is Status.CLOSED
    assert world.store.shares.loads["li-na"] == 0


def test_the_pending_timer_of_a_deleted_ticket_does_nothing() -> None:
    world = Deskful()
    (name,) = world.names
    ticket = world.ticket(name)
    assert ticket.timer is not None
    world.delete(name)
    watchdog = Watchdog(
        world.tickets,
        lambda: None,
        None,
        now=lambda: ticket.timer.at,
        sleep=lambda _: None,  # type: ignore[arg-type]  # neither is asked
    )

    message = TimerMessage(ticket_id=ticket.id, generation=ticket.timer.generation, at=ticket.timer.at)
    assert watchdog.look(message) is Looked.STALE


def test_only_managers_delete_and_only_with_the_tickets_own_reference() -> None:
    world = Deskful(2)
    name, other = world.names

    with pytest.raises(NotAllowed):
        world.delete(name, by=LI_NA)
    for confirm in ("", other, "yes"):
        with pytest.raises(InvalidInput):
            world.delete(name, confirm=confirm)
    first = world.delete(name, confirm=name.lower(), note="advertising")
    assert world.delete(name, note="something else") == first
    assert world.deleting.look(LI_NA, name).tombstone == first
    with pytest.raises(TicketNotFound):
        world.deleting.look(LI_NA, other)


def test_a_running_incident_is_not_deleted_and_a_report_of_one_is_unlinked() -> None:
    world = Deskful(2)
    incident, report = world.names
    stands = world.do(incident, lambda it: incidents.declare(it, ["printer"], None, actor=AGENT, now=LATER))
    world.do(report, lambda it: incidents.link(it, stands, actor=AGENT, now=LATER))

    with pytest.raises(IllegalTransition):
        world.delete(incident)
    reported = world.ticket(report).id
    world.delete(report)

    told = [event for event in world.store.events[reported] if event.occurred_at == LATER]
    assert [type(event) for event in told if "Clock" not in event.type][-2:] == [TicketUnlinked, TicketDeleted]


def test_a_duplicate_of_a_deleted_ticket_hears_for_itself_and_may_be_taken_back() -> None:
    world = Deskful(3)
    first, second, into = world.names
    for name in (first, second):
        world.desk.merge(LI_NA, name, into, now=LATER)
    world.delete(into)

    assert survivor(world.ticket(first), world.store.get).id == world.ticket(first).id
    assert world.say(first, "still broken").status is Status.OPEN
    assert world.ticket(first).merged_into is None
    taken_back = world.desk.unmerge(LI_NA, second, now=LATER)
    assert any(isinstance(event, TicketUnmerged) for event in world.store.timeline(taken_back.id))
    assert taken_back.status is Status.OPEN
    assert taken_back.priority is Priority.P1


def test_a_message_about_a_deleted_ticket_is_passed_over_and_any_other_fault_is_not() -> None:
    world = Deskful()
    (name,) = world.names
    ticket_id = parse_reference(name) or ""
    world.delete(name)

    of_living(world.store.get)(ticket_id)
    with pytest.raises(TicketNotFound):
        of_living(world.store.get)("tkt_zzzzzzzz")


def test_a_decision_that_was_overtaken_by_the_deletion_is_not_stored() -> None:
    world = Deskful()
    (name,) = world.names

    def overtaken(ticket: Ticket) -> Sequence[TicketEvent]:
        world.delete(name)
        return deletion.delete(ticket, reason=DeletionReason.TEST, note="", actor=AGENT, now=LATER)

    with pytest.raises(TicketGone):
        world.tickets.handle(world.ticket(name).id, overtaken)


def test_equal_content_has_keys_of_its_own_for_each_message_and_one_for_a_repeated_message() -> None:
    keys = [scoped("attachments", DESK, b"logo", scope) for scope in ("mail:1", "mail:2", "mail:1", "", "")]

    assert keys[0] == keys[2]
    assert len(set(keys)) == 4
    assert not any(_UNSCOPED.fullmatch(key) for key in keys)
    assert _UNSCOPED.fullmatch(f"attachments/{DESK}/{'0' * 64}")
