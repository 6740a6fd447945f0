"""The rules of one configuration, made ready once and kept as long as that configuration is in use."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from functions.shared.domain.actions import LinkIncident
from functions.shared.domain.conditions import leaves
from functions.shared.domain.passing import Passing
from functions.shared.domain.rule_index import RuleIndex
from functions.shared.domain.rules import Occasion, Rule

_KEPT: Final = 2
"""A function meets the live version, and for a moment the one before."""


class RuleBook:
    """The rules that are enabled, by occasion."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.enabled]
        self._indexes: dict[Occasion, RuleIndex] = {}

    @cached_property
    def _read(self) -> dict[Occasion, frozenset[str]]:
        return {
            occasion: frozenset(
                leaf.field for rule in self._rules if rule.when and occasion in rule.on for leaf in leaves(rule.when)
            )
            for occasion in self.occasions
        }

    @cached_property
    def occasions(self) -> frozenset[Occasion]:
        """The occasions for which there is a rule."""
        return frozenset(occasion for rule in self._rules for occasion in rule.on)

    @cached_property
    def reads_incidents(self) -> bool:
        """Whether rules for new tickets ask for running incidents, or link to them."""
        links = any(isinstance(action, LinkIncident) for rule in self._rules for action in rule.then)
        return links or "incident" in self.fields(Occasion.OPENED)

    def fields(self, occasion: Occasion) -> frozenset[str]:
        """The fields that the rules of `occasion` ask for."""
        return self._read.get(occasion, frozenset())

    @cached_property
    def passing(self) -> Passing:
        """The thresholds of passing time that the rules wait for."""
        return Passing.of(self._rules)

    def on(self, occasion: Occasion) -> RuleIndex:
        """The index of the rules of `occasion`."""
        if occasion not in self._indexes:
            self._indexes[occasion] = RuleIndex(self._rules, occasion)
        return self._indexes[occasion]


_books: list[tuple[Sequence[Rule], RuleBook]] = []


def book_of(rules: Sequence[Rule]) -> RuleBook:
    """The book of `rules`; the same tuple of rules has the same book, so that a version is compiled once."""
    for known, book in _books:
        if known is rules:
            return book
    book = RuleBook(rules)
    _books[:] = [(rules, book), *_books][:_KEPT]
    return book
