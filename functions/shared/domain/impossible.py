"""Conditions that no clock or calendar can meet: hour 25, a day called Mo, after eight and before six."""

from collections.abc import Iterator, Mapping
from typing import Final

from functions.shared.domain.calendar import Weekday
from functions.shared.domain.conditions import All, AnyOf, Leaf, Not
from functions.shared.domain.instants import OUT_OF_YEARS, is_known
from functions.shared.domain.operators import Operator, comparable, instant_of, members
from functions.shared.domain.satisfiable import never_holds

Place = tuple[str | int, ...]
Tree = All | AnyOf | Not | Leaf

TIMES: Final = ("hour", "weekday", "opened_at")

_HOURS: Final = frozenset(range(24))
_WEEKDAYS: Final = frozenset(Weekday)
_COMPARED: Final = frozenset(
    {
        Operator.IS,
        Operator.IS_NOT,
        Operator.IN,
        Operator.NOT_IN,
        Operator.AT_LEAST,
        Operator.AT_MOST,
        Operator.CHANGED_FROM,
        Operator.CHANGED_TO,
    }
)
_INSTANTS: Final = frozenset({Operator.BEFORE, Operator.AFTER, Operator.WITHIN})
_TOGETHER: Final[Mapping[str, str]] = {
    "hour": "no hour is all of this at once; from one day into the next is written with any",
    "weekday": "no weekday is all of this at once",
    "opened_at": "no instant is all of this at once",
}


def placed_leaves(tree: Tree, place: Place) -> Iterator[tuple[Place, Leaf]]:
    """The leaves of `tree`, which stands at `place`, each with its own."""
    match tree:
        case Leaf():
            yield place, tree
        case Not():
            yield from placed_leaves(tree.negated, (*place, "not"))
        case All():
            for number, part in enumerate(tree.all):
                yield from placed_leaves(part, (*place, "all", number))
        case AnyOf():
            for number, part in enumerate(tree.any):
                yield from placed_leaves(part, (*place, "any", number))


def impossible_times(tree: Tree, place: Place) -> Iterator[tuple[Place, str]]:
    """What in `tree`, which stands at `place`, no hour, weekday or instant can be."""
    faults = [(at, sentence) for at, leaf in placed_leaves(tree, place) for sentence in _values(leaf)]
    yield from faults or _ranges(tree, place)


def names_unknown_instant(leaf: Leaf) -> bool:
    """Whether `leaf` names an instant of a year that no calendar is evaluated for."""
    if leaf.op not in _INSTANTS:
        return False
    return not all(is_known(at) for value in members(leaf.value) if (at := instant_of(value)))


def _values(leaf: Leaf) -> Iterator[str]:
    if names_unknown_instant(leaf):
        yield OUT_OF_YEARS
    if leaf.op not in _COMPARED:
        return
    for value in members(leaf.value):
        if leaf.field == "hour" and (isinstance(value, bool) or value not in _HOURS):
            yield f'hour is a whole number from 0 to 23, never "{value}"'
        if leaf.field == "weekday" and comparable(value, exact=leaf.exact) not in _WEEKDAYS:
            yield f'weekday is one of {", ".join(Weekday)}, never "{value}"'


def _ranges(tree: Tree, place: Place) -> Iterator[tuple[Place, str]]:
    match tree:
        case All():
            asked = [part for part in tree.all if isinstance(part, Leaf)]
            for field, sentence in _TOGETHER.items():
                about = tuple(leaf for leaf in asked if leaf.field == field)
                if len(about) > 1 and never_holds(All(all=about)):
                    yield place, sentence
            for number, part in enumerate(tree.all):
                yield from _ranges(part, (*place, "all", number))
        case AnyOf():
            for number, part in enumerate(tree.any):
                yield from _ranges(part, (*place, "any", number))
        case _:
            return
