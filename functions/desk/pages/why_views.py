"""The page that says why rules acted on a ticket, and why others did not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from functions.desk.rule_reasons import RuleReason
from functions.desk.views import TicketView
from functions.shared.contracts.events import RulesApplied, TicketEvent, TicketTriaged
from functions.shared.contracts.words import Language
from functions.shared.domain.conditions import Outcome
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.occasions import occasion_of
from functions.shared.pages.languages import catalogue
from functions.shared.pages.rule_words import RuleWords

MOST_MOMENTS: Final = 30


@dataclass(frozen=True)
class Node:
    """A part of a condition: what it asks, what was seen, and how it came out."""

    text: str
    holds: bool
    seen: str | None
    parts: "Sequence[Node]"


@dataclass(frozen=True)
class ToldRule:
    """What became of one rule."""

    id: str
    name: str
    fate: str
    is_matched: bool
    then: str
    condition: Node | None


@dataclass(frozen=True)
class MomentLink:
    """An event on which rules were tried."""

    href: str
    text: str
    at: datetime
    is_current: bool


@dataclass(frozen=True)
class WhyPage:
    """What the rules made of one event of a ticket."""

    ticket_url: str
    reference: str
    title: str
    version: int | None
    moments: Sequence[MomentLink]
    rules: Sequence[ToldRule]
    shows_all: bool
    other_href: str

    @classmethod
    def of(
        cls,
        ticket: TicketView,
        url: str,
        event: int,
        reasons: Sequence[RuleReason],
        config: DeskConfig,
        language: Language,
        *,
        shows_all: bool,
    ) -> Self:
        """The page of the event of that number."""
        words = catalogue(language)
        told = [_told(reason, RuleWords.of(config, language), language) for reason in reasons]
        tried = [(one, occasion) for one in reversed(ticket.timeline) if (occasion := occasion_of(one))]
        moments = [
            MomentLink(
                f"{url}/rules?event={one.sequence}",
                words.text(f"rules.on.{occasion}"),
                one.occurred_at,
                one.sequence == event,
            )
            for one, occasion in tried[:MOST_MOMENTS]
        ]
        return cls(
            ticket_url=url,
            reference=ticket.reference,
            title=ticket.title,
            version=reasons[0].version if reasons else None,
            moments=moments,
            rules=told,
            shows_all=shows_all,
            other_href=f"{url}/rules?event={event}{'' if shows_all else '&show=all'}",
        )


def acted(timeline: Sequence[TicketEvent]) -> Iterator[tuple[str, int]]:
    """The rules that matched, each with the number of the event that it matched on; the newest first."""
    numbers = {event.event_id: event.sequence for event in timeline}
    for event in reversed(timeline):
        if isinstance(event, RulesApplied):
            yield from ((rule, numbers.get(event.cause, 1)) for rule in event.matched_rules)
        elif isinstance(event, TicketTriaged):
            yield from ((rule, 1) for rule in event.matched_rules)


def _told(reason: RuleReason, words: RuleWords, language: Language) -> ToldRule:
    stopper = reason.stopped_by or ""
    return ToldRule(
        id=reason.rule,
        name=reason.name.in_language(language),
        fate=catalogue(language).text(f"why.fate.{reason.fate}", rule=stopper),
        is_matched=reason.fate == "matched",
        then=words.actions(reason.then),
        condition=_node(reason.when, words, language) if reason.when else None,
    )


def _node(outcome: Outcome, words: RuleWords, language: Language) -> Node:
    if outcome.kind != "leaf":
        parts = [_node(part, words, language) for part in outcome.parts]
        return Node(catalogue(language).text(f"why.{outcome.kind}"), outcome.holds, None, parts)
    leaf = outcome.model_dump(mode="json", include={"field", "op", "value"})
    seen = " ".join(outcome.seen.split()) if outcome.seen else catalogue(language).text("why.nothing")
    return Node(words.condition(leaf), outcome.holds, seen, ())
