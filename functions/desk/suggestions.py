"""Accepting what the desk's own past suggests for a ticket: one click, and the history says on whose word."""

from collections.abc import Callable, Sequence
from datetime import datetime

from functions.shared.contracts.events import PriorityChanged, Reason, TicketAssigned, TicketEvent, TicketUpdated
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import Priority, Role
from functions.shared.domain.assignment import Choose, Wanted
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import IllegalTransition, SuggestionNotFound, TicketNotFound
from functions.shared.domain.learning import told
from functions.shared.domain.references import parse_reference
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.ways import Way
from functions.shared.identity.principal import Principal
from functions.shared.placing import Placers
from functions.shared.ticketing import Tickets


class Suggestions:
    """What the past suggests, for people to accept."""

    def __init__(self, *, config: Callable[[], DeskConfig], tickets: Tickets, placers: Placers) -> None:
        self._config = config
        self._tickets = tickets
        self._placers = placers

    def accept(self, principal: Principal, reference_text: str, field: str, *, now: datetime) -> Ticket:
        """Do what is suggested for `field`; accepted twice, it is done once.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            SuggestionNotFound: nothing is suggested for it, or it was decided meanwhile.
            IllegalTransition: the ticket is solved.
        """
        principal.require(Role.AGENT)
        config = self._config()
        ticket_id = parse_reference(reference_text, config.desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        choose = self._placers(config, now)

        def command(ticket: Ticket) -> Sequence[TicketEvent]:
            suggestion = next((one for one in ticket.suggestions if one.field == field), None)
            if suggestion is None:
                raise SuggestionNotFound(field)
            if not ticket.status.is_active:
                raise IllegalTransition(Saying.of("reason.is_already", status=Saying.of(f"status.{ticket.status}")))
            return _accepted(ticket, suggestion, config, choose, principal, now)

        return self._tickets.handle(ticket_id, command, taken=choose.taken)


def _accepted(
    ticket: Ticket, suggestion: Suggestion, config: DeskConfig, choose: Choose, principal: Principal, now: datetime
) -> Sequence[TicketEvent]:
    why = (
        Reason(
            code="suggestion_accepted",
            zh=f"{principal.name}采纳了建议",
            en=f"{principal.name} accepted the suggestion",
        ),
        told(suggestion, config, has_acted=False),
    )
    actor = principal.actor()
    match suggestion.field:
        case "priority":
            return [
                ticket.happening(
                    PriorityChanged,
                    actor=actor,
                    now=now,
                    reasons=why,
                    old=ticket.priority,
                    new=Priority(suggestion.value),
                )
            ]
        case "module":
            return [
                ticket.happening(
                    TicketUpdated,
                    actor=actor,
                    now=now,
                    reasons=why,
                    module=suggestion.value,
                    old={"module": ticket.module},
                )
            ]
        case "team":
            team = config.team(suggestion.value)
            choice = choose(
                Wanted(
                    ticket_id=ticket.id,
                    team=suggestion.value,
                    priority=ticket.priority or Priority.P3,
                    language=ticket.language,
                    way=team.assign if team else Way(),
                    module=ticket.module,
                    company_id=ticket.company.id if ticket.company else None,
                )
            )
            return [
                ticket.happening(
                    TicketAssigned,
                    actor=actor,
                    now=now,
                    reasons=(*why, *choice.reasons),
                    team=suggestion.value,
                    assignee=choice.person.id if choice.person else None,
                    old_team=ticket.team,
                    old_assignee=ticket.assignee,
                )
            ]
