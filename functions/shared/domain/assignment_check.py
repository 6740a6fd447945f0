"""Whether what assignment names is there: calendars of shifts, people and teams of rotas, skills that rules ask for."""

from collections.abc import Iterator
from datetime import UTC

from functions.shared.domain.actions import Assign
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.instants import OUT_OF_YEARS, is_known
from functions.shared.domain.on_call import Rota
from functions.shared.domain.ways import Way

Place = tuple[str | int, ...]
Found = Iterator[tuple[Place, str]]


def assignment_faults(config: DeskConfig) -> Found:
    """What does not fit together, each with its place in the document."""
    shifts = {"teams": [team.calendar for team in config.teams], "people": [one.calendar for one in config.people]}
    for section, calendars in shifts.items():
        for number, calendar in enumerate(calendars):
            if calendar is not None and calendar not in config.calendars:
                yield (section, number, "calendar"), f'no calendar "{calendar}"'
    for number, team in enumerate(config.teams):
        yield from _skills(config, ("teams", number, "assign"), team.assign)
    for number, rule in enumerate(config.rules):
        for position, action in enumerate(rule.then):
            if isinstance(action, Assign):
                yield from _skills(config, ("rules", number, "then", position), action)
    first: dict[str, int] = {}
    for number, rota in enumerate(config.on_call):
        if first.setdefault(rota.id, number) != number:
            yield ("on_call", number, "id"), f'"{rota.id}" is taken by on_call[{first[rota.id]}]'
        yield from _rota(config, ("on_call", number), rota)


def _rota(config: DeskConfig, place: Place, rota: Rota) -> Found:
    people = {person.id for person in config.people}
    for position, team in enumerate(rota.teams):
        if config.team(team) is None:
            yield (*place, "teams", position), f'no team "{team}"'
    for position, person in enumerate(rota.weekly.people if rota.weekly else ()):
        if person not in people:
            yield (*place, "weekly", "people", position), f'no person "{person}"'
    if rota.weekly and not is_known(rota.weekly.since.replace(tzinfo=UTC)):
        yield (*place, "weekly", "from"), OUT_OF_YEARS
    for position, duty in enumerate(rota.dated):
        if duty.person not in people:
            yield (*place, "dated", position, "person"), f'no person "{duty.person}"'


def _skills(config: DeskConfig, place: Place, way: Way | Assign) -> Found:
    known = {skill for person in config.people for skill in person.skills}
    for position, skill in enumerate(way.skills):
        if skill not in known:
            yield (*place, "skills", position), f'nobody has the skill "{skill}"'
