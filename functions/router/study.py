"""Once a day: how often each rule matched, and what the solved tickets teach where no rule decides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, Final, Protocol

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.router.counting import RuleCounting
from functions.router.past import Configurations, Past, newest_first
from functions.router.settings import StudySettings
from functions.shared.contracts.events import TicketOpened
from functions.shared.domain.learning import READ, Lessons, Solved, study
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways.opened_tickets import OpenedTickets
from functions.shared.gateways.rule_use import RuleUses
from functions.shared.wiring import DeskWiring

logger = Logger(service="router")
metrics = Metrics(namespace="Aftercare", service="router")

LOOKED_BACK: Final = timedelta(days=365)
MOST: Final = 10_000
"""The newest solved tickets are enough, and fit into the function's memory."""


class Lectern(Protocol):
    def keep(self, lessons: Lessons) -> str: ...


class Student:
    """Learns what one desk's past teaches."""

    def __init__(self, configurations: Configurations, past: Past, lectern: Lectern) -> None:
        self._configurations = configurations
        self._past = past
        self._lectern = lectern

    def study(self, now: datetime) -> Lessons | None:
        """Learn and keep it; None where the desk wants no suggestions."""
        if not self._configurations.live().desk.learning.suggest:
            return None
        lessons = study(self._solved(now), now)
        self._lectern.keep(lessons)
        return lessons

    def _solved(self, now: datetime) -> Iterator[Solved]:
        past = newest_first(self._past, now - LOOKED_BACK, now)
        taught = (
            solved(opened, ticket)
            for opened, ticket in past
            if ticket.solution and not ticket.status.is_active and not ticket.is_machine
        )
        return islice(taught, MOST)


def solved(opened: TicketOpened, ticket: Ticket) -> Solved:
    """The ticket as something to learn from: what was asked, and what people made of it."""
    problem = opened.problem
    return Solved(
        id=ticket.id,
        text=f"{problem.title}\n{problem.description.text[:READ]}",
        team=ticket.team,
        module=ticket.module,
        priority=ticket.priority,
    )


@cache
def student() -> Student:
    """Wire the service once per execution environment."""
    settings = StudySettings.from_env()
    desk = DeskWiring(settings)
    return Student(desk.config, OpenedTickets(desk.dynamodb, settings.table_name, settings.desk_id), desk.lessons)


@cache
def counting() -> RuleCounting:
    """Wire the count of the rules once per execution environment."""
    settings = StudySettings.from_env()
    desk = DeskWiring(settings)
    past = OpenedTickets(desk.dynamodb, settings.table_name, settings.desk_id)
    ledger = RuleUses(
        desk.dynamodb, desk.s3, table=settings.table_name, bucket=settings.blobs_bucket, desk=settings.desk_id
    )
    return RuleCounting(desk.config, past, ledger)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Count and learn, and say how well it went on tickets kept aside."""
    del event, context
    now = datetime.now(UTC)
    use = counting().count(now)
    logger.info("rules counted", tickets=use.tickets, version=use.version, matched=len(use.matched))
    lessons = student().study(now)
    if lessons is None:
        logger.info("no suggestions are wanted")
        return {"counted": use.tickets, "learned": []}
    metrics.add_metric(name="TicketsLearnedFrom", unit=MetricUnit.Count, value=lessons.tickets)
    told = {str(field): guesser.evaluation.model_dump() for field, guesser in lessons.guessers.items()}
    logger.info("learned", tickets=lessons.tickets, version=lessons.version, evaluation=told)
    return {"counted": use.tickets, "learned": list(told)}
