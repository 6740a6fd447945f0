"""Who a ticket goes to: present, under the limit, able, and in a fair order; and why nobody else."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Language, Priority, RootCause, Status
from functions.shared.domain.assignment import Choice, Roster, Wanted, choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import resolve
from functions.shared.domain.errors import StaleTicket
from functions.shared.domain.presence import Presence, Standing
from functions.shared.domain.references import ticket_id
from functions.shared.domain.shares import Shares, counted
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.domain.ways import Way
from functions.shared.placing import Placer
from functions.shared.ticketing import Tickets
from tests.factories import AGENT, NOON, default_config, make_opened, make_ticket
from tests.fakes import CountedIds, InMemoryTickets, StillClocks

EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, eight in the evening in Shanghai."""
AWAY = Presence(away_from=NOON - timedelta(days=1), away_until=NOON + timedelta(days=3), changes=1)
AWAY_FOR_EVER = Presence.model_validate(
    {"away_from": "0001-01-01T00:00:00+14:00", "away_until": "9999-12-31T23:59:59-12:00"}
)
"""As it could be said before times were bounded."""


def desk(
    team: str = "first-line", people: dict[str, dict[str, object]] | None = None, **team_fields: object
) -> DeskConfig:
    """The default desk with other shifts, limits and skills."""
    config = default_config()
    return config.model_copy(
        update={
            "teams": tuple(t.model_copy(update=team_fields) if t.id == team else t for t in config.teams),
            "people": tuple(p.model_copy(update=(people or {}).get(p.id, {})) for p in config.people),
        }
    )


def standing(load: int = 0, presence: Presence = Presence()) -> Standing:  # noqa: B008  a Presence never changes
    return Standing(load, presence)


def chosen(
    config: DeskConfig | None = None,
    roster: Roster | None = None,
    now: datetime = NOON,
    last_agent: str | None = None,
    **fields: object,
) -> Choice:
    wanted = Wanted(
        **{  # type: ignore[arg-type]  # a test names the fields it is about
            "ticket_id": ticket_id(1),
            "team": "first-line",
            "priority": Priority.P2,
            "language": Language.ZH,
            **fields,
        }
    )
    return choose(wanted, roster or Roster(), config or default_config(), now, last_agent=last_agent)


def who(choice: Choice) -> str | None:
    return choice.person.id if choice.person else None


def told(choice: Choice, code: str, language: str = "en") -> str:
    return next(str(getattr(reason, language)) for reason in choice.reasons if reason.code == code)


@pytest.mark.parametrize(
    ("presence", "zh", "en"),
    [
        (AWAY, "李娜（外出至 03-05 12:00）", "李娜 (out until 03-05 12:00)"),
        (AWAY_FOR_EVER, "李娜（外出至 01-01 07:59）", "李娜 (out until 01-01 07:59)"),
        (Presence(away_from=NOON), "李娜（外出）", "李娜 (out of office)"),
        (Presence(is_paused=True), "李娜（暂停接单）", "李娜 (paused)"),
    ],
)
def test_who_is_away_or_paused_gets_nothing_and_the_timeline_says_so(presence: Presence, zh: str, en: str) -> None:
    choice = chosen(roster=Roster(standings={"li-na": standing(presence=presence)}))

    assert who(choice) == "zhang-wei"
    assert zh in told(choice, "person_ranking", "zh")
    assert en in told(choice, "person_ranking")


def test_an_absence_begins_and_ends_at_its_instants() -> None:
    later = Presence(away_from=NOON + timedelta(hours=1), away_until=NOON + timedelta(hours=2))
    roster = Roster(standings={"li-na": standing(presence=later)})

    at = {hours: who(chosen(roster=roster, now=NOON + timedelta(hours=hours))) for hours in (0, 1, 2)}

    assert at == {0: "li-na", 1: "zhang-wei", 2: "li-na"}


def test_shifts_are_the_persons_own_or_else_the_teams() -> None:
    config = desk(calendar="default", people={"emma-brown": {"calendar": "always"}})

    choice = chosen(config, now=EVENING)

    assert who(choice) == "emma-brown"
    assert told(choice, "person_by_turn") == "Only Emma Brown is free"
    assert told(choice, "person_ranking").endswith("Emma Brown (0 open), 李娜 (off shift), 张伟 (off shift)")


def test_a_full_load_passes_the_ticket_on() -> None:
    config = desk(load_limit=8, people={"zhang-wei": {"load_limit": 2}})
    roster = Roster(standings={"li-na": standing(8), "zhang-wei": standing(2), "emma-brown": standing(7)})

    choice = chosen(config, roster)

    assert who(choice) == "emma-brown"
    assert choice.take is not None
    assert choice.take.most == 7
    assert "李娜（已满 8/8），张伟（已满 2/2）" in told(choice, "person_ranking", "zh")


def test_the_least_loaded_is_first_and_of_equals_who_waited_longest() -> None:
    way = Way(by="least_loaded")
    loads = {"li-na": standing(3), "zhang-wei": standing(1), "emma-brown": standing(1)}

    assert who(chosen(roster=Roster(9, {"zhang-wei": 9, "emma-brown": 4}, loads), way=way)) == "emma-brown"


def test_skill_comes_first_then_the_customers_language_then_load() -> None:
    people = {
        "li-na": {"skills": ("refund",)},
        "zhang-wei": {"skills": ()},
        "emma-brown": {"skills": ("refund",), "languages": (Language.EN,)},
    }
    config, way = desk(people=people), Way(by="skill", skills=("refund",))
    loads = Roster(standings={"li-na": standing(0), "emma-brown": standing(5)})

    english, chinese = (chosen(config, loads, way=way, language=language) for language in ("en", "zh"))

    assert (who(english), who(chinese)) == ("emma-brown", "li-na")
    assert told(english, "person_by_skill") == "Emma Brown has the skill refund and speaks English; 5 open tickets"
    assert "张伟（缺少技能 refund）" in told(english, "person_ranking", "zh")


def test_by_skill_without_a_skill_asks_for_the_tickets_module() -> None:
    config = desk(people={"zhang-wei": {"skills": ("mobile",)}})

    assert who(chosen(config, way=Way(by="skill"), module="mobile")) == "zhang-wei"
    assert who(chosen(config, way=Way(by="skill"), module=None)) == "li-na"


def test_nobody_with_the_skill_leaves_the_ticket_in_the_queue() -> None:
    choice = chosen(way=Way(by="skill", skills=("cobol",)))

    assert who(choice) is None
    assert told(choice, "person_none") == "Nobody of the team is free, so it waits in the team's queue"


def test_a_sticky_way_goes_back_to_whom_the_company_knows_if_they_are_free() -> None:
    way = Way(sticky=True)
    out = Roster(standings={"emma-brown": standing(presence=AWAY)})

    assert who(chosen(way=way, last_agent="emma-brown")) == "emma-brown"
    assert who(chosen(roster=out, way=way, last_agent="emma-brown")) == "li-na"
    assert who(chosen(way=way, last_agent="xu-fang")) == "li-na"
    assert who(chosen(last_agent="emma-brown")) == "li-na"


def test_whom_a_rule_names_has_the_ticket_unless_they_are_not_free() -> None:
    out = Roster(standings={"zhang-wei": standing(presence=AWAY)})

    free, away = chosen(person="zhang-wei", rule="vip"), chosen(roster=out, person="zhang-wei", rule="vip")

    assert (who(free), who(away)) == ("zhang-wei", "li-na")
    assert [reason.rule for reason in free.reasons] == ["vip"]
    assert told(away, "person_not_free").startswith("张伟, whom the rule names, cannot have it now (out until")


def test_nobody_free_is_the_queue_and_for_what_cannot_wait_who_is_on_call() -> None:
    config = desk("engineering", calendar="default")

    choices = {
        priority: chosen(config, team="engineering", priority=priority, now=EVENING) for priority in ("P0", "P1", "P2")
    }

    assert {priority: who(choice) for priority, choice in choices.items()} == {
        "P0": "zhao-lei",
        "P1": "zhao-lei",
        "P2": None,
    }
    assert choices["P0"].take is None
    assert told(choices["P0"], "person_on_call", "zh").endswith("P0 不能等，交给值班人赵雷并立即告知")
    assert "赵雷 (off shift)" in told(choices["P2"], "person_ranking")


def test_a_large_team_is_not_told_one_by_one() -> None:
    one = default_config().members("first-line")[0]
    many = tuple(one.model_copy(update={"id": f"agent-{n}", "name": f"Agent {n}"}) for n in range(60))

    choice = chosen(default_config().model_copy(update={"people": many}))

    assert told(choice, "person_ranking").endswith("Agent 11 (0 open), and 48 more")


class Race:
    """Routers that have read and decided, and store in whatever order chance gives them."""

    def __init__(self, config: DeskConfig) -> None:
        self.config = config
        self.store = InMemoryTickets()
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.now = NOON
        self.given: list[tuple[str, frozenset[str]]] = []
        """Who was given a ticket, and who could have had it when that was decided, in the order of the turns."""
        self.under_way: list[tuple[Ticket, Placer, str | None, frozenset[str]]] = []

    def free(self) -> frozenset[str]:
        """Who could have the next ticket."""
        members = [person.id for person in self.config.members("first-line") if person.takes_tickets]
        standings = self.store.shares.standings(members)
        limit = self.config.teams[0].load_limit
        return frozenset(
            one
            for one in members
            if not standings[one].presence.is_paused and (limit is None or standings[one].load < limit)
        )

    def arrive(self) -> None:
        ticket, _ = self.tickets.open(lambda id: make_opened().model_copy(update={"ticket_id": id}))
        self.decide(ticket)

    def decide(self, ticket: Ticket) -> None:
        placer, free = Placer(self.config, self.store.shares, self.store, now=self.now), self.free()
        choice = placer(Wanted(ticket.id, "first-line", Priority.P2, Language.ZH))
        self.under_way.append((ticket, placer, choice.person.id if choice.person else None, free))

    def commit(self, number: int) -> None:
        """One of those who decided stores it; where what they saw is gone, they decide again."""
        ticket, placer, person, free = self.under_way.pop(number % len(self.under_way))
        still_free, take = self.free(), placer.taken()
        triaged = ticket.happening(
            TicketTriaged, actor=AGENT, now=self.now, priority=Priority.P2, team="first-line", assignee=person
        )
        after = counted(evolve(ticket, triaged)).with_changes(version=ticket.version + 1)
        try:
            self.store.append(after, [triaged], shares=Shares.moved(ticket, after, take))
        except StaleTicket:
            self.decide(ticket)
            return
        if person:
            assert person in still_free
            self.given.append((person, free))

    def solve(self, number: int) -> None:
        open_ones = [ticket for ticket in self.store.heads.values() if ticket.assignee and ticket.status.is_active]
        if open_ones:
            self.tickets.handle(
                open_ones[number % len(open_ones)].id,
                lambda ticket: resolve(
                    ticket, root_cause=RootCause.OTHER, cause="", solution="done", actor=AGENT, now=self.now
                ),
            )

    def toggle(self, number: int) -> None:
        members = self.config.members("first-line")
        person = members[number % len(members)].id
        known = self.store.shares.standings([person])[person].presence
        self.store.shares.say(person, known.said("lead", self.now, is_paused=not known.is_paused))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "arrive", "commit", "commit", "commit", "solve", "toggle"]), st.integers(0, 60)
    ),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(STEPS, st.none() | st.integers(1, 4))
def test_under_concurrency_nobody_gets_more_than_one_above_their_share_without_cause(
    steps: list[tuple[str, int]], limit: int | None
) -> None:
    race = Race(desk(load_limit=limit))
    for act, number in steps:
        if act == "arrive":
            race.arrive()
        elif act == "commit":
            if race.under_way:
                race.commit(number)
        else:
            getattr(race, act)(number)
    while race.under_way:
        race.commit(0)

    _is_fair(race.given)
    loads = Counter(t.assignee for t in race.store.heads.values() if t.assignee and t.status.is_active)
    assert +race.store.shares.loads == loads
    assert limit is None or max(loads.values(), default=0) <= limit


def _is_fair(given_to: list[tuple[str, frozenset[str]]]) -> None:
    """Of two who were both free for every ticket of a stretch, neither got two more than the other."""
    people = sorted({person for _, free in given_to for person in free})
    for one in people:
        for other in people:
            ahead = 0
            for person, free in given_to:
                if not {one, other} <= free:
                    ahead = 0
                    continue
                ahead = max(0, ahead + (person == one) - (person == other))
                assert ahead <= 1, (one, other, given_to)


def test_a_ticket_counts_for_who_has_it_while_it_is_open() -> None:
    mine = counted(make_ticket(assignee="li-na", status=Status.OPEN))
    yours = counted(mine.with_changes(assignee="zhang-wei"))
    solved = counted(yours.with_changes(status=Status.RESOLVED))

    assert Shares.moved(None, mine).loads == {"li-na": 1}
    assert Shares.moved(mine, yours).loads == {"li-na": -1, "zhang-wei": 1}
    assert Shares.moved(yours, solved).loads == {"zhang-wei": -1}
    assert Shares.moved(solved, solved).loads == {}


def test_a_ticket_from_before_there_were_counts_is_counted_at_its_next_change() -> None:
    old = make_ticket(assignee="li-na", status=Status.OPEN)

    assert Shares.moved(old, counted(old)).loads == {"li-na": 1}
    assert Shares.moved(old, counted(old.with_changes(status=Status.RESOLVED))).loads == {}
