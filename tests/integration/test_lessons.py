"""From solved tickets to a lesson in S3, to a suggestion at the next ticket, to somebody who accepts it."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.desk.suggestions import Suggestions
from functions.router import study as student
from functions.router import triage as router
from functions.router.settings import StudySettings
from functions.shared.contracts.events import (
    PriorityChanged,
    TicketAssigned,
    TicketOpened,
    TicketTriaged,
    TicketUpdated,
)
from functions.shared.contracts.words import Role, RootCause
from functions.shared.domain.config import Learning
from functions.shared.domain.decisions import resolve
from functions.shared.domain.errors import SuggestionNotFound
from functions.shared.domain.learning import Lessons
from functions.shared.domain.references import reference
from functions.shared.domain.ticket import Ticket, evolve
from functions.shared.gateways.lessons import LessonStore
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.placing import Placer
from functions.shared.settings import DeskSettings
from functions.shared.wiring import DeskWiring
from tests.factories import AGENT, DESK, NOON, SYSTEM, default_config, make_message, make_opened, make_problem
from tests.history import past
from tests.integration.conftest import BLOBS, OF_THE_DESK, TABLE
from tests.lambdas import CONTEXT

LI_NA = Principal(
    kind=PrincipalKind.PERSON,
    id="li-na",
    name="李娜",
    desk=DESK,
    roles=frozenset({Role.AGENT}),
    teams=frozenset({"first-line"}),
)
SAMPLE = json.loads((Path(__file__).parents[2] / "events/router_study.json").read_text())


@pytest.fixture
def desk(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> DeskWiring:
    """A desk that wants suggestions, with a past of solved tickets."""
    del dynamodb
    boto3.client("s3").create_bucket(Bucket=BLOBS)
    for name, value in StudySettings.to_env(**OF_THE_DESK).items():
        monkeypatch.setenv(name, value)
    student.student.cache_clear()
    wiring = DeskWiring(DeskSettings.from_env())
    config = default_config()
    asking = config.desk.model_copy(update={"learning": Learning(suggest=True)})
    wiring.config.publish(config.model_copy(update={"desk": asking, "rules": ()}), author="test", note="", now=NOON)
    return wiring


def solve(desk: DeskWiring, number: int) -> None:
    """So many tickets that people solved."""
    for one in past(number):
        title, _, text = one.text.partition("\n")
        opened = make_opened(problem=make_problem(title=title, description=make_message(text), module=one.module))
        ticket, _ = desk.tickets.open(lambda id, opened=opened: opened.model_copy(update={"ticket_id": id}))

        def command(ticket: Ticket, one: Any = one) -> list[Any]:
            triaged = ticket.happening(
                TicketTriaged, actor=SYSTEM, now=NOON, priority=one.priority, team=one.team, module=one.module
            )
            open_now = evolve(ticket, triaged)
            done = {"root_cause": RootCause.OTHER, "cause": "", "solution": "done"}
            return [triaged, *resolve(open_now, **done, actor=AGENT, now=NOON)]

        desk.tickets.handle(ticket.id, command)


def test_the_past_becomes_a_lesson_and_a_suggestion_that_somebody_accepts(
    desk: DeskWiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(student, "LOOKED_BACK", student.LOOKED_BACK * 5)
    solve(desk, 160)

    assert {"team", "module"} <= set(student.handler(SAMPLE, CONTEXT)["learned"])
    lessons = desk.lessons.newest()
    assert lessons is not None
    assert lessons.tickets == 160
    assert lessons.guessers["team"].evaluation.is_of_use

    opened = make_opened(problem=make_problem(title="请开专票，发票抬头写错了", description=make_message("您好")))
    ticket, _ = desk.tickets.open(lambda id: opened.model_copy(update={"ticket_id": id}))
    [first] = desk.store.timeline(ticket.id)
    assert isinstance(first, TicketOpened)
    chooser = Placer(desk.config.live(), desk.rosters, desk.store, now=NOON)
    body = json.dumps({"detail": first.model_dump(mode="json")})
    monkeypatch.setattr(router, "router", lambda: router.Router(desk.tickets, desk.triage))
    router.triage_record({"body": body})

    waiting = desk.store.get(ticket.id)
    assert (waiting.team, waiting.module) == ("first-line", None)
    assert {"team", "module"} <= {one.field for one in waiting.suggestions}

    door = Suggestions(
        config=desk.config.last_read,
        tickets=desk.tickets,
        placers=lambda config, now: Placer(config, desk.rosters, desk.store, now=now),
    )
    name = reference(ticket.id, "AS")
    moved = door.accept(LI_NA, name, "team", now=NOON)
    assert (moved.team, moved.assignee) == ("finance", "xu-fang")
    known = door.accept(LI_NA, name, "module", now=NOON)
    assert known.module == "billing"
    assert {one.field for one in known.suggestions} <= {"priority"}
    with pytest.raises(SuggestionNotFound):
        door.accept(LI_NA, name, "team", now=NOON)
    accepted = [
        event
        for event in desk.store.timeline(ticket.id)
        if isinstance(event, TicketAssigned | TicketUpdated | PriorityChanged)
    ]
    assert [event.reasons[0].code for event in accepted] == ["suggestion_accepted"] * 2
    assert "专票" in accepted[0].reasons[1].zh
    assert chooser.taken() is None


def test_a_desk_that_wants_no_suggestions_does_not_learn(desk: DeskWiring) -> None:
    config = desk.config.live()
    quiet = config.model_copy(update={"desk": config.desk.model_copy(update={"learning": Learning()})})
    desk.config.publish(quiet, author="test", note="", now=NOON)

    assert student.handler(SAMPLE, CONTEXT) == {"counted": 0, "learned": []}
    assert desk.lessons.newest() is None


def test_lessons_are_read_again_when_there_are_newer_ones_and_never_stop_triage(
    desk: DeskWiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.shared.gateways.lessons.FIRST_ASKED_EVERY_S", 0)
    reader = LessonStore(desk.dynamodb, desk.s3, table=TABLE, bucket=BLOBS, desk=DESK)
    assert reader.newest() is None
    desk.lessons.keep(Lessons(learned_at=NOON.replace(hour=3), tickets=0))
    assert reader.newest() == Lessons(learned_at=NOON.replace(hour=3), tickets=0)

    first = student.study(past(100), NOON)
    desk.lessons.keep(first)
    assert reader.newest() == first
    monkeypatch.setattr("functions.shared.gateways.lessons.ASKED_EVERY_S", 0)
    blob = desk.lessons.keep(first)
    assert reader.newest() == first
    second = first.model_copy(update={"tickets": 101, "learned_at": NOON.replace(hour=5)})
    desk.lessons.keep(second)
    assert reader.newest() == second
    assert desk.s3.get_object(Bucket=BLOBS, Key=blob)["Body"].read()

    desk.s3.put_object(Bucket=BLOBS, Key=blob, Body=b"no json")
    desk.dynamodb.put_item(
        TableName=TABLE,
        Item={"pk": {"S": f"{DESK}#LESSONS"}, "sk": {"S": "LIVE"}, "blob": {"S": blob}},
    )
    assert reader.newest() == second
