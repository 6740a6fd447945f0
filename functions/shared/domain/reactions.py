"""What the desk does when its rules match after the triage of a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime

from functions.shared.contracts.events import RulesApplied, TicketEvent
from functions.shared.contracts.words import Status
from functions.shared.domain.assignment import Choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.enactment import ROUTER, enact, rule_reasons, standing
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.occasions import LONGEST_CHAIN, Moment, chained, wakes
from functions.shared.domain.rule_book import RuleBook
from functions.shared.domain.rule_index import traced
from functions.shared.domain.rules import Occasion, Rule, RuleTrace, carried_out
from functions.shared.domain.ticket import Ticket, evolve


@dataclass(frozen=True)
class Matched:
    """The rules that matched at a moment, and by what."""

    rules: Sequence[Rule]
    trace: Sequence[RuleTrace]
    counts: Mapping[str, int]


def is_chain_at_its_end(event: TicketEvent) -> bool:
    """Whether so many rules led to `event` one after the other that it sets off no more."""
    return event.chain is not None and event.chain.length >= LONGEST_CHAIN


def matched_at(moment: Moment, config: DeskConfig, book: RuleBook, counts: Mapping[str, int]) -> Matched:
    """The rules that match at `moment`; those that led to it act no second time."""
    occasion = moment.occasion
    if occasion is None or is_chain_at_its_end(moment.event):
        return Matched((), (), counts)
    facts = moment.facts(config, book.fields(occasion), counts)
    passed_over = {*(moment.event.chain.rules if moment.event.chain else ())}
    if occasion is Occasion.TIMER:
        passed_over |= {rule.id for rule in config.rules if not wakes(moment.event, rule)}
    rules = book.on(occasion).matching(facts, at=moment.event.occurred_at, without=passed_over)
    return Matched(rules, list(traced(rules, facts)), counts)


def react(
    ticket: Ticket, moment: Moment, matched: Matched, config: DeskConfig, *, choose: Choose, now: AwareDatetime
) -> list[TicketEvent]:
    """What follows on `ticket` as it stands now; a ticket closed meanwhile is left alone.

    Raises:
        IllegalTransition: it was not triaged yet; the rules for new tickets come first.
    """
    if not matched.rules or ticket.status is Status.CLOSED:
        return []
    if ticket.priority is None:
        raise IllegalTransition("the ticket has not been triaged yet")
    run = carried_out(matched.rules, standing(ticket), matched.trace)
    applied = ticket.happening(
        RulesApplied,
        actor=ROUTER,
        now=now,
        reasons=tuple(rule_reasons(run, config, run.matched)),
        config_version=config.version,
        cause=moment.event.event_id,
        occasion=moment.occasion,
        matched_rules=run.matched,
        counts=dict(matched.counts) or None,
    )
    acts = enact(evolve(ticket, applied), run, config, choose=choose, now=now)
    return chained([applied, *acts], run.matched, moment.event.chain)
