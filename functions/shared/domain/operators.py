"""What conditions can ask of a field, and what each question may be compared with.

To add an operator: name it in `Operator`, write its class here, list it in `OPERATORS`, and give it an example in
`tests/unit/test_operators.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, Protocol

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from functions.shared.domain.facts import RANKS, Facts, Kind
from functions.shared.domain.folding import Keyword, fold

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Value = Scalar | tuple[Scalar, ...] | None

Found = tuple[str, ...] | None
"""The wanted values that were seen, perhaps none by name; None when the question is answered with no."""

LONGEST_EXPRESSION: Final = 500

LARGEST: Final = 10**15
"""No number of a rule lies further from 0: up to here every machine reads back what was written."""


class Operator(StrEnum):
    """A question."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    CHANGED = "changed"
    CHANGED_FROM = "changed_from"
    CHANGED_TO = "changed_to"


class Question(Protocol):
    """A leaf of a condition."""

    @property
    def field(self) -> str: ...
    @property
    def op(self) -> Operator: ...
    @property
    def value(self) -> Value: ...
    @property
    def exact(self) -> bool: ...


class Test(Protocol):
    """How one operator is checked when a condition is read, and answered when a ticket is seen."""

    def check(self, question: Question, kind: Kind) -> None:
        """Refuse a question that makes no sense; raises ValueError with one plain sentence."""

    def ask(self, question: Question, facts: Facts) -> Found: ...


class _Equal:
    """The field is one of the wanted values; of a list, one member is."""

    def check(self, question: Question, kind: Kind) -> None:
        if question.op in (Operator.IN, Operator.NOT_IN):
            _several(question)
        else:
            _one(question)
        if kind is Kind.INSTANT:
            raise ValueError(f"{question.field} is an instant: ask before, after or within")
        if kind is Kind.FLAG and not all(isinstance(value, bool) for value in members(question.value)):
            raise ValueError(f"{question.field} is either true or false")

    def ask(self, question: Question, facts: Facts) -> Found:
        seen = {comparable(value, exact=question.exact) for value in members(facts[question.field])}
        found = [value for value in members(question.value) if comparable(value, exact=question.exact) in seen]
        return tuple(str(value) for value in found) or None


class _Unequal(_Equal):
    def ask(self, question: Question, facts: Facts) -> Found:
        return () if super().ask(question, facts) is None else None


class _Keywords:
    """The text holds the wanted words: any of them or all of them. A list holds them as members."""

    def check(self, question: Question, kind: Kind) -> None:
        if question.op is Operator.CONTAINS:
            _one(question)
        else:
            _several(question)
        _texts_only(question, kind)

    def ask(self, question: Question, facts: Facts) -> Found:
        texts = facts.texts(question.field, exact=question.exact)
        if not texts:
            return None
        wanted = members(question.value)
        if isinstance(facts[question.field], str):
            found = [str(word) for word in wanted if _keyword(str(word), exact=question.exact).occurs_in(texts[0])]
        else:
            found = [str(word) for word in wanted if comparable(word, exact=question.exact) in texts]
        enough = len(wanted) if question.op is Operator.CONTAINS_ALL else 1
        return tuple(found) if len(found) >= enough else None


class _Affix:
    """The text starts or ends with the wanted one."""

    def check(self, question: Question, kind: Kind) -> None:
        _one(question)
        _texts_only(question, kind)

    def ask(self, question: Question, facts: Facts) -> Found:
        wanted = str(question.value) if question.exact else fold(str(question.value))
        test = str.startswith if question.op is Operator.STARTS_WITH else str.endswith
        texts = facts.texts(question.field, exact=question.exact)
        return (str(question.value),) if any(test(text, wanted) for text in texts) else None


class _Expression:
    """The raw text has a part that the regular expression describes (RE2: the time is linear in the text)."""

    def check(self, question: Question, kind: Kind) -> None:
        _one(question)
        _texts_only(question, kind)
        if len(str(question.value)) > LONGEST_EXPRESSION:
            raise ValueError(f"the expression is longer than {LONGEST_EXPRESSION} characters")
        _compiled(str(question.value))

    def ask(self, question: Question, facts: Facts) -> Found:
        expression = _compiled(str(question.value))
        matches = (expression.search(text) for text in facts.texts(question.field, exact=True))
        found = tuple(match[0][:80] for match in matches if match)
        return found or None


class _Empty:
    def check(self, question: Question, kind: Kind) -> None:  # noqa: ARG002 - every kind can be empty
        _nothing(question)

    def ask(self, question: Question, facts: Facts) -> Found:
        is_empty = facts[question.field] is None
        return () if is_empty == (question.op is Operator.EMPTY) else None


class _Instant:
    """The field's instant lies before, after, or within two others (both included)."""

    def check(self, question: Question, kind: Kind) -> None:
        if question.op is Operator.WITHIN:
            _several(question)
        else:
            _one(question)
        if kind not in (Kind.INSTANT, Kind.ANY):
            raise ValueError(f"{question.field} is no instant, so {question.op} cannot be asked of it")
        values = members(question.value)
        instants = [instant for value in values if (instant := instant_of(value))]
        if len(instants) < len(values):
            raise ValueError("an instant is written as 2026-10-01T09:00:00+08:00, with its offset")
        if question.op is Operator.WITHIN and (len(instants) != 2 or instants[0] > instants[1]):
            raise ValueError("within needs two instants, the earlier one first")

    def ask(self, question: Question, facts: Facts) -> Found:
        seen = instant_of(facts[question.field])
        instants = [instant for value in members(question.value) if (instant := instant_of(value))]
        if seen is None:
            return None
        match question.op:
            case Operator.BEFORE:
                holds = seen < instants[0]
            case Operator.AFTER:
                holds = seen > instants[0]
            case _:
                holds = instants[0] <= seen <= instants[1]
        return () if holds else None


class _Amount:
    """The number, or the rank of the word, is at least or at most the wanted one."""

    def check(self, question: Question, kind: Kind) -> None:
        _one(question)
        ranks = RANKS.get(question.field)
        if ranks is not None:
            if question.value not in ranks:
                raise ValueError(f"{question.op} needs one of {', '.join(ranks)}")
        elif kind not in (Kind.NUMBER, Kind.ANY) or _number(question.value) is None:
            raise ValueError(f"{question.op} compares numbers, and the words of {', '.join(RANKS)}")

    def ask(self, question: Question, facts: Facts) -> Found:
        seen, limit = (amount(question.field, value) for value in (facts[question.field], question.value))
        if seen is None or limit is None:
            return None
        return () if (seen >= limit if question.op is Operator.AT_LEAST else seen <= limit) else None


class _Changed:
    """The field is another than before; where nothing happened before, nothing has changed."""

    def check(self, question: Question, kind: Kind) -> None:  # noqa: ARG002 - every kind can change
        if question.op is Operator.CHANGED:
            _nothing(question)
        else:
            _one(question)

    def ask(self, question: Question, facts: Facts) -> Found:
        before = facts.previous
        if before is None or before[question.field] == facts[question.field]:
            return None
        if question.op is Operator.CHANGED:
            return ()
        return _Equal().ask(question, before if question.op is Operator.CHANGED_FROM else facts)


OPERATORS: Final[Mapping[Operator, Test]] = {
    Operator.IS: _Equal(),
    Operator.IS_NOT: _Unequal(),
    Operator.IN: _Equal(),
    Operator.NOT_IN: _Unequal(),
    Operator.CONTAINS: _Keywords(),
    Operator.CONTAINS_ANY: _Keywords(),
    Operator.CONTAINS_ALL: _Keywords(),
    Operator.STARTS_WITH: _Affix(),
    Operator.ENDS_WITH: _Affix(),
    Operator.MATCHES: _Expression(),
    Operator.EMPTY: _Empty(),
    Operator.NOT_EMPTY: _Empty(),
    Operator.BEFORE: _Instant(),
    Operator.AFTER: _Instant(),
    Operator.WITHIN: _Instant(),
    Operator.AT_LEAST: _Amount(),
    Operator.AT_MOST: _Amount(),
    Operator.CHANGED: _Changed(),
    Operator.CHANGED_FROM: _Changed(),
    Operator.CHANGED_TO: _Changed(),
}


def _nothing(question: Question) -> None:
    if question.value is not None:
        raise ValueError(f"{question.op} takes no value")


def _one(question: Question) -> None:
    if question.value is None or isinstance(question.value, tuple):
        raise ValueError(f"{question.op} needs one value")


def _several(question: Question) -> None:
    if not isinstance(question.value, tuple) or not question.value:
        raise ValueError(f"{question.op} needs a list of values")


def _texts_only(question: Question, kind: Kind) -> None:
    if kind in (Kind.NUMBER, Kind.INSTANT, Kind.FLAG):
        raise ValueError(f"{question.field} is no text, so {question.op} cannot be asked of it")
    if not all(isinstance(text, str) and fold(text) for text in members(question.value)):
        raise ValueError(f"{question.op} needs text that is not blank")


def require_bounded(value: object) -> None:
    """Refuse numbers that are endless or larger than any machine keeps; raises ValueError with one plain sentence."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case bool():
                continue
            case int() | float() as number if not -LARGEST <= number <= LARGEST:
                raise ValueError(f"numbers lie between -{LARGEST:,} and {LARGEST:,}")
            case Mapping() as named:
                waiting += named.values()
            case list() | tuple() as several:
                waiting += several


def members(value: object) -> list[object]:
    """The values of a list, or the one value; none of nothing."""
    if value is None:
        return []
    return list(value) if isinstance(value, (tuple, list, set, frozenset)) else [value]


_WORD = 40
_fold_word = lru_cache(maxsize=20_000)(fold)


def comparable(value: object, *, exact: bool) -> object:
    """What equal values have in common: folded text, or the value with its kind (1 is not True)."""
    if isinstance(value, str):
        return value if exact else _fold_word(value) if len(value) <= _WORD else fold(value)
    if isinstance(value, bool):
        return (bool, value)
    return (float, value) if isinstance(value, (int, float)) else repr(value)


@cache
def _keyword(word: str, *, exact: bool) -> Keyword:
    return Keyword.of(word if exact else fold(word))


@cache
def _compiled(expression: str) -> Any:
    import re2  # loaded only where a rule needs it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise ValueError(f"the expression cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode() if isinstance(reason, bytes) else str(reason)


def instant_of(value: object) -> datetime | None:
    """The instant that `value` is, or names with its offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value


def amount(field: str, value: object) -> float | None:
    """What `value` comes to where `field` is asked at least or at most: the number, or the rank of the word."""
    ranks = RANKS.get(field)
    return _number(value) if ranks is None else _rank(value, ranks)


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _rank(value: object, ranks: Iterable[str]) -> int | None:
    order = list(ranks)
    return order.index(value) if isinstance(value, str) and value in order else None
