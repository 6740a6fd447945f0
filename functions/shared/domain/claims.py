"""Claims about one field of a ticket, and whether they exclude one another.

"Exclude" is a proof; where nothing can be proven the claims count as compatible. Fields that hold one of a few known
words are tried out word by word. Of other fields, values that are claimed are tried, words are looked for in one
another, and amounts and instants are held against their limits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from typing import Any, Final

from functions.shared.contracts.words import Channel, Impact, Language, Priority, Status, Urgency
from functions.shared.domain.calendar import Weekday
from functions.shared.domain.conditions import Leaf
from functions.shared.domain.facts import Facts, Kind, kind_of
from functions.shared.domain.folding import Keyword, fold
from functions.shared.domain.operators import OPERATORS, Operator, comparable

KNOWN_VALUES: Final[Mapping[str, tuple[str | int, ...]]] = {
    "priority": tuple(Priority),
    "impact": tuple(Impact),
    "urgency": tuple(Urgency),
    "channel": tuple(Channel),
    "language": tuple(Language),
    "contact.language": tuple(Language),
    "status": tuple(Status),
    "weekday": tuple(Weekday),
    "hour": tuple(range(24)),
}
"""Fields that hold one of these, or nothing."""

BEFORE: Final = "\0before"
"""Ends what claims call a field as it was before a change."""

_WORDS: Final = (Operator.CONTAINS_ANY,)
_AMOUNTS: Final = (Operator.AT_LEAST, Operator.AT_MOST)
_INSTANTS: Final = (Operator.BEFORE, Operator.AFTER, Operator.WITHIN)
_AFFIXES: Final = (Operator.STARTS_WITH, Operator.ENDS_WITH)
_HISTORY: Final = (Operator.CHANGED, Operator.CHANGED_FROM, Operator.CHANGED_TO)
_SEVERAL: Final = (Operator.IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL, Operator.WITHIN)
_FOLDED: Final = (Operator.IN, Operator.CONTAINS_ANY, Operator.STARTS_WITH, Operator.ENDS_WITH)
_SINGLE: Final = (Kind.WORD, Kind.TEXT, Kind.NUMBER, Kind.FLAG)


@dataclass(frozen=True)
class Claim:
    """That a question about a field is answered with yes, or with no. `values` are what the field is compared with."""

    field: str
    op: Operator
    values: tuple[Any, ...]
    exact: bool
    holds: bool

    @property
    def kind(self) -> Kind | None:
        return kind_of(self.name)

    @property
    def name(self) -> str:
        """The field's own name, also where it is asked how it was before."""
        return self.field.removesuffix(BEFORE)

    def is_true_of(self, value: object) -> bool:
        """Whether the claim is true of a ticket whose field holds `value`."""
        asked = self.values if self.op in _SEVERAL else next(iter(self.values), None)
        leaf = Leaf.model_construct(field=self.name, op=self.op, value=asked, exact=self.exact)
        return (OPERATORS[self.op].ask(leaf, Facts({self.name: value})) is not None) is self.holds

    def may_be_true_of(self, value: object) -> bool:
        """The same of any value that conditions cannot tell from `value` unless they ask for it exactly."""
        decides = (self.op in _FOLDED and not self.exact) or (self.op in _AMOUNTS and not isinstance(value, str))
        return not decides or self.is_true_of(value)

    def question(self) -> tuple[object, ...]:
        """What equal questions have in common; 1 and True are equal to Python and not to conditions."""
        return self.field, self.op, tuple((type(value), value) for value in self.values), self.exact


def exclude_one_another(claims: Sequence[Claim]) -> bool:
    """Whether it is certain that `claims`, all about one field, are never true together."""
    asked: dict[object, bool] = {}
    if any(asked.setdefault(claim.question(), claim.holds) is not claim.holds for claim in claims):
        return True
    now = [claim for claim in claims if claim.op not in _HISTORY]
    values = _all_values(now)
    if values is not None:
        return not any(all(claim.is_true_of(value) for claim in now) for value in values)
    if any(claim.op is Operator.EMPTY and claim.holds for claim in now):
        return not all(claim.is_true_of(None) for claim in now)
    return (
        _no_value_is_left(now)
        or any(_excludes(one, other) for one, other in permutations(now, 2))
        or _is_void(now, _AMOUNTS, float)
        or _is_void(now, _INSTANTS, _instant)
    )


def _all_values(claims: Sequence[Claim]) -> list[object] | None:
    """Everything that the field may hold as far as `claims` can tell; None where that is not known."""
    if not claims:
        return None
    if known := KNOWN_VALUES.get(claims[0].name):
        return [None, *known]
    if claims[0].kind in _SINGLE:
        for claim in claims:
            if claim.op is Operator.IN and claim.holds and claim.exact:
                return list(claim.values)
    return None


def _no_value_is_left(claims: Sequence[Claim]) -> bool:
    """Whether of the values that the field is claimed to be one of, each is ruled out by another claim."""
    for claim in claims:
        if claim.op is Operator.IN and claim.holds and claim.kind in _SINGLE and all(map(_is_visible, claim.values)):
            return not any(all(other.may_be_true_of(value) for other in claims) for value in claim.values)
    return False


def _is_visible(value: object) -> bool:
    return not isinstance(value, str) or bool(fold(value))


def _excludes(one: Claim, other: Claim) -> bool:
    """Whether `one`, which is true, rules out `other`."""
    if not one.holds or one.op is not other.op:
        return False
    if one.op in _AFFIXES and one.exact is other.exact:
        held, asked = (_as_compared(claim.values[0], exact=claim.exact) for claim in (one, other))
        fits = held.startswith(asked) if one.op is Operator.STARTS_WITH else held.endswith(asked)
        if not other.holds:
            return fits
        turned = asked.startswith(held) if one.op is Operator.STARTS_WITH else asked.endswith(held)
        return one.kind in (Kind.WORD, Kind.TEXT) and not fits and not turned
    if other.holds or (other.exact and not one.exact):
        return False
    if one.op is Operator.IN and len(one.values) == 1:
        held_value = comparable(one.values[0], exact=other.exact)
        return any(comparable(value, exact=other.exact) == held_value for value in other.values)
    if one.op in _WORDS and len(one.values) == len(other.values) == 1 and one.exact is other.exact:
        held, asked = (_as_compared(claim.values[0], exact=claim.exact) for claim in (one, other))
        return held == asked or (one.kind in (Kind.WORD, Kind.TEXT) and Keyword.of(asked).occurs_in(held))
    return False


def _as_compared(text: object, *, exact: bool) -> str:
    return str(text) if exact else fold(str(text))


def _is_void(claims: Sequence[Claim], ops: Sequence[Operator], measure: Any) -> bool:
    """Whether no amount or instant lies within all limits; that there is one has to be claimed."""
    about = [claim for claim in claims if claim.op in ops]
    if not any(claim.holds for claim in about):
        return False
    limits = [limit for claim in about for limit in _limits(claim, measure)]
    lows = [(value, is_open) for is_low, value, is_open in limits if is_low]
    highs = [(value, is_open) for is_low, value, is_open in limits if not is_low]
    if any(low > high or (low == high and (a or b)) for low, a in lows for high, b in highs):
        return True
    return any(_is_inside(lows, highs, *map(measure, claim.values)) for claim in about if _is_gap(claim))


def _is_gap(claim: Claim) -> bool:
    return claim.op is Operator.WITHIN and not claim.holds


def _is_inside(lows: Sequence[tuple[Any, bool]], highs: Sequence[tuple[Any, bool]], first: Any, last: Any) -> bool:
    """Whether what the limits leave lies between `first` and `last`."""
    return any(low >= first for low, _ in lows) and any(high <= last for high, _ in highs)


def _limits(claim: Claim, measure: Any) -> Iterator[tuple[bool, Any, bool]]:
    """The limits that `claim` sets: whether it is the lower one, where, and whether it is itself outside."""
    first = measure(claim.values[0])
    match claim.op:
        case Operator.AT_LEAST:
            yield claim.holds, first, not claim.holds
        case Operator.AT_MOST:
            yield not claim.holds, first, not claim.holds
        case Operator.AFTER:
            yield claim.holds, first, claim.holds
        case Operator.BEFORE:
            yield not claim.holds, first, claim.holds
        case Operator.WITHIN if claim.holds:
            yield True, first, False
            yield False, measure(claim.values[1]), False


def _instant(value: object) -> datetime:
    return datetime.fromisoformat(str(value))
