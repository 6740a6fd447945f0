"""Why a rule acted on a ticket, or why it did not: the ticket is replayed, and the rules are tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from functions.shared.contracts.events import (
    Message,
    MessageReceived,
    Reason,
    RulesApplied,
    TicketAssigned,
    TicketEvent,
    TicketOpened,
    TicketTriaged,
)
from functions.shared.contracts.words import Role, Slug, TicketId
from functions.shared.domain.actions import Verdict
from functions.shared.domain.conditions import Outcome, leaves
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.document import Bilingual
from functions.shared.domain.enactment import ROUTER
from functions.shared.domain.errors import EventNotFound, RuleNotFound, TicketNotFound
from functions.shared.domain.facts import COUNTS, Facts
from functions.shared.domain.occasions import Moment, occasion_of, wakes
from functions.shared.domain.reactions import is_chain_at_its_end
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.rules import Fate, Occasion, Rule, Run, run
from functions.shared.domain.saying import Saying
from functions.shared.domain.triage import opening
from functions.shared.identity.principal import Principal
from functions.shared.open_tickets import Lists, open_tickets

MOST_RULES: Final = 500
"""So many rules are told of at once."""

_PLACED: Final = (TicketTriaged, TicketAssigned)
"""Events that may bring a ticket to somebody else."""


class Configurations(Protocol):
    def last_read(self) -> DeskConfig: ...

    def at(self, version: int) -> DeskConfig: ...


class History(Lists, Protocol):
    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class RuleReason(BaseModel):
    """What became of a rule when something happened to a ticket; its condition leaf by leaf with the values seen."""

    model_config = ConfigDict(frozen=True)

    reference: str
    rule: Slug
    name: Bilingual
    version: int
    event: int
    """The number of the event on which the rules were tried."""
    event_type: str
    occasion: Occasion
    at: AwareDatetime
    fate: Fate
    stopped_by: Slug | None
    """The earlier rule that ended the run, where this one was not reached."""
    holds: bool
    """Whether the condition holds, also where the rule was not asked."""
    when: Outcome | None
    """The condition; None where the rule has none and always holds."""
    then: Sequence[Mapping[str, Any]]
    """What the rule does when it matches."""
    counted_now: Sequence[str]
    """Fields whose count at the time of the event nobody wrote down, so that they were counted when asked."""
    placing: tuple[Reason, ...] = ()
    """Why the ticket went to whom it went: who came into question, in order, and what kept the others from it."""


@dataclass(frozen=True)
class _Trial:
    """The rules of one version tried on one event."""

    moment: Moment
    occasion: Occasion
    config: DeskConfig
    facts: Facts
    tried: Run
    counted_now: tuple[str, ...]

    def reason(self, rule: Rule, name: str) -> RuleReason:
        """What became of `rule`, on the ticket called `name`."""
        event = self.moment.event
        fate = next((line.fate for line in self.tried.trace if line.rule == rule.id), Fate.ALREADY_ACTED)
        if not wakes(event, rule):
            fate = Fate.OTHER_OCCASION
        when = rule.when.outcome(self.facts) if rule.when else None
        read = {leaf.field for leaf in leaves(rule.when)} if rule.when else set()
        return RuleReason(
            reference=name,
            rule=rule.id,
            name=rule.name,
            version=self.config.version,
            event=event.sequence,
            event_type=event.type,
            occasion=self.occasion,
            at=event.occurred_at,
            fate=Fate.CHAIN_ENDED if is_chain_at_its_end(event) else fate,
            stopped_by=_stopper(self.config, self.tried) if fate is Fate.NOT_REACHED else None,
            holds=when is None or when.holds,
            when=when,
            then=[action.model_dump(mode="json", exclude_none=True) for action in rule.then],
            counted_now=[name for name in self.counted_now if name in read],
        )


class RuleReasons:
    """Answers "why?" and "why not?" of one desk."""

    def __init__(self, configurations: Configurations, history: History, texts: Texts) -> None:
        self._configurations = configurations
        self._history = history
        self._texts = texts

    def explain(self, principal: Principal, reference_text: str, rule_id: Slug, event: int | None = None) -> RuleReason:
        """What the rule made of the ticket at the event of that number, as the rules were then.

        Without a number, the newest event that the rule is for, as it was then. The version is the one by which rules
        acted on it; where none did, or the rule was not there then, the live version answers.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            RuleNotFound: there is no such rule in either version.
            EventNotFound: the ticket has no such event, or rules are not tried on it.
        """
        principal.require(Role.AGENT)
        live, timeline = self._read(reference_text)
        if event is None:
            event = self._newest(timeline, rule_id, live)
        config, rule = self._rule(rule_id, self._then(timeline, event, live), live)
        trial = self._trial(timeline, event, config, {leaf.field for leaf in leaves(rule.when)} if rule.when else set())
        reason = trial.reason(rule, reference(timeline[0].ticket_id, live.desk.prefix))
        return reason.model_copy(update={"placing": _placing(timeline, event)})

    def explain_all(
        self, principal: Principal, reference_text: str, event: int, *, matched_only: bool, first: int = 0
    ) -> list[RuleReason]:
        """What every rule made of the event, in order, from the `first` on; at most `MOST_RULES` of them.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            EventNotFound: the ticket has no such event, or rules are not tried on it.
        """
        principal.require(Role.AGENT)
        live, timeline = self._read(reference_text)
        config = self._then(timeline, event, live)
        read = {leaf.field for rule in config.rules if rule.when for leaf in leaves(rule.when)}
        trial = self._trial(timeline, event, config, read)
        name = reference(timeline[0].ticket_id, live.desk.prefix)
        matched = set(trial.tried.matched)
        rules = [rule for rule in config.rules if not matched_only or rule.id in matched]
        return [trial.reason(rule, name) for rule in rules[first : first + MOST_RULES]]

    def _read(self, reference_text: str) -> tuple[DeskConfig, list[TicketEvent]]:
        live = self._configurations.last_read()
        ticket_id = parse_reference(reference_text, live.desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        timeline = self._history.timeline(ticket_id)
        if not timeline or not isinstance(timeline[0], TicketOpened):
            raise TicketNotFound(reference_text)
        return live, timeline

    def _rule(self, rule_id: Slug, then: DeskConfig, live: DeskConfig) -> tuple[DeskConfig, Rule]:
        for config in (then, live):
            for rule in config.rules:
                if rule.id == rule_id:
                    return config, rule
        raise RuleNotFound(rule_id)

    def _newest(self, timeline: Sequence[TicketEvent], rule_id: Slug, live: DeskConfig) -> int:
        """The number of the newest event that the rule is for, as it was then; else of the first that knows it."""
        first, read = 1, cache(self._configurations.at)
        for event in reversed(timeline):
            if (occasion := occasion_of(event)) is None:
                continue
            version = _version(timeline, event.sequence) or live.version
            then = live if version == live.version else read(version)
            rule = next((rule for config in (then, live) for rule in config.rules if rule.id == rule_id), None)
            if rule and occasion in rule.on and wakes(event, rule):
                return event.sequence
            if rule:
                first = event.sequence
        return first

    def _then(self, timeline: Sequence[TicketEvent], sequence: int, live: DeskConfig) -> DeskConfig:
        """The configuration by which rules acted on the event; the live one where none did."""
        version = _version(timeline, sequence) or live.version
        return live if version == live.version else self._configurations.at(version)

    def _trial(self, timeline: list[TicketEvent], sequence: int, config: DeskConfig, wanted: set[str]) -> _Trial:
        moment = Moment.of(timeline, sequence)
        occasion = moment.occasion
        if occasion is None:
            raise EventNotFound(Saying.of("reason.no_rules_for", event=moment.event.type))
        said = moment.event.message if isinstance(moment.event, MessageReceived) else None
        description = self._texts.text(moment.opened.problem.description)
        moment = moment.with_whole_texts(description, self._texts.text(said) if said else None)
        if isinstance(moment.event, TicketOpened):
            moment = opening(moment.event, config)
        decided = _decided(timeline, sequence)
        counts: dict[str, int | str] = dict((decided.counts if decided else None) or {})
        if isinstance(decided, TicketTriaged) and decided.incident:
            counts["incident"] = decided.incident
        missing = [name for name in COUNTS if name in wanted and name not in counts]
        after = moment.after
        counted_now = open_tickets(self._history, after.id, after.contact, after.company, missing)
        facts = moment.facts(config, wanted, {**counts, **counted_now})
        acted = moment.event.chain.rules if moment.event.chain else ()
        rules = [rule for rule in config.rules if rule.id not in acted and wakes(moment.event, rule)]
        tried = run(rules, facts, Verdict(), occasion=occasion, at=moment.event.occurred_at)
        return _Trial(moment, occasion, config, facts, tried, tuple(counted_now))


def _decided(timeline: Sequence[TicketEvent], sequence: int) -> TicketTriaged | RulesApplied | None:
    """What the rules did on the event of that number."""
    cause = timeline[sequence - 1].event_id if 1 <= sequence <= len(timeline) else ""
    for event in timeline:
        if isinstance(event, TicketTriaged) and sequence == 1:
            return event
        if isinstance(event, RulesApplied) and event.cause == cause:
            return event
    return None


def _version(timeline: Sequence[TicketEvent], sequence: int) -> int | None:
    """The version by which rules acted on the event, if any did."""
    decided = _decided(timeline, sequence)
    return decided.config_version if decided else None


def _stopper(config: DeskConfig, tried: Run) -> Slug | None:
    stops = {rule.id for rule in config.rules if rule.stop}
    return next((rule for rule in reversed(tried.matched) if rule in stops), None)


def _placing(timeline: Sequence[TicketEvent], event: int) -> tuple[Reason, ...]:
    """The reasons of the router's next choice of team and person after the event; none where there was none."""
    placed = next((one for one in timeline if one.sequence > event and isinstance(one, _PLACED)), None)
    if placed is None or placed.actor.id != ROUTER.id:
        return ()
    return tuple(reason for reason in placed.reasons if reason.code.startswith(("team_", "person_")))
