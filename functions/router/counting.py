"""How often each rule matched of late, for those who look after the rules."""

from datetime import datetime
from typing import Protocol

from functions.router.past import Configurations, Past, newest_first
from functions.shared.domain.rule_use import SPAN, RuleUse, count


class Ledger(Protocol):
    def keep(self, use: RuleUse) -> str: ...


class RuleCounting:
    """Counts for one desk."""

    def __init__(self, configurations: Configurations, past: Past, ledger: Ledger) -> None:
        self._configurations = configurations
        self._past = past
        self._ledger = ledger

    def count(self, now: datetime) -> RuleUse:
        """Count over the tickets of the last three months, of very many the newest, and keep it."""
        past = newest_first(self._past, now - SPAN, now)
        use = count(past, self._configurations.live(), now=now)
        self._ledger.keep(use)
        return use
