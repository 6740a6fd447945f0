"""Conditions inside a form: the rules' language, asked of the form's own answers and of the channel.

A form is also checked by JSON Schema at its clients and by a script in the browser, and all three must agree. So a
condition is brought down to a `Test`, a tree that each of them can ask, and what a test cannot say is refused: of a
text, for instance, a form can only ask whether it is there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WrapValidator

from functions.shared.contracts.words import Channel
from functions.shared.domain.conditions import All, AnyOf, Condition, Leaf, Not, within_depth
from functions.shared.domain.facts import FIELDS, OWN_FIELDS, RANKS, Facts
from functions.shared.domain.operators import Operator, members

CHANNEL: Final = "channel"
"""The one thing besides its answers that a form can ask for."""

Place = tuple[str | int, ...]

Test = Mapping[str, Any]
"""One of `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"field", "given": true}`, `{"field", "in": […]}` (of a list:
one member is), `{"field", "min": n}` and `{"field", "max": n}`."""

ALWAYS: Final[Test] = {"all": []}
NEVER: Final[Test] = {"any": []}


def _by_the_rules_names(value: Any) -> Any:
    """A form calls its fields by their names alone; the rules say `fields.NAME` of those that only a form knows."""
    if isinstance(value, list | tuple):
        return [_by_the_rules_names(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    renamed = {word: _by_the_rules_names(part) for word, part in value.items() if word in ("all", "any", "not")}
    if isinstance(name := value.get("field"), str):
        bare = name.removeprefix(OWN_FIELDS)
        renamed["field"] = bare if bare in FIELDS or not bare else f"{OWN_FIELDS}{bare}"
    return {**value, **renamed}


FormCondition = Annotated[Condition, BeforeValidator(_by_the_rules_names), WrapValidator(within_depth)]
"""A condition as a form holds it."""


def asked(leaf: Leaf) -> str:
    """The field of the form that `leaf` asks, or `channel`."""
    return leaf.field.removeprefix(OWN_FIELDS)


def facts_of(answers: Mapping[str, Any], channel: Channel | None) -> Facts:
    """The answers as conditions see them."""
    own = {f"{OWN_FIELDS}{name}": answer for name, answer in answers.items()}
    return Facts({**own, **answers, CHANNEL: channel})


def placed_leaves(condition: Condition, place: Place) -> Iterator[tuple[Place, Leaf]]:
    """Each leaf of `condition`, which stands at `place`, with its own place."""
    match condition:
        case Leaf():
            yield place, condition
        case Not():
            yield from placed_leaves(condition.negated, (*place, "not"))
        case All():
            for number, part in enumerate(condition.all):
                yield from placed_leaves(part, (*place, "all", number))
        case AnyOf():
            for number, part in enumerate(condition.any):
                yield from placed_leaves(part, (*place, "any", number))


def test_of(condition: Condition, known: Callable[[Leaf], bool | None]) -> Test:
    """The test that `condition` comes down to; `known` answers the leaves whose outcome is known already."""
    match condition:
        case Leaf():
            outcome = known(condition)
            return _leaf_test(condition) if outcome is None else (ALWAYS if outcome else NEVER)
        case Not():
            return negated(test_of(condition.negated, known))
        case All():
            return every(*(test_of(part, known) for part in condition.all))
        case AnyOf():
            return some(*(test_of(part, known) for part in condition.any))


def every(*parts: Test) -> Test:
    """Holds when all `parts` do."""
    if NEVER in parts:
        return NEVER
    left = [part for part in parts if part != ALWAYS]
    return left[0] if len(left) == 1 else {"all": left}


def some(*parts: Test) -> Test:
    """Holds when one of `parts` does."""
    if ALWAYS in parts:
        return ALWAYS
    left = [part for part in parts if part != NEVER]
    return left[0] if len(left) == 1 else {"any": left}


def negated(part: Test) -> Test:
    """Holds when `part` does not."""
    if part in (ALWAYS, NEVER):
        return NEVER if part == ALWAYS else ALWAYS
    return {"not": part}


def _leaf_test(leaf: Leaf) -> Test:
    field, values = asked(leaf), members(leaf.value)
    match leaf.op:
        case Operator.EMPTY:
            return {"not": {"field": field, "given": True}}
        case Operator.NOT_EMPTY:
            return {"field": field, "given": True}
        case Operator.IS_NOT | Operator.NOT_IN:
            return {"not": {"field": field, "in": values}}
        case Operator.CONTAINS_ALL:
            return every(*({"field": field, "in": [value]} for value in values))
        case Operator.AT_LEAST | Operator.AT_MOST:
            return _amount_test(field, leaf)
        case _:
            return {"field": field, "in": values}


def _amount_test(field: str, leaf: Leaf) -> Test:
    is_floor = leaf.op is Operator.AT_LEAST
    if (ranks := RANKS.get(leaf.field)) is None:
        return {"field": field, "min" if is_floor else "max": leaf.value}
    limit = ranks.index(str(leaf.value))
    return {"field": field, "in": list(ranks[limit:] if is_floor else ranks[: limit + 1])}
