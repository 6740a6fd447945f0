"""In-memory stand-ins for the gateways; each passes its gateway's own contract suite."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.shared.contracts.events import Company, Contact, TicketEvent
from functions.shared.contracts.incident_events import IncidentDeclared, IncidentEnded, TicketLinked, TicketUnlinked
from functions.shared.contracts.words import CompanyId, ContactId, Language, Slug, Status, TicketId
from functions.shared.domain.assignment import Choose, Roster, choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.deletion import tombstone_of
from functions.shared.domain.directory import (
    Caller,
    ContactRecord,
    company_id,
    contact_id,
    fold_address,
    fold_phone,
    snapshot,
)
from functions.shared.domain.errors import (
    AlreadySeen,
    StalePresence,
    StaleTicket,
    TicketExists,
    TicketGone,
    TicketNotFound,
    TooManyRequests,
)
from functions.shared.domain.file_standing import FileStanding
from functions.shared.domain.incidents import RunningIncident
from functions.shared.domain.learning import Lessons
from functions.shared.domain.limits import Limits, Quota
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.presence import Presence, Standing
from functions.shared.domain.references import ticket_id
from functions.shared.domain.shares import NOTHING, Shares, Take
from functions.shared.domain.summary import TicketSummary
from functions.shared.domain.ticket import Ticket
from functions.shared.domain.tombstone import Tombstone
from functions.shared.gateways import keys
from functions.shared.gateways.blobs import BlobInfo, BlobNotFound, UploadForm
from functions.shared.gateways.items import Along
from functions.shared.gateways.timers import LONGEST_DELAY, TimerMessage
from functions.shared.ticketing import NaturalKey
from tests.factories import NOON


class InMemoryTickets:
    """Behaves like `TicketTable`."""

    def __init__(self) -> None:
        self.heads: dict[TicketId, Ticket] = {}
        self.tombstones: dict[TicketId, Tombstone] = {}
        self.events: dict[TicketId, list[TicketEvent]] = {}
        self.keys: dict[str, tuple[TicketId, str]] = {}
        self.shares = InMemoryShares()
        self.counts = Counter[tuple[str, int]]()

    def get(self, ticket_id: TicketId) -> Ticket:
        if ticket_id in self.tombstones:
            raise TicketGone(self.tombstones[ticket_id])
        try:
            return self.heads[ticket_id]
        except KeyError:
            raise TicketNotFound(ticket_id) from None

    def append(
        self,
        ticket: Ticket,
        events: Sequence[TicketEvent],
        keys_: Sequence[NaturalKey] = (),
        *,
        shares: Shares = NOTHING,
        quota: Quota | None = None,
    ) -> None:
        for key in keys_:
            if key.value in self.keys:
                raise AlreadySeen(*self.keys[key.value], key=key.value)
        if quota and self.counts[quota.counted, quota.brake.window(quota.at)] >= quota.brake.at_most:
            raise TooManyRequests(quota.free_in)
        if ticket.id in self.tombstones:
            raise (TicketExists if ticket.version == 1 else StaleTicket)(ticket.id)
        stored = self.heads.get(ticket.id)
        if ticket.version == 1 and stored:
            raise TicketExists(ticket.id)
        if (stored.version if stored else 0) != ticket.version - 1:
            raise StaleTicket(ticket.id)
        if stored and events and events[0].sequence != stored.sequence + 1:
            raise StaleTicket(ticket.id)
        if not self.shares.may_take(shares.take):
            raise StaleTicket(ticket.id)
        if quota:
            self.counts[quota.counted, quota.brake.window(quota.at)] += 1
        self.shares.move(shares)
        if tombstone := tombstone_of(ticket):
            self.tombstones[ticket.id] = tombstone
            self.heads.pop(ticket.id)
        else:
            self.heads[ticket.id] = ticket
        self.events.setdefault(ticket.id, []).extend(events)
        self.keys |= {key.value: (ticket.id, key.fingerprint) for key in keys_}

    def append_both(self, changes: Sequence[tuple[Ticket, Sequence[TicketEvent]]], *, shares: Shares = NOTHING) -> None:
        for ticket, events in changes:
            stored = self.get(ticket.id)
            if stored.version != ticket.version - 1 or (events and events[0].sequence != stored.sequence + 1):
                raise StaleTicket(ticket.id)
        for ticket, events in changes:
            self.append(ticket, events)
        self.shares.move(shares)

    def seen(self, key: str) -> TicketId | None:
        return self.keys[key][0] if key in self.keys else None

    def first_use(self, key: str) -> tuple[TicketId, str] | None:
        return self.keys.get(key)

    def remember(self, key: NaturalKey, ticket_id: TicketId) -> None:
        self.keys.setdefault(key.value, (ticket_id, key.fingerprint))

    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]:
        self.get(ticket_id)
        return list(self.events[ticket_id])

    def queue(self, team: Slug | None, status: Status, limit: int = 50, *, after: str = "") -> list[TicketSummary]:
        return self._by_due([t for t in self.heads.values() if (t.team, t.status) == (team, status)], limit, after)

    def of_agent(self, agent: Slug, limit: int = 50, *, after: str = "") -> list[TicketSummary]:
        mine = [t for t in self.heads.values() if t.assignee == agent and t.status.is_active]
        return self._by_due(mine, limit, after)

    def of_contact(self, contact_id: ContactId, limit: int = 50) -> list[TicketSummary]:
        return self._newest([t for t in self.heads.values() if t.contact.id == contact_id], limit)

    def of_company(self, company_id: CompanyId, limit: int = 50) -> list[TicketSummary]:
        return self._newest([t for t in self.heads.values() if t.company and t.company.id == company_id], limit)

    def timers_due(self, until: datetime) -> Iterator[TicketId]:
        yield from [t.id for t in self.heads.values() if t.timer and t.timer.at <= until]

    @staticmethod
    def _by_due(tickets: list[Ticket], limit: int, after: str) -> list[TicketSummary]:
        by_due = {keys.due(ticket.next_due_at, ticket.id): ticket for ticket in tickets}
        return [TicketSummary.of(by_due[due]) for due in sorted(by_due) if due > after][:limit]

    @staticmethod
    def _newest(tickets: list[Ticket], limit: int) -> list[TicketSummary]:
        ordered = sorted(tickets, key=lambda ticket: ticket.opened_at, reverse=True)
        return [TicketSummary.of(ticket) for ticket in ordered[:limit]]


class InMemoryShares:
    """People's load and presence and the turns of teams, and behaves like `Rosters`."""

    def __init__(self) -> None:
        self.loads: Counter[Slug] = Counter()
        self.presences: dict[Slug, Presence] = {}
        self.turns: Counter[Slug] = Counter()
        self.last_turns: dict[Slug, dict[Slug, int]] = {}

    def ahead(self, team: Slug, people: Sequence[Slug]) -> Sequence[Along]:
        del team, people
        return ()

    def read(self, team: Slug, people: Sequence[Slug]) -> Roster:
        return Roster(self.turns[team], dict(self.last_turns.get(team, {})), self.standings(people))

    def standings(self, people: Sequence[Slug]) -> dict[Slug, Standing]:
        return {one: Standing(self.loads[one], self.presences.get(one, Presence())) for one in people}

    def say(self, person: Slug, presence: Presence) -> None:
        if self.presences.get(person, Presence()).changes != presence.changes - 1:
            raise StalePresence(person)
        self.presences[person] = presence

    def may_take(self, take: Take | None) -> bool:
        if take is None:
            return True
        is_same = self.presences.get(take.person, Presence()).changes == take.presence_changes
        has_room = take.most is None or self.loads[take.person] <= take.most
        return is_same and has_room and self.turns[take.team] == take.turn

    def move(self, shares: Shares) -> None:
        self.loads.update(shares.loads)
        if take := shares.take:
            self.turns[take.team] += 1
            self.last_turns.setdefault(take.team, {})[take.person] = take.turn + 1


def choosing(config: DeskConfig, roster: Roster | None = None) -> Choose:
    """Chooses by a roster that stays as it is."""
    return lambda wanted: choose(wanted, roster or Roster(), config, NOON)


class NoLessons:
    """A desk that learned nothing yet."""

    def newest(self) -> Lessons | None:
        return None


class InMemoryIncidents:
    """Behaves like `Incidents`, on the events of a store in memory."""

    def __init__(self, store: InMemoryTickets) -> None:
        self._store = store

    def running(self) -> list[RunningIncident]:
        running: dict[TicketId, RunningIncident] = {}
        for event in (event for events in self._store.events.values() for event in events):
            if isinstance(event, IncidentDeclared):
                running[event.ticket_id] = RunningIncident.of(event)
            elif isinstance(event, IncidentEnded):
                running.pop(event.ticket_id, None)
        return sorted(running.values(), key=lambda incident: incident.declared_at)

    def linked(self, incident: TicketId) -> list[TicketId]:
        linked: dict[TicketId, None] = {}
        for event in (event for events in self._store.events.values() for event in events):
            if isinstance(event, TicketLinked) and event.incident == incident:
                linked[event.ticket_id] = None
            elif isinstance(event, TicketUnlinked) and event.incident == incident:
                linked.pop(event.ticket_id, None)
        return sorted(linked)


class StillClocks:
    """Clock rules without any clock."""

    def follow(self, before: Ticket | None, after: Ticket, events: Sequence[TicketEvent]) -> Sequence[TicketEvent]:
        del before, after, events
        return []

    def next_act_at(self, ticket: Ticket) -> datetime | None:
        del ticket
        return None


class CountedIds:
    """Draws ticket ids in order, so that tests can name them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self) -> TicketId:
        return ticket_id(next(self._numbers))


class InMemoryBlobs:
    """Behaves like `Blobs`; `upload` does what a browser does with the last form handed out."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.infos: dict[str, BlobInfo] = {}
        self.standings: dict[str, FileStanding] = {}
        """What the malware scan keeps back, by key."""
        self._expected: tuple[str, str, str] | None = None

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        self.bodies[key] = body
        self.infos[key] = BlobInfo(name="", content_type=content_type, size=len(body))

    def get(self, key: str) -> bytes:
        try:
            return self.bodies[key]
        except KeyError:
            raise BlobNotFound(key) from None

    def remove(self, key: str) -> None:
        self.bodies.pop(key, None)
        self.infos.pop(key, None)

    def describe(self, key: str) -> BlobInfo:
        try:
            return self.infos[key]
        except KeyError:
            raise BlobNotFound(key) from None

    def link(self, key: str, *, file_name: str, content_type: str, seconds: int = 300) -> str:
        return f"https://blobs.example/{key}?name={file_name}&type={content_type}&for={seconds}"

    def withheld(self, keys: Iterable[str]) -> dict[str, FileStanding]:
        return {key: self.standings[key] for key in keys if key in self.standings}

    def upload_form(self, key: str, *, name: str, content_type: str, max_bytes: int, seconds: int = 900) -> UploadForm:
        self._expected = (key, name, content_type)
        return UploadForm(url="https://blobs.example/", fields={"key": key, "max": f"{max_bytes}/{seconds}"})

    def beginning(self, key: str, count: int, *, etag: str) -> bytes:
        if self.describe(key).etag != etag:
            raise BlobNotFound(key)
        return self.bodies[key][:count]

    def keep_copy(self, source: str, target: str, *, name: str, content_type: str, etag: str) -> None:
        info = self.describe(source)
        if info.etag != etag:
            raise BlobNotFound(source)
        self.bodies[target] = self.bodies[source]
        self.infos[target] = replace(info, name=name, content_type=content_type)

    def upload(self, body: bytes) -> None:
        assert self._expected, "no upload was prepared"
        key, name, content_type = self._expected
        self.bodies[key] = body
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        self.infos[key] = BlobInfo(name=name, content_type=content_type, size=len(body), etag=etag)


class InMemoryCustomers:
    """Recognises everybody by address or phone; companies by name. `merged` says who else somebody is."""

    def __init__(self) -> None:
        self.merged: dict[ContactId, tuple[ContactId, ...]] = {}
        self.known: dict[str, ContactRecord] = {}

    def recognise(self, caller: Caller, along: Sequence[Along] = ()) -> tuple[Contact, Company | None]:
        del along
        key = fold_address(caller.address) if caller.address else fold_phone(caller.phone or "") or caller.handle or ""
        record = ContactRecord(id=contact_id(key), name=caller.name, address=caller.address, phone=caller.phone)
        self.known.setdefault(key, record)
        named = caller.company
        company = Company(id=company_id(named), name=named, said=named) if named else None
        return snapshot(record, caller, Language.ZH), company

    def contact_at(self, address_or_phone: str) -> ContactRecord | None:
        key = (fold_address if "@" in address_or_phone else fold_phone)(address_or_phone)
        return self.known.get(key)

    def same_person(self, contact_id: ContactId) -> tuple[ContactId, ...]:
        return (contact_id, *self.merged.get(contact_id, ()))


class InMemoryTimerQueue:
    """Behaves like `TimerQueue`; `sent` holds each message with its whole seconds of delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[TimerMessage, int]] = []

    def send(self, message: TimerMessage, delay: timedelta = timedelta(0)) -> None:
        self.sent.append((message, int(max(timedelta(0), min(delay, LONGEST_DELAY)).total_seconds())))


class InMemorySchedules:
    """Behaves like `Schedules`; `pending` holds each ticket's message with the second at which it is to be sent."""

    def __init__(self) -> None:
        self.pending: dict[TicketId, tuple[TimerMessage, datetime]] = {}

    def put(self, message: TimerMessage, at: datetime) -> None:
        self.pending[message.ticket_id] = (message, at.astimezone(UTC).replace(microsecond=0))

    def remove(self, ticket_id: TicketId) -> None:
        self.pending.pop(ticket_id, None)


class OpenGate:
    """As generous as the default."""

    def admit(self, request: object, *, now: datetime) -> None:
        del request, now

    def report_quota(self, contact_id: ContactId, *, now: datetime) -> Quota:
        return Quota(contact_id, Limits().contact, now)


class InMemoryCounts:
    """Behaves like `WindowCounts`."""

    def __init__(self) -> None:
        self._counts = Counter[tuple[str, int]]()

    def admit(self, counted: str, brake: Brake, *, now: datetime, weight: int = 1) -> bool:
        window = counted, brake.window(now)
        if self._counts[window] >= brake.at_most:
            return False
        self._counts[window] += weight
        return True
