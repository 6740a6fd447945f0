"""What other policies or calendars would have made of the running desk's tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from functions.shared.contracts.events import AnyTicketEvent
from functions.shared.contracts.words import Metric, Status
from functions.shared.domain.cycles import Cycle
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.what_if import Outcome, is_late, outcomes
from ops.failure import Failure

MOST: Final = 200
"""Tickets that one question to the desk answers at most."""

_EVENTS: TypeAdapter[list[AnyTicketEvent]] = TypeAdapter(list[AnyTicketEvent])

Json = dict[str, Any]


class Client(Protocol):
    def queue(self, teams: list[str], statuses: list[str], limit: int) -> list[Json]: ...

    def ticket(self, reference: str) -> Json: ...


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Part):
    """A cycle that would be late and was not, or the other way about."""

    reference: str
    metric: Metric
    cycle: int
    priority: str
    team: str
    breach: Literal["gained", "lost"]
    due_at: AwareDatetime | None
    would_be_due_at: AwareDatetime | None
    stopped_at: AwareDatetime | None


class Group(_Part):
    """The cycles of one priority and team, and how many of them are late."""

    priority: str
    team: str
    cycles: int
    late: int
    would_be_late: int
    gained: int
    lost: int


class WhatIf(_Part):
    """How results would differ."""

    since: AwareDatetime
    until: AwareDatetime
    tickets: int
    groups: tuple[Group, ...]
    changes: tuple[Change, ...]
    not_all_of: tuple[str, ...]
    """Queues that hold more tickets than the desk lists; the ones with the latest deadlines were left out."""


@dataclass(frozen=True)
class _Judged:
    reference: str
    outcome: Outcome

    @property
    def group(self) -> tuple[str, str]:
        return self.outcome.priority or "–", self.outcome.team or "–"


def what_if(client: Client, teams: Iterable[str], rules: SlaRules, since: datetime, now: datetime) -> WhatIf:
    """What `rules` would have made of the tickets that were opened from `since` on."""
    references: dict[str, None] = {}
    not_all_of = []
    for team in teams:
        for status in Status:
            lines = [] if status is Status.NEW else client.queue([team], [status.value], MOST)
            if len(lines) == MOST:
                not_all_of.append(f"{team}, {status}")
            recent = (line for line in lines if datetime.fromisoformat(line["opened_at"]) >= since)
            references.update({line["reference"]: None for line in recent})
    judged = [_Judged(one, outcome) for one in references for outcome in _outcomes(client, one, rules, now)]
    return WhatIf(
        since=since,
        until=now,
        tickets=len(references),
        groups=tuple(
            _counted(group, [one.outcome for one in judged if one.group == group])
            for group in sorted({one.group for one in judged})
        ),
        changes=tuple(map(_change, (one for one in judged if one.outcome.difference != "same"))),
        not_all_of=tuple(not_all_of),
    )


def _outcomes(client: Client, reference: str, rules: SlaRules, now: datetime) -> list[Outcome]:
    ticket = client.ticket(reference)
    try:
        return list(outcomes(_EVENTS.validate_python(ticket["timeline"]), rules, now))
    except (KeyError, ValidationError) as error:
        raise Failure(f"The history of {reference} is not understood: is the desk of another version?") from error


def _counted(group: tuple[str, str], found: Sequence[Outcome]) -> Group:
    priority, team = group
    return Group(
        priority=priority,
        team=team,
        cycles=len(found),
        late=sum(is_late(one.was) for one in found),
        would_be_late=sum(is_late(one.would_be) for one in found),
        gained=sum(one.difference == "gained" for one in found),
        lost=sum(one.difference == "lost" for one in found),
    )


def _change(judged: _Judged) -> Change:
    outcome = judged.outcome
    priority, team = judged.group
    measured = outcome.would_be or outcome.was
    return Change(
        reference=judged.reference,
        metric=outcome.metric,
        cycle=outcome.cycle,
        priority=priority,
        team=team,
        breach="gained" if outcome.difference == "gained" else "lost",
        due_at=_due(outcome.was),
        would_be_due_at=_due(outcome.would_be),
        stopped_at=measured.clock.stopped_at if measured else None,
    )


def _due(cycle: Cycle | None) -> datetime | None:
    return cycle.clock.due_at if cycle else None
