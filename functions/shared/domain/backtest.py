"""A change of rules tried on tickets of the past: what would go elsewhere, and whether people did so too."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from functions.shared.contracts.words import Impact, Priority, Urgency
from functions.shared.domain.actions import Verdict
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.facts import WORKING_TIME, Facts
from functions.shared.domain.past_tickets import BadLine, PastTicket
from functions.shared.domain.rule_book import RuleBook
from functions.shared.domain.rule_index import Decision
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ticket_facts import time_values
from functions.shared.domain.triage import team_for

ASPECTS: Final = ("team", "priority", "assignee")
CONFUSED: Final = ("team", "priority")
OTHERS: Final = "(others)"
MOST_NAMES: Final = 40
"""So many teams have a row of their own; a file that names more has the rest together in one."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Placing:
    """Where a ticket goes; the person only where a rule chooses one."""

    team: str
    priority: str
    assignee: str | None
    matched: tuple[str, ...]


class Triage:
    """Priority, team and person as `config` gives them with `rules` in place of its own."""

    def __init__(self, config: DeskConfig, rules: Sequence[Rule]) -> None:
        self._config = config
        book = RuleBook(rules)
        self._index = book.on(Occasion.OPENED)
        self.fields = book.fields(Occasion.OPENED)

    def tried_on(self, ticket: PastTicket, *, now: datetime) -> Decision:
        """What the rules decide on `ticket` as it was reported."""
        reported, facts = as_seen(ticket, self._config, self.fields)
        return self._index.decide(facts, reported.verdict(), at=ticket.opened_at or now)

    def place(self, ticket: PastTicket, facts: Facts, *, now: datetime) -> Placing:
        """Where `ticket` would go; `facts` are its own, with the priority of the matrix."""
        priority = str(facts["priority"])
        begin = replace(ticket.verdict(), priority=Priority(priority))
        decided = self._index.decide(facts, begin, at=ticket.opened_at or now)
        if decided.verdict.impact or decided.verdict.urgency:  # set by rules, they weigh as if the customer had said so
            weighed = _by_matrix(ticket, self._config, decided.verdict)
            decided = self._index.decide(facts, replace(begin, priority=weighed), at=ticket.opened_at or now)
        team, _ = team_for(decided.verdict, self._config)
        return Placing(team, str(decided.verdict.priority or priority), decided.verdict.person, decided.matched)


@dataclass
class Agreement:
    """How often rules and people agree, among tickets of which it is known what people did."""

    known: int = 0
    before: int = 0
    after: int = 0

    def as_json(self) -> Json:
        if not self.known:
            return {"known": 0, "before": None, "after": None, "agreed_before": 0, "agreed_after": 0}
        shares = {"before": self.before / self.known, "after": self.after / self.known}
        agreed = {"agreed_before": self.before, "agreed_after": self.after}
        return {"known": self.known, **{name: round(share, 4) for name, share in shares.items()}, **agreed}


@dataclass
class Report:
    """What a back-test found; its size does not depend on how many tickets there were."""

    keep: int = 10
    tickets: int = 0
    bad_lines: int = 0
    first_bad: BadLine | None = None
    changed: Counter[str] = field(default_factory=Counter)
    agreement: dict[str, Agreement] = field(default_factory=lambda: {aspect: Agreement() for aspect in ASPECTS})
    confusion: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {aspect: Counter() for aspect in CONFUSED}
    )
    matched: Counter[str] = field(default_factory=Counter)
    samples: list[Json] = field(default_factory=list)
    _names: dict[str, set[str]] = field(default_factory=lambda: {aspect: set() for aspect in CONFUSED})
    _draw: random.Random = field(default_factory=lambda: random.Random(5))

    def add(self, ticket: PastTicket, before: Placing, after: Placing) -> Json | None:
        """Count a ticket; what would change about it, or None."""
        self.tickets += 1
        self.matched.update(after.matched)
        people = ticket.ended()
        for aspect in ASPECTS:
            if did := getattr(people, aspect):
                self._compare(aspect, did, getattr(before, aspect), getattr(after, aspect))
        changes = {
            aspect: [getattr(before, aspect), getattr(after, aspect)]
            for aspect in ASPECTS
            if getattr(before, aspect) != getattr(after, aspect)
        }
        if not changes:
            return None
        self.changed.update(("any", *changes))
        change = {
            "id": ticket.id,
            "title": ticket.title[:200],
            "changes": changes,
            "people": people.model_dump(exclude_none=True),
            "matched": list(after.matched),
        }
        self._sample(change)
        return change

    def as_json(self) -> Json:
        """The report as the API and `--json` give it."""
        return {
            "tickets": self.tickets,
            "bad_lines": self.bad_lines,
            "changed": {name: self.changed[name] for name in ("any", *ASPECTS)},
            "agreement": {aspect: found.as_json() for aspect, found in self.agreement.items()},
            "confusion": {aspect: self._table(aspect) for aspect in CONFUSED},
            "matched": dict(self.matched.most_common()),
            "samples": self.samples,
        }

    def _compare(self, aspect: str, did: str, before: str | None, after: str | None) -> None:
        agreement = self.agreement[aspect]
        agreement.known += 1
        agreement.before += did == before
        agreement.after += did == after
        if aspect in CONFUSED:
            self.confusion[aspect][self._name(aspect, did), str(after)] += 1

    def _name(self, aspect: str, name: str) -> str:
        names = self._names[aspect]
        if name not in names and len(names) >= MOST_NAMES:
            return OTHERS
        names.add(name)
        return name

    def _table(self, aspect: str) -> dict[str, dict[str, int]]:
        """What people did → what the rules would do → how often."""
        table: dict[str, dict[str, int]] = {}
        for (did, after), count in sorted(self.confusion[aspect].items()):
            table.setdefault(did, {})[after] = count
        return table

    def _sample(self, change: Json) -> None:
        """Keep every change with the same chance, whatever their number."""
        if len(self.samples) < self.keep:
            self.samples.append(change)
        elif (place := self._draw.randrange(self.changed["any"])) < self.keep:
            self.samples[place] = change


def backtest(
    tickets: Iterable[PastTicket | BadLine],
    before: Triage,
    after: Triage,
    config: DeskConfig,
    *,
    report: Report,
    now: datetime,
) -> Iterator[Json]:
    """What would change about each ticket that would change; all are counted in `report`."""
    wanted = before.fields | after.fields
    for ticket in tickets:
        if isinstance(ticket, BadLine):
            report.bad_lines += 1
            report.first_bad = report.first_bad or ticket
            continue
        reported, facts = as_seen(ticket, config, wanted)
        placings = (one.place(reported, facts, now=now) for one in (before, after))
        if change := report.add(ticket, *placings):
            yield change


def as_seen(ticket: PastTicket, config: DeskConfig, wanted: Collection[str]) -> tuple[PastTicket, Facts]:
    """`ticket` as it was reported, and what conditions saw of it; `wanted` are the fields that they ask for."""
    reported = ticket.as_reported()
    module = config.module_named(reported.module) if reported.module else None
    if module:
        reported = reported.model_copy(update={"module": module.id})
    values = {**reported.values(), **times_of(reported, config, wanted)}
    return reported, Facts({**values, "status": "new", "priority": _by_matrix(reported, config).value})


def unknown_teams(rules: Sequence[Rule], config: DeskConfig) -> list[str]:
    """Teams that the rules name and the desk does not have."""
    named = {action.team for rule in rules for action in rule.then if action.do == "set_team"}
    return sorted(name for name in named if config.team(name) is None)


def times_of(ticket: PastTicket, config: DeskConfig, wanted: Collection[str]) -> dict[str, object]:
    """When the ticket was opened, on the desk's clock; what its line says itself counts."""
    if ticket.opened_at is None:
        return {}
    said = {f"{WORKING_TIME}{name}" for name in ticket.working_time}
    said |= {name for name in ("hour", "weekday") if getattr(ticket, name) is not None}
    times = time_values(ticket.opened_at, config, wanted)
    return {name: value for name, value in times.items() if name not in said}


def _by_matrix(ticket: PastTicket, config: DeskConfig, decided: Verdict | None = None) -> Priority:
    impact = (decided and decided.impact) or next((one for one in Impact if one == ticket.impact), None)
    urgency = (decided and decided.urgency) or next((one for one in Urgency if one == ticket.urgency), None)
    return config.matrix.weigh(impact, urgency, ticket.company.tier or "standard").priority
