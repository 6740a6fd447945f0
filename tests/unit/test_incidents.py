"""Reports of a running incident find it, are linked to it, and are solved with it."""

from datetime import timedelta

import pytest

from functions.desk.incidents import IncidentDesk
from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.incident_events import IncidentEnded, TicketLinked
from functions.shared.contracts.words import DeletionReason, Priority, Role, RootCause, Status
from functions.shared.domain import incidents
from functions.shared.domain.decisions import resolve
from functions.shared.domain.deletion import delete
from functions.shared.domain.errors import IllegalTransition, InvalidInput, TicketGone, TicketNotFound
from functions.shared.domain.incidents import RunningIncident, reported_by
from functions.shared.domain.references import reference, ticket_id
from functions.shared.domain.ticket import Ticket, evolve, opened
from functions.shared.domain.triage import triage
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, DESK, NOON, default_config, make_message, make_opened, make_problem, make_ticket
from tests.fakes import CountedIds, InMemoryIncidents, InMemoryTickets, StillClocks, choosing

BY = {"actor": AGENT, "now": NOON}
CONFIG = default_config()
AGENT_OF_THE_DESK = Principal(
    kind=PrincipalKind.PERSON, id="li-na", name="李娜", desk=DESK, roles=frozenset({Role.AGENT})
)


def incident(number: int = 900, minutes: int = 0, **fields) -> RunningIncident:
    plain = {"id": ticket_id(number), "title": "商城网站无法访问", "declared_at": NOON + timedelta(minutes=minutes)}
    return RunningIncident.model_validate({**plain, **fields})


def report(title: str, description: str = "请看一下", module: str | None = None, number: int = 1):
    return make_opened(number, problem=make_problem(title=title, description=make_message(description), module=module))


@pytest.mark.parametrize(
    ("known_by", "reported", "is_the_same"),
    [
        ({"keywords": ["502"]}, report("商城打开就是 502"), True),
        ({"keywords": ["打不開"]}, report("商城", "一直打不开"), True),
        ({"keywords": ["bad gateway"]}, report("The shop says BAD  GATEWAY"), True),
        ({"keywords": ["502"]}, report("订单 15020 查不到"), False),
        ({"keywords": ["502"], "module": "payment"}, report("付款 502", module="payment"), True),
        ({"keywords": ["502"], "module": "payment"}, report("付款 502"), True),
        ({"keywords": ["502"], "module": "payment"}, report("报表 502", module="data-reports"), False),
        ({"module": "payment"}, report("无法付款", module="payment"), True),
        ({"module": "payment"}, report("无法付款"), False),
    ],
)
def test_a_report_is_known_by_words_and_module(known_by, reported, is_the_same):
    assert (reported_by(reported, [incident(**known_by)]) is not None) is is_the_same


def test_of_several_incidents_the_newest_is_meant_and_none_is_its_own_report():
    old, new = incident(901, keywords=["502"]), incident(902, 5, keywords=["502"])

    assert reported_by(report("502"), [new, old]) == new
    assert reported_by(report("502", number=902), [new]) is None


def decided(event, running) -> Ticket:
    ticket = opened(event)
    for one in triage(event, ticket, CONFIG, choose=choosing(CONFIG), now=NOON, incidents=running):
        ticket = evolve(ticket, one)
    return ticket


def test_the_default_desk_links_reports_of_a_running_incident_and_tells_the_customer():
    running = incident(keywords=["502"])
    ticket = decided(report("商城 502"), [running])

    assert ticket.linked_to == running.id
    assert "incident" in ticket.tags
    assert ticket.answered_with == ("outage-known",)
    assert decided(report("怎么改头像"), [running]).linked_to is None
    assert decided(report("商城 502"), []).linked_to is None


def test_the_link_and_the_triage_say_why():
    running = incident(keywords=["502"])
    event = report("商城 502")
    events = triage(event, opened(event), CONFIG, choose=choosing(CONFIG), now=NOON, incidents=[running])

    [triaged] = [one for one in events if isinstance(one, TicketTriaged)]
    [linked] = [one for one in events if isinstance(one, TicketLinked)]
    assert triaged.incident == reference(running.id, "AS")
    assert linked.reasons[0].rule == "duplicate-of-incident"


def test_a_rule_links_to_the_incident_it_names_only_while_that_runs():
    running = incident(keywords=["x"])
    named = reference(running.id, "AS")
    rule = CONFIG.rules[0].model_validate(
        {
            "id": "named",
            "name": {"zh": "规则", "en": "Named"},
            "then": [{"do": "link_incident", "incident": named}],
        }
    )
    config = CONFIG.model_copy(update={"rules": (rule,)})
    event = report("怎么改头像")

    def linked(incidents):
        events = triage(event, opened(event), config, choose=choosing(config), now=NOON, incidents=incidents)
        return any(isinstance(one, TicketLinked) for one in events)

    assert linked([running])
    assert not linked([incident(901, keywords=["x"])])


def test_an_incident_says_how_reports_of_it_are_known():
    with pytest.raises(InvalidInput):
        incidents.declare(make_ticket(status=Status.OPEN), ["  "], None, **BY)
    with pytest.raises(IllegalTransition):
        incidents.declare(make_ticket(status=Status.RESOLVED), ["502"], None, **BY)
    with pytest.raises(IllegalTransition):
        incidents.declare(make_ticket(status=Status.OPEN, linked_to=ticket_id(5)), ["502"], None, **BY)


@pytest.mark.parametrize("blank", ["", "  ", "\u200b", "\u00ad \ufeff"])
def test_a_keyword_that_nobody_can_see_is_refused(blank):
    for keywords in ([blank], ["502", blank]):
        with pytest.raises(InvalidInput) as refused:
            incidents.declare(make_ticket(status=Status.OPEN), keywords, "payment", **BY)
        assert [(error.field, error.code) for error in refused.value.errors] == [("keywords", "blank")]


def test_a_stored_keyword_that_nobody_can_see_stops_no_triage():
    broken = incident(901, 5, keywords=["\u200b"])
    running = incident(keywords=["\u200b", "502"])

    assert decided(report("商城 502"), [broken, running]).linked_to == running.id
    assert decided(report("怎么改头像"), [broken, running]).linked_to is None


def test_an_incident_that_is_solved_runs_no_longer():
    ticket = make_ticket(status=Status.OPEN)
    [declared] = incidents.declare(ticket, ["502"], None, **BY)
    ticket = evolve(ticket, declared)
    assert incidents.declare(ticket, ["502"], None, **BY) == []

    events = resolve(ticket, root_cause=RootCause.DEFECT, cause="", solution="已恢复", **BY)
    assert isinstance(events[-1], IncidentEnded)


class World:
    """A desk with an incident, and two tickets."""

    def __init__(self) -> None:
        self.store = InMemoryTickets()
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.desk = IncidentDesk(
            config=lambda: CONFIG, tickets=self.tickets, reader=self.store, links=InMemoryIncidents(self.store)
        )
        self.incident, *self.reports = (self.begin() for _ in range(3))

    def begin(self) -> str:
        ticket, _ = self.tickets.open(lambda id: make_opened().model_copy(update={"ticket_id": id}))
        triaged = {"actor": AGENT, "now": NOON, "priority": Priority.P1, "team": "first-line"}
        self.tickets.handle(ticket.id, lambda it: [it.happening(TicketTriaged, **triaged)])
        return reference(ticket.id, "AS")

    def ticket(self, name: str) -> Ticket:
        return next(ticket for ticket in self.store.heads.values() if reference(ticket.id, "AS") == name)


def test_agents_link_tickets_and_solve_them_with_the_incident():
    world = World()
    desk, by = world.desk, AGENT_OF_THE_DESK
    desk.declare(by, world.incident, ["502"], None, now=NOON)
    assert [(one.reference, one.title) for one in desk.running(by)] == [(world.incident, "报表打不开")]
    for name in world.reports:
        desk.link(by, name, world.incident, now=NOON)
    assert [line.reference for line in desk.linked(by, world.incident)] == world.reports
    with pytest.raises(IllegalTransition):
        desk.resolve_linked(by, world.incident, now=NOON)

    solved = {"root_cause": RootCause.DEFECT, "cause": "缓存", "solution": "已恢复"}
    world.tickets.handle(world.ticket(world.incident).id, lambda ticket: resolve(ticket, **solved, **BY))
    assert desk.running(by) == []
    desk.unlink(by, world.reports[1], now=NOON)

    assert desk.resolve_linked(by, world.incident, now=NOON).resolved == (world.reports[0],)
    first, second = (world.ticket(name) for name in world.reports)
    assert (first.status, first.solution, second.status) == (Status.RESOLVED, "已恢复", Status.OPEN)
    assert desk.resolve_linked(by, world.incident, now=NOON).resolved == ()


def test_what_is_linked_is_asked_of_tickets_that_are_there():
    world = World()
    incident = world.ticket(world.incident).id
    world.tickets.handle(incident, lambda it: delete(it, reason=DeletionReason.TEST, note="", **BY))

    with pytest.raises(TicketGone):
        world.desk.linked(AGENT_OF_THE_DESK, world.incident)
    with pytest.raises(TicketNotFound):
        world.desk.linked(AGENT_OF_THE_DESK, reference(ticket_id(990), "AS"))


def test_only_a_running_incident_can_be_linked_to():
    world = World()
    with pytest.raises(IllegalTransition):
        world.desk.link(AGENT_OF_THE_DESK, world.reports[0], world.reports[1], now=NOON)
    with pytest.raises(TicketNotFound):
        world.desk.link(AGENT_OF_THE_DESK, world.reports[0], "nonsense", now=NOON)
    world.desk.declare(AGENT_OF_THE_DESK, world.incident, [], "payment", now=NOON)
    with pytest.raises(IllegalTransition):
        world.desk.link(AGENT_OF_THE_DESK, world.incident, world.incident, now=NOON)
    with pytest.raises(InvalidInput):
        world.desk.declare(AGENT_OF_THE_DESK, world.incident, ["x"], "nothing", now=NOON)
