"""What the desk does when its rules match after the triage of a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime

from functions.shared.contracts.events import RulesApplied, RulesHeldBack, TicketEvent
from functions.shared.contracts.words import Status
from functions.shared.domain.assignment import Choose
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.enactment import ROUTER, enact, rule_reasons, standing
from functions.shared.domain.errors import IllegalTransition
from functions.shared.domain.occasions import LONGEST_CHAIN, Moment, chained, wakes
from functions.shared.domain.rule_book import RuleBook
from functions.shared.domain.rule_index import traced
from functions.shared.domain.rules import Occasion, Rule, RuleTrace, Run, carried_out
from functions.shared.domain.saying import Saying
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
    if occasion is None:
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

    Where the chain that led to the moment is at its end, only that the rules were held back.

    Raises:
        IllegalTransition: it was not triaged yet; the rules for new tickets come first.
    """
    if not matched.rules or ticket.status is Status.CLOSED:
        return []
    if ticket.priority is None:
        raise IllegalTransition(Saying.of("reason.not_triaged"))
    run = carried_out(matched.rules, standing(ticket), matched.trace)
    if is_chain_at_its_end(moment.event):
        return _held_back(ticket, moment, run, config, now) if run.effective else []
    applied = ticket.happening(
        RulesApplied,
        actor=ROUTER,
        now=now,
        reasons=tuple(rule_reasons(run, config, run.effective)),
        config_version=config.version,
        cause=moment.event.event_id,
        occasion=moment.occasion,
        matched_rules=run.matched,
        counts=dict(matched.counts) or None,
    )
    acts = enact(evolve(ticket, applied), run, config, choose=choose, now=now)
    told = applied.model_copy(update={"changes": len(acts)})
    return chained([told, *acts], run.matched, moment.event.chain)


def _held_back(ticket: Ticket, moment: Moment, run: Run, config: DeskConfig, now: AwareDatetime) -> list[TicketEvent]:
    chain = moment.event.chain
    return [
        ticket.happening(
            RulesHeldBack,
            actor=ROUTER,
            now=now,
            config_version=config.version,
            cause=moment.event.event_id,
            occasion=moment.occasion,
            held_back=run.effective,
            runs=chain.length if chain else LONGEST_CHAIN,
        )
    ]
