"""The one way in which a ticket changes: load, decide, move its clocks, store; the loser of a race tries again."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import AwareDatetime

from functions.shared.contracts.events import TicketEvent, TicketOpened
from functions.shared.contracts.words import TicketId
from functions.shared.domain.clocks import Timer
from functions.shared.domain.decisions import Command
from functions.shared.domain.errors import AlreadySeen, KeyReused, StaleTicket, TicketExists, TooManyRequests
from functions.shared.domain.limits import Quota
from functions.shared.domain.merging import Both, survivor
from functions.shared.domain.shares import NOTHING, Shares, Take, counted
from functions.shared.domain.ticket import Ticket, evolve, opened

logger = Logger(service="tickets")

_ATTEMPTS = 12
_AT_ONCE = 2
_PAUSE_S = 0.02
"""After so many attempts the next waits up to so long times their number, so that rivals do not meet again."""
_TURNS_TRIED = 3
"""So often a door tries to take a team's turn for a ticket that it opens, with a wait from the second time on."""


@dataclass(frozen=True)
class NaturalKey:
    """What makes a request or message the same as an earlier one, e.g. a Message-ID with its mailbox.

    `fingerprint` tells whether a repeat asks for the same thing; empty where repeats are always the same.
    """

    value: str
    fingerprint: str = ""
    expires_at: AwareDatetime | None = None


class TicketStore(Protocol):
    """Where tickets live: head and history, stored together or not at all."""

    def get(self, ticket_id: TicketId) -> Ticket:
        """Raises TicketNotFound."""

    def append(
        self,
        ticket: Ticket,
        events: Sequence[TicketEvent],
        keys: Sequence[NaturalKey] = (),
        *,
        shares: Shares = NOTHING,
        quota: Quota | None = None,
    ) -> None:
        """Store `ticket`, whose `version` is one more than the stored one, with the `events` that led to it.

        What the change takes of what tickets share, and of a quota, is stored with it.

        Raises:
            TicketExists: version 1 of an id that is taken.
            StaleTicket: the stored version or last event is another, or what was to be taken is gone.
            AlreadySeen: one of `keys` was used before.
            TooManyRequests: the quota is spent.
        """

    def append_both(self, changes: Sequence[tuple[Ticket, Sequence[TicketEvent]]], *, shares: Shares = NOTHING) -> None:
        """Store the changes of several stored tickets together, or none of them.

        Raises:
            StaleTicket: the stored version or last event of one is another.
        """

    def first_use(self, key: str) -> tuple[TicketId, str] | None:
        """The ticket that `key` belongs to, and the fingerprint of what it was used for."""


class ClockRules(Protocol):
    """How a ticket's clocks follow what happens to it, by the desk's policies and calendars."""

    def follow(self, before: Ticket | None, after: Ticket, events: Sequence[TicketEvent]) -> Sequence[TicketEvent]:
        """The clock events that `events` entail, numbered on from `after`."""

    def next_act_at(self, ticket: Ticket) -> AwareDatetime | None:
        """When the watchdog has to look at the ticket next, if ever."""


@dataclass(frozen=True)
class Decision:
    """What is decided on one ticket: `decide` may run several times, and `taken` says what its last choice takes.

    The turn of a team and the place among a person's tickets are to be taken in the commit that stores the decision, so
    that neither is ever taken without it, or twice.
    """

    decide: Command
    taken: Callable[[], Take | None]


class _MergedMeanwhile(Exception):
    """The ticket that was to hear something was merged since it was found."""


class Tickets:
    """The tickets of one desk."""

    def __init__(
        self,
        store: TicketStore,
        clocks: Callable[[], ClockRules],
        draw_id: Callable[[], TicketId],
        triage: Callable[[TicketOpened], Decision] | None = None,
    ) -> None:
        """`clocks` gives the rules of the desk's live configuration, `draw_id` a random ticket id.

        `triage` decides on new tickets in the commit that opens them; without it they are left to the router.
        """
        self._store = store
        self._clocks = clocks
        self._draw_id = draw_id
        self._triage = triage

    def open(
        self, begin: Callable[[TicketId], TicketOpened], keys: Sequence[NaturalKey] = (), quota: Quota | None = None
    ) -> tuple[Ticket, bool]:
        """Open a ticket; returns it, and whether it is new.

        A request seen before, by one of `keys`, yields the ticket it opened then, and takes nothing of `quota`. Nothing
        about triage keeps a ticket from being opened: where it fails, or many want the same team's turn at once, the
        ticket opens without, and the router triages it, whose queue hands on a few at a time.

        Raises:
            KeyReused: the key was used before, for something else.
            TooManyRequests: the quota is spent.
        """
        event, decision, triage, may_be_stored = begin(self._draw_id()), None, self._triage, False
        for attempt in range(_ATTEMPTS):
            _give_way(attempt + _AT_ONCE if triage else attempt)
            try:
                decision = decision or (triage(event) if triage else None)
                return self._opened(event, decision, keys, quota), True
            except AlreadySeen as seen:
                return self._seen_before(seen, keys), False
            except TooManyRequests:
                raise
            except TicketExists:
                if may_be_stored:  # by the attempt whose answer was lost
                    return self._store.get(event.ticket_id), True
                event, decision = begin(self._draw_id()), None
            except StaleTicket:
                if triage and attempt + 1 >= _TURNS_TRIED:
                    logger.info("triage is left to the queue: others take the team's turns", ticket_id=event.ticket_id)
                    triage = decision = None
            except Exception:  # a rule, a roster, the network, a permission: nothing of triage may keep a customer out
                if triage is None:
                    raise
                logger.exception("triage is left to the queue", ticket_id=event.ticket_id)
                with single_metric(name="TriageFailed", unit=MetricUnit.Count, value=1, namespace="Aftercare"):
                    pass
                triage, decision, may_be_stored = None, None, True
        raise TicketExists("no free ticket id was drawn")

    def _opened(
        self, event: TicketOpened, decision: Decision | None, keys: Sequence[NaturalKey], quota: Quota | None
    ) -> Ticket:
        """The ticket that `event` begins, stored with what was decided on it."""
        ticket = opened(event)
        decided = decision.decide(ticket) if decision else ()
        if decided:
            event = event.model_copy(update={"is_triaged": True})
        ticket, events = self._moved(None, reduce(evolve, decided, ticket), [event, *decided])
        ticket = counted(ticket)
        shares = Shares.moved(None, ticket, decision.taken() if decision else None)
        self._store.append(ticket, events, keys, shares=shares, quota=quota)
        return ticket

    def opened_by(self, keys: Sequence[NaturalKey]) -> Ticket | None:
        """The ticket that a request seen before, by one of `keys`, opened then; raises KeyReused as `open` does."""
        for key in keys:
            if first := self._store.first_use(key.value):
                return self._seen_before(AlreadySeen(*first, key=key.value), keys)
        return None

    def handle(
        self,
        ticket_id: TicketId,
        command: Command,
        keys: Sequence[NaturalKey] = (),
        *,
        taken: Callable[[], Take | None] = lambda: None,
    ) -> Ticket:
        """Let `command` decide on the ticket's present state and store what follows.

        `command` may run several times, each time on fresher state. A message seen before changes nothing. `taken` says
        what the command took of a team and a person; where that is gone by the time of storing, the command decides
        again.

        Raises:
            TicketNotFound: there is no such ticket.
            KeyReused: one of `keys` was used before, for something else.
            StaleTicket: the ticket was changed by others again and again.
        """
        for attempt in range(_ATTEMPTS):
            _give_way(attempt)
            before = self._store.get(ticket_id)
            decided = list(command(before))
            if not decided:
                return before
            after = before
            for event in decided:
                after = evolve(after, event)
            after, events = self._moved(before, after, decided)
            after = counted(after).with_changes(version=before.version + 1)
            try:
                shares = Shares.moved(before, after, taken())
                self._store.append(after, events, keys, shares=shares)
            except StaleTicket:
                continue
            except AlreadySeen as seen:
                return self._seen_before(seen, keys)
            return after
        raise StaleTicket(ticket_id)

    def handle_both(self, first: TicketId, second: TicketId, command: Callable[[Ticket, Ticket], Both]) -> Ticket:
        """Let `command` decide on two tickets, and store what follows for both at once; returns the first.

        `command` may run several times, each time on fresher state.

        Raises:
            TicketNotFound: there is no such ticket.
            StaleTicket: one of them was changed by others again and again.
        """
        for attempt in range(_ATTEMPTS):
            _give_way(attempt)
            before = (self._store.get(first), self._store.get(second))
            decided = command(*before)
            if not any(decided):
                return before[0]
            changes = []
            for ticket, events in zip(before, decided, strict=True):
                after, moved = self._moved(ticket, reduce(evolve, events, ticket), events)
                changes.append((counted(after).with_changes(version=ticket.version + 1), moved))
            shares = [Shares.moved(old, new) for old, (new, _) in zip(before, changes, strict=True)]
            try:
                self._store.append_both(changes, shares=Shares.together(shares))
            except StaleTicket:
                continue
            return changes[0][0]
        raise StaleTicket(first)

    def hear(self, ticket_id: TicketId, command: Command, keys: Sequence[NaturalKey] = ()) -> Ticket:
        """As `handle`, for what somebody says on the ticket: where it was merged, the ticket that goes on hears it.

        Raises:
            TicketNotFound, KeyReused, StaleTicket: as `handle`.
        """
        for _ in range(_ATTEMPTS):
            end = survivor(self._store.get(ticket_id), self._store.get)

            def unless_merged(ticket: Ticket, known: Ticket = end) -> Sequence[TicketEvent]:
                if ticket.merged_into != known.merged_into:
                    raise _MergedMeanwhile
                return command(ticket)

            try:
                return self.handle(end.id, unless_merged, keys)
            except _MergedMeanwhile:
                continue
        raise StaleTicket(ticket_id)

    def renew_timer(self, ticket_id: TicketId) -> Ticket:
        """Set the ticket's timer by the rules that hold now; nothing happens to the ticket otherwise.

        Raises:
            TicketNotFound: there is no such ticket.
            StaleTicket: it was changed by others again and again.
        """
        for _ in range(_ATTEMPTS):
            before = self._store.get(ticket_id)
            after = _with_timer(before, self._clocks().next_act_at(before))
            if after is before:
                return before
            after = after.with_changes(version=before.version + 1)
            try:
                self._store.append(after, [])
            except StaleTicket:
                continue
            return after
        raise StaleTicket(ticket_id)

    def _seen_before(self, seen: AlreadySeen, keys: Sequence[NaturalKey]) -> Ticket:
        """The ticket of an earlier request; raises KeyReused where that asked for something else."""
        if seen.fingerprint and seen.fingerprint not in {key.fingerprint for key in keys}:
            raise KeyReused(seen.ticket_id, seen.key) from seen
        return self._store.get(seen.ticket_id)

    def _moved(
        self, before: Ticket | None, after: Ticket, events: Sequence[TicketEvent]
    ) -> tuple[Ticket, list[TicketEvent]]:
        """`after` with its clocks and timer moved, and all events in order."""
        rules = self._clocks()
        clock_events = list(rules.follow(before, after, events))
        for event in clock_events:
            after = evolve(after, event)
        return _with_timer(after, rules.next_act_at(after)), [*events, *clock_events]


def _give_way(attempt: int) -> None:
    """Let rivals for the same ticket, team or person finish first."""
    if attempt > _AT_ONCE:
        time.sleep(random.uniform(0, _PAUSE_S * attempt))


def _with_timer(ticket: Ticket, at: AwareDatetime | None) -> Ticket:
    """`ticket` with its timer at `at`; a moved timer is a new generation, so that the old one is stale."""
    if (ticket.timer.at if ticket.timer else None) == at:
        return ticket
    generation = ticket.timer_generation + 1
    timer = Timer(at=at, generation=generation) if at else None
    return ticket.with_changes(timer=timer, timer_generation=generation)
