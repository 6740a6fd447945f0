"""The agents' door: see what is due, take it, answer it, solve it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Protocol

from functions.desk.views import QueueLine, SavedReply, TicketView
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import Attachment, Message, TicketEvent
from functions.shared.contracts.words import Metric, Priority, Role, RootCause, Slug, Status, TicketId
from functions.shared.domain import decisions
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.decisions import Command
from functions.shared.domain.errors import AttachmentNotFound, InvalidInput, TicketNotFound
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.reply_values import reply_values
from functions.shared.domain.saying import Saying
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.gateways import keys
from functions.shared.identity.principal import Principal
from functions.shared.ticketing import NaturalKey, Tickets

KEYS_KEPT: Final = timedelta(days=30)

LONGEST_SOLUTION: Final = 10_000
"""Characters of a cause and of a solution: they travel in the event, which the bus takes up to 256 KB of."""

ACTIVE: Final = tuple(status for status in Status if status.is_active)


class TicketReader(Protocol):
    def get(self, ticket_id: TicketId) -> Ticket: ...

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...

    def queue(
        self, team: Slug | None, status: Status, limit: int = ..., *, after: str = ...
    ) -> list[TicketSummary]: ...

    def of_agent(self, agent: Slug, limit: int = ..., *, after: str = ...) -> list[TicketSummary]: ...


class FileLinks(Protocol):
    def link(self, key: str, *, file_name: str, content_type: str) -> str: ...

    def withheld(self, keys: Iterable[str]) -> dict[str, FileStanding]: ...


class Desk:
    """The agents' door of one desk; every use case is for people who work there."""

    def __init__(
        self,
        *,
        config: Callable[[], DeskConfig],
        tickets: Tickets,
        reader: TicketReader,
        bodies: Bodies,
        files: FileLinks,
    ) -> None:
        self._config = config
        self._tickets = tickets
        self._reader = reader
        self._bodies = bodies
        self._files = files

    def queue(
        self,
        principal: Principal,
        *,
        teams: Sequence[Slug] = (),
        statuses: Sequence[Status] = ACTIVE,
        limit: int = 50,
        after: str = "",
    ) -> list[QueueLine]:
        """The tickets of `teams` (of all, where none is named) in `statuses`, next deadline first.

        Tickets that wait for triage belong to no team yet and are listed with every team's. With `after`, the `place`
        of a line, only those that follow it.
        """
        principal.require(Role.AGENT)
        config = self._config()
        wanted = list(teams) or [team.id for team in config.teams]
        unknown = [team for team in wanted if config.team(team) is None]
        if unknown:
            raise InvalidInput.of("team", "unknown", Saying.of("objection.no_team", team=unknown))
        found: list[TicketSummary] = []
        for status in statuses:
            owners: Iterable[Slug | None] = [None] if status is Status.NEW else wanted
            for team in owners:
                found += self._reader.queue(team, status, limit, after=after)
        return self._lines(found, limit)

    def mine(self, principal: Principal, limit: int = 50, *, after: str = "") -> list[QueueLine]:
        """The caller's own active tickets, next deadline first; with `after` as for a queue."""
        principal.require(Role.AGENT)
        return self._lines(self._reader.of_agent(principal.id, limit, after=after), limit)

    def read(self, principal: Principal, reference_text: str, *, now: datetime) -> TicketView:
        """The ticket with its timeline and clocks.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
        """
        principal.require(Role.AGENT)
        ticket_id = self._ticket_id(reference_text)
        ticket = self._reader.get(ticket_id)
        name = reference(ticket_id, self._config().desk.prefix)
        timeline = self._reader.timeline(ticket_id)
        withheld = self._files.withheld(file.key for event in timeline for file in _files_of(event))
        return TicketView.of(ticket, timeline, name, now, withheld)

    def text(self, principal: Principal, reference_text: str, sequence: int) -> str:
        """All of the message that the event `sequence` of the ticket carries, where the timeline shows its start."""
        principal.require(Role.AGENT)
        for event in self._reader.timeline(self._ticket_id(reference_text)):
            message = getattr(event, "message", None) or getattr(getattr(event, "problem", None), "description", None)
            if event.sequence == sequence and message:
                return self._bodies.text(message)
        raise TicketNotFound(Saying.of("reason.no_message", ticket=reference_text, sequence=sequence))

    def attachment_link(self, principal: Principal, reference_text: str, sequence: int, number: int) -> str:
        """A short-lived address of attachment `number` (from 1) of the message in event `sequence`."""
        principal.require(Role.AGENT)
        for event in self._reader.timeline(self._ticket_id(reference_text)):
            if event.sequence == sequence and 1 <= number <= len(files := _files_of(event)):
                file = files[number - 1]
                return self._files.link(file.key, file_name=file.name, content_type=file.content_type)
        raise AttachmentNotFound(f"{reference_text}/{sequence}/{number}")

    def saved_replies(self, principal: Principal, reference_text: str) -> list[SavedReply]:
        """What the caller may begin an answer with, as it reads on this ticket in the customer's language."""
        principal.require(Role.AGENT)
        config, ticket = self._config(), self._reader.get(self._ticket_id(reference_text))
        values = reply_values(ticket, config, ticket.language)
        return [
            SavedReply(id=reply.id, name=reply.name, text=reply.written(ticket.language, values)[1])
            for reply in config.replies
            if reply.for_agents
        ]

    def take(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """The caller takes the ticket, in the team it is in, or in their own where it has none.

        Whoever works at the desk may take any: a customer is helped by whoever is there.
        """
        teams = sorted(principal.teams)

        def command(ticket: Ticket) -> Sequence[TicketEvent]:
            team = ticket.team or (teams[0] if teams else self._config().desk.default_team)
            return decisions.assign(ticket, team, principal.id, actor=principal.actor(), now=now)

        return self._do(principal, reference_text, command)

    def assign(
        self, principal: Principal, reference_text: str, team: Slug, assignee: Slug | None, *, now: datetime
    ) -> Ticket:
        """The ticket goes to `team`, and to `assignee` if one is named.

        Raises:
            InvalidInput: there is no such team, or the person is not in it.
        """
        config = self._config()
        if config.team(team) is None:
            raise InvalidInput.of("team", "unknown", Saying.of("objection.no_team", team=team))
        if assignee is not None and assignee not in {person.id for person in config.members(team)}:
            raise InvalidInput.of("assignee", "not_in_team", Saying.of("objection.not_in_team"))
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.assign(ticket, team, assignee, actor=principal.actor(), now=now),
        )

    def change_priority(
        self, principal: Principal, reference_text: str, priority: Priority, *, now: datetime
    ) -> Ticket:
        """The ticket gets `priority`; its clocks keep their start."""
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.change_priority(ticket, priority, actor=principal.actor(), now=now),
        )

    def reply(
        self,
        principal: Principal,
        reference_text: str,
        text: str,
        *,
        now: datetime,
        then_wait: bool = False,
        idempotency_key: str | None = None,
    ) -> Ticket:
        """The caller answers the customer, and with `then_wait` the ticket waits for their answer."""
        keys_ = _keys("reply", principal, self._ticket_id(reference_text), idempotency_key, text, now)
        said = self._said(text, keys_)
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.reply(
                ticket, said(ticket.id), actor=principal.actor(), now=now, then_wait=then_wait
            ),
            keys_,
        )

    def note(
        self,
        principal: Principal,
        reference_text: str,
        text: str,
        *,
        now: datetime,
        idempotency_key: str | None = None,
    ) -> Ticket:
        """The caller tells colleagues something that the customer never sees."""
        keys_ = _keys("note", principal, self._ticket_id(reference_text), idempotency_key, text, now)
        said = self._said(text, keys_)
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.note(ticket, said(ticket.id), actor=principal.actor(), now=now),
            keys_,
        )

    def wait(
        self, principal: Principal, reference_text: str, status: Status, *, now: datetime, note: str = ""
    ) -> Ticket:
        """Work rests until the customer or a third party acts."""
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.wait(ticket, status, actor=principal.actor(), now=now, note=note),
        )

    def resume(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """Work on a waiting ticket goes on."""
        return self._do(
            principal, reference_text, lambda ticket: decisions.resume(ticket, actor=principal.actor(), now=now)
        )

    def acknowledge(
        self, principal: Principal, reference_text: str, *, now: datetime, metric: Metric | None = None
    ) -> Ticket:
        """The caller knows that a deadline has passed, and looks after it: further levels wait."""
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.acknowledge(ticket, actor=principal.actor(), now=now, metric=metric),
        )

    def resolve(
        self,
        principal: Principal,
        reference_text: str,
        *,
        root_cause: RootCause,
        cause: str,
        solution: str,
        now: datetime,
    ) -> Ticket:
        """The problem is solved; what caused it and what helped is kept."""
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.resolve(
                ticket, root_cause=root_cause, cause=cause, solution=solution, actor=principal.actor(), now=now
            ),
        )

    def reopen(self, principal: Principal, reference_text: str, *, now: datetime, note: str = "") -> Ticket:
        """Work begins again on a ticket thought solved."""
        return self._do(
            principal,
            reference_text,
            lambda ticket: decisions.reopen(ticket, actor=principal.actor(), now=now, note=note),
        )

    def close(self, principal: Principal, reference_text: str, *, now: datetime) -> Ticket:
        """A resolved ticket is put away."""
        return self._do(
            principal, reference_text, lambda ticket: decisions.close(ticket, actor=principal.actor(), now=now)
        )

    def _said(self, text: str, natural_keys: Sequence[NaturalKey]) -> Callable[[TicketId], Message]:
        """What is said, on a ticket that is still there: of one that was deleted nothing may be stored any more."""
        scope = natural_keys[0].value if natural_keys else ""
        return cache(lambda ticket_id: self._bodies.message(text, scope=scope, ticket=ticket_id))

    def _do(
        self, principal: Principal, reference_text: str, command: Command, natural_keys: Sequence[NaturalKey] = ()
    ) -> Ticket:
        principal.require(Role.AGENT)
        return self._tickets.handle(self._ticket_id(reference_text), command, natural_keys)

    def _ticket_id(self, reference_text: str) -> TicketId:
        ticket_id = parse_reference(reference_text, self._config().desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        return ticket_id

    def _lines(self, summaries: Iterable[TicketSummary], limit: int) -> list[QueueLine]:
        prefix = self._config().desk.prefix
        ordered = sorted(summaries, key=place_of)
        return [QueueLine.under(summary, reference(summary.id, prefix)) for summary in ordered[:limit]]


def place_of(line: TicketSummary) -> str:
    """Where a line stands in lists by next deadline."""
    return keys.due(line.due_at, line.id)


def _files_of(event: TicketEvent) -> tuple[Attachment, ...]:
    message = getattr(event, "message", None) or getattr(getattr(event, "problem", None), "description", None)
    files: tuple[Attachment, ...] = message.attachments if message else ()
    return files


def _keys(
    kind: str, principal: Principal, ticket_id: TicketId, idempotency_key: str | None, text: str, now: datetime
) -> list[NaturalKey]:
    if not idempotency_key:
        return []
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return [NaturalKey(f"{kind}:{principal.id}:{ticket_id}:{idempotency_key}", fingerprint, now + KEYS_KEPT)]
