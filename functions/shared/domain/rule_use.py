"""How often each rule matched of late, counted over the tickets of the last three months once a night.

Of every ticket the rules count that really matched, on whatever occasion, and those that would match it as a new
ticket today: a rule that was written yesterday has no past of its own.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import AwareDatetime, Field

from functions.shared.contracts.events import TicketOpened
from functions.shared.contracts.words import Slug
from functions.shared.domain.backtest import Triage
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.document import Part
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.references import reference
from functions.shared.domain.rule_check import Doubt, silent
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.ticket import Ticket

SPAN: Final = timedelta(days=90)

MOST_TICKETS: Final = 20_000
"""Of more tickets the newest are enough."""


class RuleUse(Part):
    """What was counted in one night."""

    version: int = Field(ge=0, description="Whose rules were tried.")
    since: AwareDatetime = Field(description="The opening of the oldest ticket looked at, or where the span begins.")
    until: AwareDatetime
    tickets: int = Field(ge=0)
    is_whole: bool = Field(description="Every ticket of the span was looked at.")
    is_complete: bool = Field(description="Of every ticket it is known which rules matched after it was opened.")
    tried: Mapping[Slug, str] = Field(description="What each rule asked, as a digest.")
    matched: Mapping[Slug, int] = Field(default_factory=dict, description="Tickets, by rule; none where it is absent.")

    @property
    def days(self) -> int:
        return max(1, (self.until - self.since).days)

    def silent(self, rules: Sequence[Rule]) -> list[Doubt]:
        """Those of `rules` that matched nothing. Of a rule that asks something else by now nothing is known."""
        unheard = [rule.id for rule in rules if rule.id not in self.matched and self._knows(rule)]
        return silent(rules, frozenset(unheard), self.tickets, self.days, self.until)

    def _knows(self, rule: Rule) -> bool:
        """Whether the rule is what was tried; what happened on later occasions is known where every ticket says so."""
        is_told = self.is_complete or rule.on == (Occasion.OPENED,)
        return is_told and self.tried.get(rule.id) == _question(rule)


def count(
    tickets: Iterable[tuple[TicketOpened, Ticket]], config: DeskConfig, *, now: AwareDatetime, most: int = MOST_TICKETS
) -> RuleUse:
    """How often each rule of `config` matched the first `most` of `tickets`: those before `now`, the newest first."""
    triage = Triage(config, config.rules)
    known = {rule.id for rule in config.rules}
    found: Counter[Slug] = Counter()
    seen, is_whole, is_complete, oldest = 0, True, True, now
    for opened, ticket in tickets:
        if seen == most:
            is_whole = False
            break
        past = PastTicket.of(opened, ticket, reference(ticket.id, config.desk.prefix))
        would = triage.tried_on(past, now=now).matched
        found.update(known.intersection((*would, *(ticket.matched_rules or ()))))
        is_complete = is_complete and (ticket.matched_rules is not None or ticket.priority is None)
        oldest = min(oldest, opened.occurred_at)
        seen += 1
    return RuleUse(
        version=config.version,
        since=now - SPAN if is_whole else oldest,
        until=now,
        tickets=seen,
        is_whole=is_whole,
        is_complete=is_complete,
        tried={rule.id: _question(rule) for rule in config.rules},
        matched=dict(found),
    )


def _question(rule: Rule) -> str:
    asked = rule.model_dump_json(include={"on", "when"}, by_alias=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:12]
