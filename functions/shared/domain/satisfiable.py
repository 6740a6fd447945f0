"""Whether a condition can hold at all, and whether one condition entails another.

The answers are careful: what is said to be certain is proven, and everything else counts as possible. A condition is
taken apart into alternatives, each a set of claims about single fields (a tableau). An alternative is closed when its
claims about a field exclude one another. A condition never holds when all alternatives are closed, and one entails
another when the first together with the negation of the second never holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from functions.shared.domain.claims import BEFORE, Claim, exclude_one_another
from functions.shared.domain.conditions import All, AnyOf, Leaf, Not
from functions.shared.domain.facts import Kind, kind_of
from functions.shared.domain.operators import Operator, members

Tree = All | AnyOf | Not | Leaf

MOST_STEPS: Final = 5_000
"""So many parts are looked at; a question that takes more is left undecided, which counts as possible."""

_POSITIVE: Final = {
    Operator.IS_NOT: Operator.IN,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_EMPTY: Operator.EMPTY,
}
_PLURAL: Final = {Operator.IS: Operator.IN, Operator.CONTAINS: Operator.CONTAINS_ANY}
_PARTS_OF_TEXT: Final = ("title", "description")


@dataclass(frozen=True)
class _Part:
    """A part of a condition that is to hold, or not to."""

    tree: Tree
    holds: bool


@dataclass(frozen=True)
class _Choice:
    """Goals of which one has to be reached."""

    goals: "tuple[Goal, ...]"


Goal = Claim | _Part | _Choice


class _TooHard(Exception):
    """The question takes more steps than an answer is worth."""


def never_holds(tree: Tree | None) -> bool:
    """Whether it is certain that `tree` holds for no ticket; no condition always holds."""
    return tree is not None and not _is_possible([_Part(tree, holds=True)])


def entails(special: Tree | None, general: Iterable[Tree | None]) -> bool:
    """Whether it is certain that one of `general` holds for every ticket for which `special` does."""
    alternatives = list(general)
    if None in alternatives:
        return True
    refuted: list[Goal] = [_Part(tree, holds=False) for tree in alternatives if tree is not None]
    given: list[Goal] = [_Part(special, holds=True)] if special else []
    return bool(refuted) and not _is_possible([*given, *refuted])


def _is_possible(goals: Sequence[Goal]) -> bool:
    try:
        return _Tableau().is_open(goals, {})
    except _TooHard:
        return True


class _Tableau:
    def __init__(self) -> None:
        self._steps = MOST_STEPS

    def is_open(self, goals: Sequence[Goal], known: dict[str, tuple[Claim, ...]]) -> bool:
        """Whether some alternative reaches all `goals` without a contradiction to what is `known` of the fields."""
        todo, known = list(goals), dict(known)
        choices: list[_Choice] = []
        while todo:
            self._steps -= 1
            if self._steps < 0:
                raise _TooHard
            match todo.pop():
                case Claim() as claim:
                    claims = (*known.get(claim.field, ()), claim)
                    if exclude_one_another(claims):
                        return False
                    known[claim.field] = claims
                    todo += _consequences(claim)
                case _Choice() as choice:
                    choices.append(choice)
                case _Part(tree, holds):
                    todo += _apart(tree, holds)
        if not choices:
            return True
        narrowest = min(choices, key=lambda choice: len(choice.goals))
        choices.remove(narrowest)
        return any(self.is_open([*choices, goal], known) for goal in narrowest.goals)


def _apart(tree: Tree, holds: bool) -> list[Goal]:
    """What has to be reached for `tree` to hold, or not to."""
    match tree:
        case Not():
            return [_Part(tree.negated, not holds)]
        case All():
            return _together([_Part(part, holds) for part in tree.all], holds)
        case AnyOf():
            return _together([_Part(part, holds) for part in tree.any], not holds)
        case Leaf():
            return _leaf(tree, holds)


def _together(goals: Sequence[Goal], is_all: bool) -> list[Goal]:
    """All of `goals`, or one of them."""
    return list(goals) if is_all or len(goals) == 1 else [_Choice(tuple(goals))]


def _leaf(leaf: Leaf, holds: bool) -> list[Goal]:
    if leaf.op in _POSITIVE:
        holds = not holds
    kind = kind_of(leaf.field)
    op = _POSITIVE.get(leaf.op, _PLURAL.get(leaf.op, leaf.op))
    single = Operator.CONTAINS_ANY if kind is not Kind.LIST else Operator.IN  # a list holds words as members
    if op is Operator.CONTAINS_ANY:
        op = single
    values = tuple(members(leaf.value))
    claim = Claim(leaf.field, op, values, leaf.exact, holds)
    match op:
        case Operator.CHANGED_TO | Operator.CHANGED_FROM:
            name = leaf.field if op is Operator.CHANGED_TO else f"{leaf.field}{BEFORE}"
            changed = Claim(leaf.field, Operator.CHANGED, (), exact=False, holds=holds)
            equal = Leaf.model_construct(field=leaf.field, op=Operator.IS, value=leaf.value, exact=leaf.exact)
            return _together([changed, *(_renamed(goal, name) for goal in _leaf(equal, holds))], holds)
        case Operator.IN if holds and kind in (Kind.WORD, Kind.TEXT, Kind.NUMBER, Kind.FLAG):
            return [claim]
        case Operator.IN | Operator.CONTAINS_ANY:
            return _together(_each(claim, values), not holds)
        case Operator.CONTAINS_ALL:
            return _together(_each(replace(claim, op=single), values), holds)
        case _:
            return [claim]


def _each(claim: Claim, values: Sequence[object]) -> list[Goal]:
    """The claim for each value by itself."""
    return [replace(claim, values=(value,)) for value in values]


def _consequences(claim: Claim) -> list[Goal]:
    """What follows for other fields: words of the title and of the description are words of the text."""
    if claim.op is Operator.CONTAINS_ANY and claim.holds and claim.field in _PARTS_OF_TEXT:
        return [replace(claim, field="text")]
    return []


def _renamed(goal: Goal, field: str) -> Goal:
    return replace(goal, field=field) if isinstance(goal, Claim) else goal
