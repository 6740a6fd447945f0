"""The clock rules of a desk: its policies and calendars, and whom its escalations call."""

from collections.abc import Sequence

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.sla import SlaRules
from functions.shared.domain.ticket import Ticket


def clock_rules(config: DeskConfig) -> SlaRules:
    """The rules by which the clocks of the desk's tickets run."""

    def recipients(ticket: Ticket, wanted: Sequence[str]) -> tuple[str, ...]:
        if ticket.assignee is None:  # somebody must hear of it
            wanted = ["lead" if one == "assignee" else one for one in wanted]
        return config.recipients(wanted, team=ticket.team, assignee=ticket.assignee, company=ticket.company)

    return SlaRules(config.sla, recipients, config.version)
