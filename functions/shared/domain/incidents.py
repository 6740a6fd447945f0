"""Running incidents: which new tickets report one, and what agents may do about them."""

from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.events import Actor, TicketEvent, TicketOpened
from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded, TicketLinked, TicketUnlinked
from functions.shared.contracts.words import Slug, TicketId
from functions.shared.domain.errors import IllegalTransition, InvalidInput
from functions.shared.domain.folding import Keyword, fold
from functions.shared.domain.saying import Saying
from functions.shared.domain.ticket import Ticket


class RunningIncident(BaseModel):
    """An incident as new tickets are compared with it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: TicketId
    title: str
    keywords: tuple[str, ...] = ()
    module: Slug | None = None
    declared_at: AwareDatetime

    @classmethod
    def of(cls, event: IncidentDeclared) -> "RunningIncident":
        """The incident that `event` began."""
        return cls(
            id=event.ticket_id,
            title=event.title,
            keywords=event.keywords,
            module=event.module,
            declared_at=event.occurred_at,
        )

    def is_reported_by(self, opened: TicketOpened) -> bool:
        """Whether a new ticket says one of the keywords, and is about no other module; or just is about the module."""
        module = opened.problem.module
        if not self.keywords:
            return self.module is not None and module == self.module
        if self.module and module not in (None, self.module):
            return False
        text = fold(f"{opened.problem.title}\n{opened.problem.description.text}")
        return any(Keyword.of(word).occurs_in(text) for word in map(fold, self.keywords) if word)


def reported_by(opened: TicketOpened, running: Iterable[RunningIncident]) -> RunningIncident | None:
    """The newest of the running incidents that a new ticket reports."""
    reported = [incident for incident in running if incident.id != opened.ticket_id and incident.is_reported_by(opened)]
    return max(reported, key=lambda incident: incident.declared_at, default=None)


def declare(
    ticket: Ticket, keywords: Sequence[str], module: Slug | None, *, actor: Actor, now: AwareDatetime
) -> list[TicketEvent]:
    """The ticket stands for all that report the same from now on; declared again, by other words.

    Raises:
        InvalidInput: nothing says which tickets report the same, or a word holds nothing that can be seen.
        IllegalTransition: the ticket is solved, or is itself linked to an incident.
    """
    if not all(map(fold, keywords)):
        raise InvalidInput.of("keywords", "blank", Saying.of("objection.blank_keyword"))
    words = tuple(dict.fromkeys(word.strip() for word in keywords))
    if not words and module is None:
        raise InvalidInput.of("keywords", "required", Saying.of("incident.say_what"))
    if not ticket.status.is_active:
        raise IllegalTransition(Saying.of("reason.reopen_first", status=Saying.of(f"status.{ticket.status}")))
    if ticket.linked_to:
        raise IllegalTransition(Saying.of("reason.linked_elsewhere"))
    if ticket.declared and (ticket.declared.keywords, ticket.declared.module) == (words, module):
        return []
    declared = {"title": ticket.title, "keywords": words, "module": module}
    return [ticket.happening(IncidentDeclared, actor=actor, now=now, **declared)]


def end(ticket: Ticket, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """The incident runs no longer; what is linked to it stays linked."""
    return [ticket.happening(IncidentEnded, actor=actor, now=now)] if ticket.declared else []


def link(ticket: Ticket, incident: Ticket, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """The ticket reports what `incident` stands for.

    Raises:
        IllegalTransition: that is no running incident, or the ticket is one itself.
    """
    if ticket.linked_to == incident.id:
        return []
    if incident.declared is None or incident.id == ticket.id:
        raise IllegalTransition(Saying.of("reason.no_incident"))
    if ticket.declared:
        raise IllegalTransition(Saying.of("reason.is_incident"))
    if ticket.linked_to:
        raise IllegalTransition(Saying.of("reason.linked_elsewhere"))
    return [ticket.happening(TicketLinked, actor=actor, now=now, incident=incident.id, title=incident.title)]


def unlink(ticket: Ticket, *, actor: Actor, now: AwareDatetime) -> list[TicketEvent]:
    """The ticket is about something else after all."""
    if ticket.linked_to is None:
        return []
    return [ticket.happening(TicketUnlinked, actor=actor, now=now, incident=ticket.linked_to)]
