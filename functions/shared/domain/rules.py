"""Rules: "if … then …" on a ticket, tried in order, and the trace that says why each one acted or did not.

Conditions see the ticket as it was when the event happened; what earlier rules of the same run decided does not
change what later ones see. A later action overrides an earlier one, and `stop` ends the run.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, Field, model_validator

from functions.shared.contracts.words import Channel, Impact, Language, Priority, Slug, Status, Urgency
from functions.shared.domain.actions import Action, Verdict
from functions.shared.domain.calendar import Weekday
from functions.shared.domain.conditions import Outcome, When
from functions.shared.domain.document import Bilingual, Part
from functions.shared.domain.facts import Facts
from functions.shared.domain.operators import require_bounded


class Occasion(StrEnum):
    """What makes the desk look at its rules."""

    OPENED = "opened"
    MESSAGE = "message"
    UPDATED = "updated"
    ESCALATED = "escalated"
    TIMER = "timer"


class SampleCompany(Part):
    name: str = ""
    tier: str = "standard"
    account_manager: str | None = None


class SampleContact(Part):
    name: str = ""
    address: str | None = None
    phone: str | None = None
    language: Language | None = None


class SampleTicket(Part):
    """A ticket as examples and files of past tickets write it down."""

    id: str | None = None
    title: str = ""
    description: str = ""
    first_message: str = ""
    channel: Channel | None = None
    language: Language | None = None
    priority: Priority | None = None
    module: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    error_text: str = ""
    steps_to_reproduce: str = ""
    company: SampleCompany | None = None
    contact: SampleContact | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    incident: str | None = Field(default=None, description="The running incident that it looks like.")
    status: Status | None = None
    team: str | None = None
    assignee: str | None = None
    message: str = Field(default="", description="What was just said; absent: the description.")
    is_machine: bool | None = None
    hour: int | None = Field(default=None, ge=0, le=23)
    weekday: Weekday | None = None
    age: float | None = None
    idle: float | None = None
    status_age: float | None = None
    previous: dict[str, Any] | None = Field(default=None, description="Fields as they were before a change.")

    @model_validator(mode="after")
    def _numbers_are_bounded(self) -> Self:
        require_bounded((self.fields, self.previous, self.age, self.idle, self.status_age))
        return self

    def facts(self) -> Facts:
        """The ticket as conditions see it."""
        plain = self.model_dump(exclude={"id", "first_message", "company", "contact", "fields", "previous"})
        return Facts(
            {
                **plain,
                "message": self.message or self.description,
                "text": whole_text(self.title, self.description, self.first_message),
                **_prefixed("company", self.company.model_dump() if self.company else {}),
                **_prefixed("contact", self.contact.model_dump() if self.contact else {}),
                **_prefixed("fields", self.fields),
            },
            self.previous,
        )


class Example(Part):
    """A ticket that the rule must match, or must not."""

    ticket: SampleTicket
    matches: bool


class Rule(Part):
    """If `when` holds on one of the occasions, do `then`."""

    id: Slug
    name: Bilingual
    on: tuple[Occasion, ...] = Field(default=(Occasion.OPENED,), min_length=1)
    when: When | None = Field(default=None, description="Absent: always.")
    then: tuple[Action, ...] = Field(min_length=1)
    stop: bool = Field(default=False, description="No later rule is tried when this one matched.")
    enabled: bool = True
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = None
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.since and self.until and self.until <= self.since:
            raise ValueError("until must lie after from")
        return self

    def holds(self, facts: Facts) -> bool:
        return self.when is None or self.when.holds(facts)

    def is_in_force(self, at: AwareDatetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class Fate(StrEnum):
    """What became of a rule in a run."""

    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    DISABLED = "disabled"
    OTHER_OCCASION = "other_occasion"
    NOT_IN_FORCE = "not_in_force"
    NOT_REACHED = "not_reached"
    ALREADY_ACTED = "already_acted"
    """The rule led to the event itself, and acts no second time on what follows from its own act."""
    CHAIN_ENDED = "chain_ended"
    """So many runs of rules led to the event that it sets off no more."""


class RuleTrace(Part):
    """What became of one rule, and how its condition came out."""

    rule: Slug
    fate: Fate
    when: Outcome | None = None


class Run(Part):
    """The result of trying all rules: what they decided, which matched, and which decided what."""

    verdict: Verdict
    matched: tuple[Slug, ...]
    decided_by: Mapping[str, Slug] = Field(
        description="What was decided (a field of the verdict) → the last rule to do it."
    )
    trace: tuple[RuleTrace, ...]
    idle: tuple[Slug, ...] = Field(default=(), description="Of those that matched, the ones that decided nothing new.")

    @property
    def effective(self) -> tuple[Slug, ...]:
        """The rules that matched and decided something, in order."""
        return tuple(rule for rule in self.matched if rule not in self.idle)

    def evidence(self, rule: Slug) -> tuple[str, ...]:
        """The values by which `rule` came to match."""
        for line in self.trace:
            if line.rule == rule and line.when:
                return line.when.evidence()
        return ()


def run(rules: Sequence[Rule], facts: Facts, verdict: Verdict, *, occasion: Occasion, at: AwareDatetime) -> Run:
    """Try `rules` in order on the ticket of `facts`, beginning with `verdict`."""
    matched: list[Rule] = []
    trace: list[RuleTrace] = []
    stopped = False
    for rule in rules:
        line = RuleTrace(rule=rule.id, fate=Fate.NOT_REACHED) if stopped else _tried(rule, facts, occasion, at)
        trace.append(line)
        if line.fate is Fate.MATCHED:
            matched.append(rule)
            stopped = rule.stop
    return carried_out(matched, verdict, trace)


def carried_out(matched: Iterable[Rule], verdict: Verdict, trace: Iterable[RuleTrace]) -> Run:
    """What the rules that `matched` decide one after the other, beginning with `verdict`."""
    ids: list[Slug] = []
    idle: list[Slug] = []
    decided_by: dict[str, Slug] = {}
    for rule in matched:
        ids.append(rule.id)
        before = verdict
        for action in rule.then:
            verdict = action.apply(verdict)
        if decided := before.differences(verdict):
            decided_by.update(dict.fromkeys(decided, rule.id))
        else:
            idle.append(rule.id)
    return Run(verdict=verdict, matched=tuple(ids), decided_by=decided_by, trace=tuple(trace), idle=tuple(idle))


def _tried(rule: Rule, facts: Facts, occasion: Occasion, at: AwareDatetime) -> RuleTrace:
    if not rule.enabled:
        return RuleTrace(rule=rule.id, fate=Fate.DISABLED)
    if occasion not in rule.on:
        return RuleTrace(rule=rule.id, fate=Fate.OTHER_OCCASION)
    if not rule.is_in_force(at):
        return RuleTrace(rule=rule.id, fate=Fate.NOT_IN_FORCE)
    outcome = rule.when.outcome(facts) if rule.when else None
    holds = outcome is None or outcome.holds
    return RuleTrace(rule=rule.id, fate=Fate.MATCHED if holds else Fate.NOT_MATCHED, when=outcome)


def failed_examples(rule: Rule) -> Iterable[tuple[int, str]]:
    """The examples of `rule` that do not hold, by number, each with a sentence."""
    for number, example in enumerate(rule.examples):
        if rule.holds(example.ticket.facts()) != example.matches:
            wanted = "match" if example.matches else "not match"
            yield number, f'rule "{rule.id}" should {wanted} this ticket'


def whole_text(*parts: str | None) -> str:
    """What the field `text` holds: the title, the description, and the first message where it is another."""
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _prefixed(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in values.items()}
