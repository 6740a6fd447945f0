"""Which of a team's people a ticket goes to, and why to nobody else.

Pure: what is known of people comes in as a `Roster`, and what the choice takes goes out as a `Take`, to be stored with
the ticket. Whoever was given a ticket goes to the end of the line. So of two people who could have had every ticket of
a stretch in turn neither gets more than one more than the other, whoever came and went meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import AwareDatetime

from functions.shared.contracts.events import Reason
from functions.shared.contracts.words import CompanyId, Language, Priority, Slug, TicketId
from functions.shared.domain import assignment_words as words
from functions.shared.domain.candidates import Candidate
from functions.shared.domain.config import DeskConfig, Person
from functions.shared.domain.presence import Standing, absence, load_limit
from functions.shared.domain.shares import Take
from functions.shared.domain.ways import By, Way

CALLED_FOR = (Priority.P0, Priority.P1)
"""What cannot wait in a queue until somebody is free."""


@dataclass(frozen=True)
class Roster:
    """A team at one instant: how many turns it gave, the number of each person's last one, and how people stand."""

    turns: int = 0
    last_turns: Mapping[Slug, int] = field(default_factory=dict)
    standings: Mapping[Slug, Standing] = field(default_factory=dict)

    def standing(self, person: Slug) -> Standing:
        return self.standings.get(person, Standing())


@dataclass(frozen=True)
class Wanted:
    """The ticket for which somebody is looked for."""

    ticket_id: TicketId
    team: Slug
    priority: Priority
    language: Language
    way: Way = field(default_factory=Way)
    module: Slug | None = None
    company_id: CompanyId | None = None
    person: Slug | None = None
    """Whom a rule named: they have the ticket if they are free, else it goes the team's way."""
    not_to: Slug | None = None
    """Whom it must leave."""
    rule: str | None = None
    """The rule that said so."""


@dataclass(frozen=True)
class Choice:
    """Who has the ticket, if anybody; why; and what the choice takes."""

    person: Person | None
    reasons: tuple[Reason, ...]
    take: Take | None = None


Choose = Callable[[Wanted], Choice]
"""Finds somebody for a ticket by what is known now."""


def choose(
    wanted: Wanted, roster: Roster, config: DeskConfig, now: AwareDatetime, *, last_agent: Slug | None = None
) -> Choice:
    """Somebody for the ticket.

    Args:
        last_agent: Who had the company's last ticket; of interest where the way is sticky.
    """
    named = config.person(wanted.person)
    asked = _needed_skills(wanted) if named is None else ()
    people = [p for p in config.members(wanted.team) if p.takes_tickets and p.id not in (wanted.not_to, wanted.person)]
    team = [_candidate(person, wanted, roster, config, now, asked) for person in people]
    before: tuple[Reason, ...] = ()
    if named:
        own = _candidate(named, wanted, roster, config, now, ())
        if own.is_free:
            return _chosen(own, wanted, roster, (words.named(named, wanted.rule),))
        before = (words.named_not_free(own, config, wanted.rule),)
    free = _in_order(team, wanted, roster)
    told = words.considered([*free, *(one for one in team if not one.is_free)], config)
    if not free:
        return _nobody(wanted, config, now, (*before, *told))
    first, why = free[0], _why(free, wanted, roster)
    if wanted.way.sticky and (known := next((one for one in free if one.person.id == last_agent), None)):
        first, why = known, words.known_to_customer(known.person, wanted.rule)
    return _chosen(first, wanted, roster, (*before, why, *told))


def _needed_skills(wanted: Wanted) -> tuple[str, ...]:
    if wanted.way.by == "skill" and not wanted.way.skills and wanted.module:
        return (wanted.module,)
    return wanted.way.skills


def _candidate(
    person: Person, wanted: Wanted, roster: Roster, config: DeskConfig, now: AwareDatetime, skills: Sequence[str]
) -> Candidate:
    team, standing = config.team(wanted.team), roster.standing(person.id)
    return Candidate(
        person=person,
        load=standing.load,
        limit=load_limit(person, team),
        presence=standing.presence,
        absence=absence(person, team, standing.presence, config, now),
        lacks=tuple(skill for skill in skills if skill not in person.skills),
    )


def _in_order(team: Sequence[Candidate], wanted: Wanted, roster: Roster) -> list[Candidate]:
    """Who is free, who comes first at the front; equals stand as in the file of people."""

    def place(one: Candidate) -> tuple[int, int, int]:
        turn = roster.last_turns.get(one.person.id, 0)
        match wanted.way.by:
            case "round_robin":
                return turn, 0, 0
            case "least_loaded":
                return one.load, turn, 0
            case "skill":
                return 0 if wanted.language in one.person.speaks else 1, one.load, turn

    return sorted((one for one in team if one.is_free), key=place)


def _why(free: Sequence[Candidate], wanted: Wanted, roster: Roster) -> Reason:
    first, by = free[0], wanted.way.by
    explain: Mapping[By, Reason] = {
        "round_robin": words.by_turn(first.person, len(free), roster.turns + 1, wanted.rule),
        "least_loaded": words.by_load(first, wanted.rule),
        "skill": words.by_skill(first, _needed_skills(wanted), wanted.language, wanted.rule),
    }
    return explain[by]


def _chosen(one: Candidate, wanted: Wanted, roster: Roster, reasons: tuple[Reason, ...]) -> Choice:
    most = None if one.limit is None else one.limit - 1
    if wanted.way.by != "round_robin" and wanted.person != one.person.id:
        most = one.load  # somebody else would be first if they had got one more meanwhile
    return Choice(
        one.person,
        reasons,
        Take(
            team=wanted.team,
            person=one.person.id,
            turn=roster.turns,
            presence_changes=one.presence.changes,
            most=most,
        ),
    )


def _nobody(wanted: Wanted, config: DeskConfig, now: AwareDatetime, told: tuple[Reason, ...]) -> Choice:
    """The team's queue; what cannot wait there is the person's who is on call, whatever else they have to do."""
    on_call = config.person_on_call(wanted.team, now) if wanted.priority in CALLED_FOR else None
    if on_call and on_call.id != wanted.not_to:
        return Choice(on_call, (words.on_call(on_call, wanted.priority), *told))
    return Choice(None, (words.nobody(has_people=bool(told)), *told))
