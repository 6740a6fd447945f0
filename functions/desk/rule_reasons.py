"""Why a rule acted on a ticket, or why it did not."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from functions.shared.contracts.events import Message, TicketEvent, TicketOpened, TicketTriaged
from functions.shared.contracts.words import Role, Slug, TicketId
from functions.shared.domain.actions import Verdict
from functions.shared.domain.conditions import Outcome
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.document import Bilingual
from functions.shared.domain.errors import RuleNotFound, TicketNotFound
from functions.shared.domain.references import parse_reference, reference
from functions.shared.domain.rules import Fate, Rule, Run
from functions.shared.domain.triage import facts_of, in_full, try_rules, weigh
from functions.shared.identity.principal import Principal


class Configurations(Protocol):
    def last_read(self) -> DeskConfig: ...

    def at(self, version: int) -> DeskConfig: ...


class Timelines(Protocol):
    def timeline(self, ticket_id: TicketId) -> list[TicketEvent]: ...


class Texts(Protocol):
    def text(self, message: Message) -> str: ...


class RuleReason(BaseModel):
    """What became of a rule when a ticket was opened, and its condition leaf by leaf with the values seen."""

    model_config = ConfigDict(frozen=True)

    reference: str
    rule: Slug
    name: Bilingual
    version: int
    fate: Fate
    stopped_by: Slug | None
    """The earlier rule that ended the run, where this one was not reached."""
    holds: bool
    """Whether the condition holds, also where the rule was not asked."""
    when: Outcome | None
    """The condition; None where the rule has none and always holds."""


class RuleReasons:
    """Answers "why?" and "why not?" of one desk."""

    def __init__(self, configurations: Configurations, timelines: Timelines, texts: Texts) -> None:
        self._configurations = configurations
        self._timelines = timelines
        self._texts = texts

    def explain(self, principal: Principal, reference_text: str, rule_id: Slug) -> RuleReason:
        """What the rule made of the ticket, as the rules were when it was triaged.

        A rule that was not there then, or a ticket not triaged yet, is answered by the live version.

        Raises:
            TicketNotFound: there is no such ticket on this desk.
            RuleNotFound: there is no such rule in either version.
        """
        principal.require(Role.AGENT)
        live = self._configurations.last_read()
        ticket_id = parse_reference(reference_text, live.desk.prefix)
        if ticket_id is None:
            raise TicketNotFound(reference_text)
        timeline = self._timelines.timeline(ticket_id)
        if not timeline or not isinstance(timeline[0], TicketOpened):
            raise TicketNotFound(reference_text)
        config, rule = self._rule(rule_id, _version(timeline), live)
        opened = in_full(timeline[0], self._texts.text)
        tried = try_rules(opened, config, Verdict())
        fate = next(line.fate for line in tried.trace if line.rule == rule_id)
        when = rule.when.outcome(facts_of(opened, weigh(opened, config).priority)) if rule.when else None
        return RuleReason(
            reference=reference(ticket_id, live.desk.prefix),
            rule=rule.id,
            name=rule.name,
            version=config.version,
            fate=fate,
            stopped_by=_stopper(config, tried) if fate is Fate.NOT_REACHED else None,
            holds=when is None or when.holds,
            when=when,
        )

    def _rule(self, rule_id: Slug, version: int | None, live: DeskConfig) -> tuple[DeskConfig, Rule]:
        then = live if version in (None, live.version) else self._configurations.at(version or 0)
        for config in (then, live):
            for rule in config.rules:
                if rule.id == rule_id:
                    return config, rule
        raise RuleNotFound(rule_id)


def _version(timeline: list[TicketEvent]) -> int | None:
    """The version of the configuration by which the ticket was triaged."""
    return next((event.config_version for event in timeline if isinstance(event, TicketTriaged)), None)


def _stopper(config: DeskConfig, tried: Run) -> Slug | None:
    stops = {rule.id for rule in config.rules if rule.stop}
    return next((rule for rule in reversed(tried.matched) if rule in stops), None)
