"""Conditions made ready to be asked of many tickets: what several rules ask is answered once for each ticket."""

from collections.abc import Callable

from functions.shared.domain.conditions import All, AnyOf, Leaf, Not
from functions.shared.domain.facts import Facts
from functions.shared.domain.folding import Keyword, fold
from functions.shared.domain.operators import OPERATORS, Operator, members

Known = dict[int, bool]
"""What was answered about a ticket already, by number of the leaf."""

Check = Callable[[Facts, Known], bool]

_KEYWORDS = (Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)


class Compiler:
    """Compiles the conditions of a set of rules; equal leaves share their answer."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}

    def compiled(self, condition: All | AnyOf | Not | Leaf) -> Check:
        """What `condition.holds` answers."""
        match condition:
            case Leaf():
                return self._leaf(condition)
            case Not():
                negated = self.compiled(condition.negated)
                return lambda facts, known: not negated(facts, known)
            case All():
                return _chain(self._parts(condition.all), until=False)
            case AnyOf():
                return _chain(self._parts(condition.any), until=True)

    def _parts(self, parts: tuple[All | AnyOf | Not | Leaf, ...]) -> tuple[Check, ...]:
        """The checks of `parts`, the quick ones first."""
        return tuple(self.compiled(part) for part in sorted(parts, key=_effort))

    def _leaf(self, leaf: Leaf) -> Check:
        # The kinds of the values count too: 1, 1.0 and True are equal to Python and different here.
        values = tuple((type(value), value) for value in members(leaf.value))
        number = self._numbers.setdefault((leaf.field, leaf.op, values, leaf.exact), len(self._numbers))
        ask = _keywords(leaf) if leaf.op in _KEYWORDS and not leaf.exact else leaf.holds

        def check(facts: Facts, known: Known) -> bool:
            answer = known.get(number)
            if answer is None:
                answer = known[number] = ask(facts)
            return answer

        return check


def _chain(checks: tuple[Check, ...], *, until: bool) -> Check:
    """`checks` one after the other, up to the first that answers `until`; a loop, as it is twice as fast as any()."""

    def check(facts: Facts, known: Known) -> bool:
        for one in checks:
            if one(facts, known) is until:
                return until
        return not until

    return check


def _effort(condition: All | AnyOf | Not | Leaf) -> int:
    match condition:
        case Leaf(op=Operator.MATCHES):
            return 3
        case Leaf(op=op) if op in _KEYWORDS:
            return 2
        case Leaf():
            return 0
        case _:
            return 1


def _keywords(leaf: Leaf) -> Callable[[Facts], bool]:
    """Whether the text holds the wanted words; which of them it holds is not asked."""
    field, until = leaf.field, leaf.op is not Operator.CONTAINS_ALL
    keywords = [Keyword.of(fold(str(word))) for word in members(leaf.value)]

    def ask(facts: Facts) -> bool:
        if not isinstance(facts[field], str):
            return OPERATORS[leaf.op].ask(leaf, facts) is not None
        text = facts.texts(field, exact=False)[0]
        for keyword in keywords:
            if keyword.occurs_in(text) is until:
                return until
        return not until

    return ask
