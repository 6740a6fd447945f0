"""How long ten thousand rules take on one ticket, beside the engines that others would use.

A third of the rules ask for keywords, a third for a value, a third for a limit together with a keyword. All engines are
asked in turns, round by round, so that a busy machine is busy for all of them; the ratio is the median of the rounds'.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from benchmarks.rule_peers import PEERS, plain
from functions.shared.contracts.words import Priority
from functions.shared.domain.actions import Verdict
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_index import RuleIndex
from functions.shared.domain.rules import Occasion, Rule, run

NOW = datetime(2026, 1, 5, 10, 17, tzinfo=UTC)
SIZES: Final = (1_000, 10_000)
ROUNDS: Final = 7
OURS_A_ROUND: Final = 50
BEGIN: Final = Verdict(priority=Priority.P2)

TEXT: Final = "无法登录系统，请尽快处理关键词00009的问题。Our order word00044 was not delivered to the customer. " * 6
TICKET: Final[dict[str, object]] = {
    "text": TEXT,
    "title": TEXT[:40],
    "module": "m16",
    "company.tier": "vip",
    "fields.seats": 40,
    "priority": "P2",
}
"""A ticket of some 500 characters that a few of the rules match."""


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


def _condition(number: int, draw: random.Random) -> dict[str, Any]:
    words = {"field": "text", "op": "contains_any", "value": [f"关键词{number:05}的", f"word{number:05}"]}
    match number % 3:
        case 0:
            return words
        case 1:
            return {"field": "module", "op": "is", "value": f"m{number}"}
        case _:
            return {"all": [{"field": "fields.seats", "op": "at_least", "value": draw.randrange(100)}, words]}


def _seconds(call: Callable[[], object], times: int = 1) -> float:
    began = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - began) / times


def _by_index(index: RuleIndex) -> tuple[str, ...]:
    """One ticket against all rules, its text folded and searched anew."""
    return index.decide(Facts(TICKET), BEGIN, at=NOW).matched


def _one_by_one(known: list[Rule]) -> tuple[str, ...]:
    return run(known, Facts(TICKET), BEGIN, occasion=Occasion.OPENED, at=NOW).matched


def growth() -> None:
    """Print what compiling and answering take, by index and rule after rule, and how answering grows."""
    print(f"{'rules':>7} {'compile, s':>11} {'indexed, ms':>12} {'one by one, ms':>15} {'matched':>8}")
    indexes = []
    for count in SIZES:
        known = rules(count)
        began = time.perf_counter()
        index = RuleIndex(known, Occasion.OPENED)
        compiled = time.perf_counter() - began
        indexes.append(index)
        matched = _one_by_one(known)
        assert _by_index(index) == matched, "the index and the rules disagree"
        indexed = min(_seconds(partial(_by_index, index), OURS_A_ROUND) for _ in range(ROUNDS))
        naive = _seconds(partial(_one_by_one, known))
        print(f"{count:>7,} {compiled:>11.2f} {1e3 * indexed:>12.3f} {1e3 * naive:>15.1f} {len(matched):>8}")
    few, many = (partial(_by_index, index) for index in indexes)
    ratios = [_seconds(many, OURS_A_ROUND) / _seconds(few, OURS_A_ROUND) for _ in range(ROUNDS)]
    print(f"ten times as many rules take {statistics.median(ratios):.2f} times as long")


def beside_others() -> None:
    """Print how many times as long as we the other engines take, on the same rules with the same answers."""
    known = rules(SIZES[-1])
    ours, ticket = partial(_by_index, RuleIndex(known, Occasion.OPENED)), plain(TICKET)
    wanted = list(ours())
    theirs = {name: partial(prepared(known), ticket) for name, (prepared, _) in PEERS.items()}
    for name, ask in theirs.items():
        assert ask() == wanted, f"{name} answers otherwise"
    ratios: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(ROUNDS):
        took = _seconds(ours, OURS_A_ROUND)
        for name, ask in theirs.items():
            ratios[name].append(_seconds(ask) / took)
    for name, (_, meant) in PEERS.items():
        ratio = statistics.median(ratios[name])
        print(f"{name:>17}: {ratio:8,.0f} times as long as ours, {meant:,.0f} times was meant")


def main() -> None:
    """Print how our rules grow, and how they compare."""
    growth()
    beside_others()


if __name__ == "__main__":
    main()
