"""How long ten thousand rules take on one ticket.

A third of the rules ask for keywords, a third for a value, a third for a limit together with a keyword.
"""

import random
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.bench_sla import seconds_a_call
from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_index import RuleIndex
from functions.shared.domain.rules import Occasion, Rule, run

NOW = datetime(2026, 1, 5, 10, 17, tzinfo=UTC)
SIZES = (1_000, 10_000)


def rules(count: int) -> list[Rule]:
    """`count` rules, always the same."""
    draw = random.Random(count)
    return [
        Rule.model_validate(
            {
                "id": f"r{number}",
                "name": {"zh": f"规则{number}", "en": f"Rule {number}"},
                "when": _condition(number, draw),
                "then": [{"do": "add_tags", "tags": [f"t{number % 50}"]}],
            }
        )
        for number in range(count)
    ]


def ticket() -> Facts:
    """A ticket of some 500 characters that a few of the rules match."""
    text = "无法登录系统，请尽快处理关键词9的问题。Our order word44 was not delivered to the customer. " * 6
    return Facts(
        {"text": text, "title": text[:40], "module": "m16", "company.tier": "vip", "fields.seats": 40, "priority": "P2"}
    )


def _condition(number: int, draw: random.Random) -> dict[str, Any]:
    words = {"field": "text", "op": "contains_any", "value": [f"关键词{number}的", f"word{number}"]}
    match number % 3:
        case 0:
            return words
        case 1:
            return {"field": "module", "op": "is", "value": f"m{number}"}
        case _:
            return {"all": [{"field": "fields.seats", "op": "at_least", "value": draw.randrange(100)}, words]}


def main() -> None:
    """Print what compiling and answering take, by index and rule after rule."""
    print(f"{'rules':>7} {'compile, s':>11} {'indexed, ms':>12} {'one by one, ms':>15} {'matched':>8}")
    begin = Verdict(priority=Priority.P2)
    for count in SIZES:
        known = rules(count)
        began = time.perf_counter()
        index = RuleIndex(known, Occasion.OPENED)
        compiled = time.perf_counter() - began
        decided = index.decide(ticket(), begin, at=NOW)
        tried = run(known, ticket(), begin, occasion=Occasion.OPENED, at=NOW)
        assert decided.matched == tried.matched, "the index and the rules disagree"
        indexed = seconds_a_call(lambda index=index: index.decide(ticket(), begin, at=NOW))  # type: ignore[misc]
        began = time.perf_counter()
        run(known, ticket(), begin, occasion=Occasion.OPENED, at=NOW)
        naive = time.perf_counter() - began
        print(f"{count:>7,} {compiled:>11.2f} {1e3 * indexed:>12.3f} {1e3 * naive:>15.1f} {len(tried.matched):>8}")


if __name__ == "__main__":
    main()
