"""Rules found by what they need, so that a ticket is held against a few of them instead of against all.

Of each condition one necessary part is looked up: a keyword (one automaton for all keywords of all rules), a value
(a table), or a limit (a sorted list). What is found that way is then asked in full. The index may find too much, never
too little, so the answer is that of trying rule after rule.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pydantic import AwareDatetime

from functions.shared.contracts.words import Slug
from functions.shared.domain.actions import Verdict
from functions.shared.domain.compiled import Compiler, Known
from functions.shared.domain.conditions import All, AnyOf, Leaf, Not
from functions.shared.domain.facts import Facts
from functions.shared.domain.folding import fold
from functions.shared.domain.operators import Operator, amount, comparable, members
from functions.shared.domain.rules import Fate, Occasion, Rule, RuleTrace, Run, carried_out


class _Sort(IntEnum):
    """By what a rule can be found, the most telling first."""

    WORD = 0
    VALUE = 1
    AT_LEAST = 2
    AT_MOST = 3


@dataclass(frozen=True, slots=True)
class _Need:
    """Something without which a condition cannot hold."""

    sort: _Sort
    field: str
    value: Any


@dataclass(frozen=True)
class Decision:
    """What the rules decided, and which of them matched, in order."""

    verdict: Verdict
    matched: tuple[Slug, ...]


class RuleIndex:
    """The rules of one occasion, ready to be asked many times."""

    def __init__(self, rules: Sequence[Rule], occasion: Occasion) -> None:
        self._rules = [rule for rule in rules if rule.enabled and occasion in rule.on]
        compiler = Compiler()
        self._checks = [compiler.compiled(rule.when) if rule.when else None for rule in self._rules]
        self._always: list[int] = []
        self._values: dict[str, dict[object, list[int]]] = defaultdict(lambda: defaultdict(list))
        limits: dict[tuple[_Sort, str], list[tuple[float, int]]] = defaultdict(list)
        words: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, rule in enumerate(self._rules):
            needs = _needs(rule.when) if rule.when else None
            if needs is None:
                self._always.append(number)
            for need in needs or ():
                match need.sort:
                    case _Sort.WORD:
                        words[need.value][need.field].append(number)
                    case _Sort.VALUE:
                        self._values[need.field][need.value].append(number)
                    case _:
                        limits[need.sort, need.field].append((need.value, number))
        self._limits = {key: sorted(pairs) for key, pairs in limits.items()}
        self._by_word = list(words.values())
        self._text_fields = tuple(dict.fromkeys(field for fields in words.values() for field in fields))
        self._automaton = _automaton(words)

    def decide(self, facts: Facts, verdict: Verdict, *, at: AwareDatetime) -> Decision:
        """What the rules decide on the ticket of `facts`, beginning with `verdict`; the same as `run` finds."""
        matched = self.matching(facts, at=at)
        for rule in matched:
            for action in rule.then:
                verdict = action.apply(verdict)
        return Decision(verdict, tuple(rule.id for rule in matched))

    def run(self, facts: Facts, verdict: Verdict, *, at: AwareDatetime, without: Container[Slug] = ()) -> Run:
        """As `decide`, with the trace of the rules that matched; the rules named in `without` are passed over."""
        matched = self.matching(facts, at=at, without=without)
        return carried_out(matched, verdict, traced(matched, facts))

    def matching(self, facts: Facts, *, at: AwareDatetime, without: Container[Slug] = ()) -> list[Rule]:
        """The rules that match the ticket of `facts`, in order, up to one that stops."""
        matched = []
        known: Known = {}
        for number in sorted(self._candidates(facts)):
            rule, check = self._rules[number], self._checks[number]
            if rule.id in without or not rule.is_in_force(at) or not (check is None or check(facts, known)):
                continue
            matched.append(rule)
            if rule.stop:
                break
        return matched

    def _candidates(self, facts: Facts) -> set[int]:
        found = set(self._always)
        for field, by_value in self._values.items():
            for value in members(facts[field]):
                found.update(by_value.get(comparable(value, exact=False), ()))
        for (sort, field), pairs in self._limits.items():
            seen = amount(field, facts[field])
            if seen is not None:
                reached = (
                    pairs[: bisect_right(pairs, seen, key=_limit)]
                    if sort is _Sort.AT_LEAST
                    else pairs[bisect_left(pairs, seen, key=_limit) :]
                )
                found.update(number for _, number in reached)
        for field in self._text_fields:
            for text in facts.texts(field, exact=False):
                for word in {match[0] for match in self._automaton.find_matches_as_indexes(text, overlapping=True)}:
                    found.update(self._by_word[word].get(field, ()))
        return found


def traced(matched: Iterable[Rule], facts: Facts) -> Iterator[RuleTrace]:
    """By what each of the rules that `matched` did."""
    for rule in matched:
        yield RuleTrace(rule=rule.id, fate=Fate.MATCHED, when=rule.when.outcome(facts) if rule.when else None)


def _limit(pair: tuple[float, int]) -> float:
    return pair[0]


def _automaton(words: Iterable[str]) -> Any:
    import ahocorasick_rs  # loaded only where many rules are tried

    return ahocorasick_rs.AhoCorasick(list(words))


def _needs(condition: All | AnyOf | Not | Leaf) -> frozenset[_Need] | None:
    """Needs of which one at least is met whenever `condition` holds; None where nothing can be said."""
    match condition:
        case Leaf():
            found = _leaf_needs(condition)
            return None if found is None else frozenset(found)
        case All():
            known = [needs for part in condition.all if (needs := _needs(part)) is not None]
            return min(known, key=_breadth, default=None)
        case AnyOf():
            parts = [_needs(part) for part in condition.any]
            return None if None in parts else frozenset(need for needs in parts if needs for need in needs)
        case Not():
            return None


def _breadth(needs: frozenset[_Need]) -> tuple[int, int]:
    """How many tickets are likely to meet `needs`: fewer for the smaller."""
    return max((need.sort for need in needs), default=0), len(needs)


def _leaf_needs(leaf: Leaf) -> Iterator[_Need] | None:
    match leaf.op:
        case Operator.IS | Operator.IN | Operator.CHANGED_TO:
            return (_Need(_Sort.VALUE, leaf.field, comparable(value, exact=False)) for value in members(leaf.value))
        case Operator.CONTAINS | Operator.CONTAINS_ANY | Operator.STARTS_WITH | Operator.ENDS_WITH if not leaf.exact:
            return (_Need(_Sort.WORD, leaf.field, fold(str(word))) for word in members(leaf.value))
        case Operator.CONTAINS_ALL if not leaf.exact:
            longest = max((fold(str(word)) for word in members(leaf.value)), key=len)
            return iter([_Need(_Sort.WORD, leaf.field, longest)])
        case Operator.AT_LEAST | Operator.AT_MOST:
            sort = _Sort.AT_LEAST if leaf.op is Operator.AT_LEAST else _Sort.AT_MOST
            limit = amount(leaf.field, leaf.value)
            return None if limit is None else iter([_Need(sort, leaf.field, limit)])
        case _:
            return None
