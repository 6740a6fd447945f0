"""The one condition language of the desk: trees of `all`, `any` and `not` over leaves `field op value`.

Rules use it, and whatever else has to ask something of a ticket. A missing field is empty; comparing it is false,
so `is_not` and `not_in` are true.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidatorFunctionWrapHandler, WrapValidator, model_validator

from functions.shared.contracts.words import Measure
from functions.shared.domain.document import Part
from functions.shared.domain.facts import FIELDS, Facts, kind_of
from functions.shared.domain.operators import OPERATORS, Operator, Value, require_bounded

DEEPEST: Final = 12
"""How deep `all`, `any` and `not` may nest."""

_SHOWN = 120


class Outcome(Part):
    """How a condition came out, leaf by leaf: what was seen, and which of the wanted values were found in it."""

    kind: Literal["all", "any", "not", "leaf"]
    holds: bool
    field: str | None = None
    op: Operator | None = None
    value: Value = None
    seen: str | None = None
    found: tuple[str, ...] = ()
    parts: "tuple[Outcome, ...]" = ()

    def evidence(self) -> tuple[str, ...]:
        """The values by which the condition came to hold, each once."""
        if not self.holds or self.kind == "not":
            return ()
        inner = [word for part in self.parts for word in part.evidence()]
        return tuple(dict.fromkeys((*self.found, *inner)))


class Leaf(Part):
    """`field op value`."""

    field: str = Field(
        description=f"One of {', '.join(FIELDS)}, `fields.NAME` for a form's own field, or `working_time.CALENDAR`."
    )
    op: Operator
    value: Value = None
    exact: bool = Field(default=False, description="Compare letter by letter: case and width matter.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        kind = kind_of(self.field)
        if kind is None:
            raise ValueError(f'no field "{self.field}"{_nearest(self.field)}')
        require_bounded(self.value)
        OPERATORS[self.op].check(self, kind)
        return self

    def holds(self, facts: Facts) -> bool:
        return OPERATORS[self.op].ask(self, facts) is not None

    def outcome(self, facts: Facts) -> Outcome:
        found = OPERATORS[self.op].ask(self, facts)
        return Outcome(
            kind="leaf",
            holds=found is not None,
            field=self.field,
            op=self.op,
            value=self.value,
            seen=_shown(self.field, facts[self.field]),
            found=found or (),
        )


class All(Part):
    """Every part holds."""

    all: "tuple[Condition, ...]" = Field(min_length=1)

    def holds(self, facts: Facts) -> bool:
        return all(part.holds(facts) for part in self.all)

    def outcome(self, facts: Facts) -> Outcome:
        parts = tuple(part.outcome(facts) for part in self.all)
        return Outcome(kind="all", holds=all(part.holds for part in parts), parts=parts)


class AnyOf(Part):
    """At least one part holds."""

    any: "tuple[Condition, ...]" = Field(min_length=1)

    def holds(self, facts: Facts) -> bool:
        return any(part.holds(facts) for part in self.any)

    def outcome(self, facts: Facts) -> Outcome:
        parts = tuple(part.outcome(facts) for part in self.any)
        return Outcome(kind="any", holds=any(part.holds for part in parts), parts=parts)


class Not(Part):
    """The part does not hold."""

    negated: "Condition" = Field(alias="not")

    def holds(self, facts: Facts) -> bool:
        return not self.negated.holds(facts)

    def outcome(self, facts: Facts) -> Outcome:
        part = self.negated.outcome(facts)
        return Outcome(kind="not", holds=not part.holds, parts=(part,))


def _shape(value: Any) -> str:
    """Which kind of condition `value` is, told by the word that only this kind has."""
    if isinstance(value, Mapping):
        return next((word for word in ("all", "any", "not") if word in value), "leaf")
    match value:
        case All():
            return "all"
        case AnyOf():
            return "any"
        case Not():
            return "not"
        case _:
            return "leaf"


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Leaf, Tag("leaf")],
    Discriminator(_shape),
]

for _model in (All, AnyOf, Not):
    _model.model_rebuild()


def within_depth(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Refuse what nests too deep, before anything else looks at it."""
    if _nesting(value) > DEEPEST:
        raise ValueError(f"conditions nest at most {DEEPEST} deep")
    return handler(value)


def _nesting(value: Any) -> int:
    """How deep `value` nests, without recursion: it was not checked yet."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += 1
        inner = [part.get(word) for part in level if isinstance(part, Mapping) for word in ("all", "any", "not")]
        level = [part for item in inner if item for part in (item if isinstance(item, list | tuple) else [item])]
    return depth


When = Annotated[Condition, WrapValidator(within_depth)]
"""A whole condition, as a rule holds it."""


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """The leaves of `condition` from left to right."""
    match condition:
        case Leaf():
            return (condition,)
        case Not():
            return leaves(condition.negated)
        case All():
            parts = condition.all
        case AnyOf():
            parts = condition.any
    return tuple(leaf for part in parts for leaf in leaves(part))


def _nearest(field: str) -> str:
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(field, FIELDS, n=1)
    return f', did you mean "{near[0]}"?' if near else ""


def _shown(field: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and field in set(Measure):
        return _hours(value)
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _hours(passed: float) -> str:
    """Hours to the hundredth, as people write them; rounded down, so that they never say more than had passed."""
    hundredths = math.floor(round(passed * 100, 6))
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") if hundredths or not passed else "< 0.01"
