"""The clock rules of a desk: its policies and calendars, and whom its escalations call."""

from collections.abc import Sequence
from datetime import datetime

from functions.shared.contracts.words import Slug
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.rule_book import book_of
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket


def clock_rules(config: DeskConfig) -> SlaRules:
    """The rules by which the clocks of the desk's tickets run."""

    def recipients(ticket: Ticket, wanted: Sequence[str], at: datetime) -> tuple[str, ...]:
        if ticket.assignee is None:  # somebody must hear of it
            wanted = ["lead" if one == "assignee" else one for one in wanted]
        return config.recipients(wanted, team=ticket.team, assignee=ticket.assignee, company=ticket.company, at=at)

    def quiet_until(recipient: str, at: datetime) -> datetime | None:
        person = config.person(recipient)
        if person is None or person.quiet is None:
            return None
        return person.quiet.until(at, config.sla.working_times, config.desk.timezone)

    def assignee(ticket: Ticket, to: str) -> tuple[Slug, Slug | None] | None:
        kind, _, name = to.partition(":")
        if kind == "team":
            return (name, None) if config.team(name) else None
        person = config.lead(ticket.team) if kind == "lead" else config.person(name)
        if person is None:
            return None
        team = ticket.team if ticket.team in person.teams or not person.teams else person.teams[0]
        return (team or config.desk.default_team, person.id)

    return SlaRules(
        config.sla,
        recipients,
        config.version,
        quiet_until=quiet_until,
        assignee=assignee,
        passing=book_of(config.rules).passing,
    )
