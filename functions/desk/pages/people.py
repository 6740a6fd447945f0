"""The console's pages of assignment: who is at work, one person with their tickets, and accepting a suggestion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import ValidationError

from functions.desk.pages.names import Names
from functions.desk.pages.views import QueueRow
from functions.desk.pages.visit import SIGNED_IN, TICKET, Visit, done
from functions.desk.staffing import NewStatus, PersonStatus
from functions.desk.views import QueueLine
from functions.desk.wiring import desk_config, staffing, suggestions
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.findings import refused
from functions.shared.pages.forms import Form
from functions.shared.pages.requests import go

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

PEOPLE: Final = "/desk/people"
_PERSON: Final = f"{PEOPLE}/<person>"
_DONE: Final = frozenset({"status", "hand-over"})


@dataclass(frozen=True)
class TeamGroup:
    """A team and how its people stand."""

    name: str
    on_call: str
    people: Sequence[PersonStatus]


@dataclass(frozen=True)
class PeoplePage:
    """Everybody, by team."""

    me: str
    teams: Sequence[TeamGroup]

    @classmethod
    def of(cls, people: Sequence[PersonStatus], config: DeskConfig, language: Language, me: str, now: datetime) -> Self:
        groups = []
        for team in config.teams:
            on_call = config.person_on_call(team.id, now)
            members = [person for person in people if team.id in person.teams]
            groups.append(TeamGroup(team.name.in_language(language), on_call.name if on_call else "", members))
        return cls(me, [group for group in groups if group.people])


@dataclass(frozen=True)
class PersonPage:
    """One person, what may be said of them, and their open tickets."""

    url: str
    person: PersonStatus
    teams: str
    is_me: bool
    rows: Sequence[QueueRow]

    @classmethod
    def of(
        cls,
        person: PersonStatus,
        lines: Sequence[QueueLine],
        config: DeskConfig,
        language: Language,
        me: str,
        now: datetime,
    ) -> Self:
        names = Names.of(config, language)
        return cls(
            url=f"{PEOPLE}/{person.id}",
            person=person,
            teams=" · ".join(names.team(team) for team in person.teams),
            is_me=person.id == me,
            rows=[QueueRow.of(line, names, now) for line in lines],
        )


@router.get(PEOPLE, middlewares=SIGNED_IN)
def show_people() -> Response[Any]:
    """Who is at work, by team."""
    visit = Visit(router)
    people = staffing().everybody(visit.principal, now=visit.now)
    page = PeoplePage.of(people, desk_config(), visit.request.language, visit.principal.id, visit.now)
    return visit.show("desk/pages/people.html", view=page)


@router.get(_PERSON, middlewares=SIGNED_IN)
def show_person(person: str) -> Response[Any]:
    """One person with their open tickets."""
    return _show(Visit(router), person)


@router.post(f"{_PERSON}/status", middlewares=SIGNED_IN)
def say_status(person: str) -> Response[Any]:
    """What is said of their presence from now on."""
    visit = Visit(router)
    form = visit.request.form
    wrong = {
        name: visit.request.text("objection.not_a_time")
        for name in ("away_from", "away_until")
        if form.text(name) and _instant(form.text(name)) is None
    }
    if not wrong:
        try:
            wish = NewStatus(
                is_paused=form.text("is_paused") == "yes",
                away_from=_instant(form.text("away_from")),
                away_until=_instant(form.text("away_until")),
                note=form.text("note"),
            )
        except ValidationError as error:
            told = visit.request.told(refused(error).errors)
            wrong = {name or "away_until": text for name, text in told.items()}
    if wrong:
        return _show(visit, person, form.with_errors(wrong))
    said = staffing().say(visit.principal, person, wish, now=visit.now)
    return go(f"{PEOPLE}/{said.id}?done=status")


@router.post(f"{_PERSON}/hand-over", middlewares=SIGNED_IN)
def hand_over(person: str) -> Response[Any]:
    """Their open tickets go to others."""
    visit = Visit(router)
    staffing().hand_over(visit.principal, person, now=visit.now)
    return go(f"{PEOPLE}/{person}?done=hand-over")


@router.post(f"{TICKET}/suggestions/<field>/accept", middlewares=SIGNED_IN)
def accept_suggestion(ticket: str, field: str) -> Response[Any]:
    """What is suggested for the ticket is done."""
    visit = Visit(router)
    suggestions().accept(visit.principal, ticket, field, now=visit.now)
    return done(ticket, "suggestion")


def _show(visit: Visit, person_id: str, form: Form | None = None) -> Response[Any]:
    person = staffing().status(visit.principal, person_id, now=visit.now)
    lines = staffing().tickets(visit.principal, person_id)
    config, presence = desk_config(), person.presence
    page = PersonPage.of(person, lines, config, visit.request.language, visit.principal.id, visit.now)
    shown = form or Form.of(
        away_from=_local(presence.away_from), away_until=_local(presence.away_until), note=presence.note
    )
    act = visit.request.query.get("done", "")
    return visit.show(
        "desk/pages/person.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK,
        view=page,
        form=shown,
        notice=visit.request.text(f"people.done.{act}") if act in _DONE else "",
    )


def _instant(text: str) -> datetime | None:
    """The instant that a `datetime-local` control means on the desk's clock."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(desk_config().desk.timezone)) if text else None
    except ValueError:
        return None


def _local(at: datetime | None) -> str:
    return f"{desk_config().desk.local(at):%Y-%m-%dT%H:%M}" if at else ""
