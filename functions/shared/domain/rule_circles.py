"""Rules that would set one another off without end.

A rule acts on an update; what it sets is an update again, for which other rules may be waiting. Each rule by itself
comes to rest, since setting what is set already changes nothing. Several do not, when they set a field to different
values and each one's value is what makes the next one's condition possible.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from functions.shared.domain.actions import (
    Action,
    AddTags,
    Assign,
    RaisePriority,
    RemoveTags,
    SetField,
    SetPriority,
    SetTeam,
    tag_key,
)
from functions.shared.domain.conditions import All, AnyOf, Leaf, Not, leaves
from functions.shared.domain.facts import Facts
from functions.shared.domain.field_values import Written
from functions.shared.domain.operators import Operator
from functions.shared.domain.rules import Occasion, Rule
from functions.shared.domain.satisfiable import entails

_MOVED = ("team", "assignee")
"""What changes with each other, also where no rule names it."""

_NEGATIVE = (Operator.IS_NOT, Operator.NOT_IN, Operator.EMPTY)


_Tree = All | AnyOf | Not | Leaf


@dataclass(frozen=True)
class _Write:
    """That `field` becomes `value`; of tags, that one is there or is gone."""

    field: str
    value: Written
    is_removal: bool = False


def circles(rules: Sequence[Rule]) -> Iterator[tuple[int, str]]:
    """Rules that would set one another off without end: the number of the first of each circle, and a sentence."""
    awake = {
        number: (rule, rule.when)
        for number, rule in enumerate(rules)
        if rule.enabled and Occasion.UPDATED in rule.on and rule.when
    }
    writes = {number: list(_writes(rule)) for number, (rule, _) in awake.items()}
    readers: dict[str, list[int]] = defaultdict(list)
    for number, (_, when) in awake.items():
        for name in {leaf.field for leaf in leaves(when)}:
            readers[name].append(number)
    wakes = {
        write: [number for number in readers[write.field] if _possible(awake[number][1], write) is not False]
        for write in {one for some in writes.values() for one in some}
    }
    follows = {
        number: list(dict.fromkeys(next_one for write in some for next_one in wakes[write] if next_one != number))
        for number, some in writes.items()
    }
    for group in _lasting(follows, {number: when for number, (_, when) in awake.items()}, writes):
        if field := _restless([write for number in group for write in writes[number]]):
            names = ", ".join(f'"{rules[number].id}"' for number in sorted(group))
            yield min(group), f"the rules {names} would set one another off without end, by changing {field}"


def _writes(rule: Rule) -> Iterator[_Write]:
    for action in rule.then:
        yield from _write(action)


def _write(action: Action) -> Iterator[_Write]:
    match action:
        case SetPriority() | RaisePriority():
            yield _Write("priority", str(action.priority))
        case SetTeam():
            yield _Write("team", action.team)
        case Assign(person=str(person)):
            yield _Write("assignee", person)
        case SetField():
            yield _Write(action.field, action.value)
        case AddTags() | RemoveTags():
            yield from (_Write("tags", tag, isinstance(action, RemoveTags)) for tag in action.tags)
        case _:
            return


def _possible(condition: All | AnyOf | Not | Leaf, write: _Write) -> bool | None:
    """Whether `condition` holds after `write`; None where that depends on more."""
    match condition:
        case Leaf():
            return _leaf(condition, write)
        case Not():
            inner = _possible(condition.negated, write)
            return None if inner is None else not inner
        case All():
            found = [_possible(part, write) for part in condition.all]
            return False if False in found else None if None in found else True
        case AnyOf():
            found = [_possible(part, write) for part in condition.any]
            return True if True in found else None if None in found else False


def _leaf(leaf: Leaf, write: _Write) -> bool | None:
    if leaf.field != write.field or leaf.op is Operator.CHANGED_FROM:
        return None
    if leaf.op is Operator.CHANGED:
        return True
    if leaf.op is Operator.CHANGED_TO:
        leaf = Leaf(field=leaf.field, op=Operator.IS, value=leaf.value, exact=leaf.exact)
    if write.field != "tags":
        return leaf.holds(Facts({write.field: write.value}))
    holds = leaf.holds(Facts({"tags": (write.value,)}))
    is_about = holds is not (leaf.op in _NEGATIVE)
    return (holds is not write.is_removal) if is_about else None


def _restless(writes: Sequence[_Write]) -> str | None:
    """The field that goes to and fro under `writes`, if there is one."""
    seen: dict[tuple[str, object], _Write] = {}
    for write in writes:
        key = (write.field, tag_key(str(write.value)) if write.field == "tags" else None)
        first = seen.setdefault(key, write)
        if first.is_removal is not write.is_removal or (write.field != "tags" and first != write):
            return write.field
    return None


def _lasting(
    follows: Mapping[int, Sequence[int]], whens: Mapping[int, _Tree], writes: Mapping[int, Sequence[_Write]]
) -> Iterator[frozenset[int]]:
    """The circles that can go round without end.

    A rule that takes away what its own condition needs, and that no other of its circle brings back, acts a limited
    number of times, and so does whatever only it sets off.
    """
    for group in _circles(follows):
        left = group
        while spent := {number for number in left if _is_spent(number, left, whens, writes)}:
            left -= spent
        if left == group:
            yield group
        elif left:
            inner = {number: [other for other in follows[number] if other in left] for number in left}
            yield from _lasting(inner, whens, writes)


def _is_spent(
    number: int, group: frozenset[int], whens: Mapping[int, _Tree], writes: Mapping[int, Sequence[_Write]]
) -> bool:
    brought = [write for other in group if other != number for write in writes[other] if not write.is_removal]
    for write in writes[number]:
        if write.field == "tags":
            needed = Leaf(field="tags", op=Operator.CONTAINS, value=write.value) if write.is_removal else None
            is_brought = any(
                one.field == "tags" and tag_key(str(one.value)) == tag_key(str(write.value)) for one in brought
            )
            if needed and not is_brought and entails(whens[number], [needed]):
                return True
            continue
        for leaf in leaves(whens[number]) if write.field not in _MOVED else ():
            if leaf.field != write.field or leaf.op not in (Operator.IS, Operator.IN) or leaf.holds(_after(write)):
                continue
            is_brought = any(one.field == leaf.field and leaf.holds(_after(one)) for one in brought)
            if not is_brought and entails(whens[number], [leaf]):
                return True
    return False


def _after(write: _Write) -> Facts:
    return Facts({write.field: write.value})


def _circles(follows: Mapping[int, Sequence[int]]) -> Iterator[frozenset[int]]:
    """The groups of two and more in which each leads to every other (Kosaraju's algorithm)."""
    before: dict[int, list[int]] = defaultdict(list)
    for number, next_ones in follows.items():
        for next_one in next_ones:
            before[next_one].append(number)
    seen: set[int] = set()
    finished = [number for start in follows for number in _depth_first(start, follows, seen)]
    placed: set[int] = set()
    for start in reversed(finished):
        if len(group := frozenset(_depth_first(start, before, placed))) > 1:
            yield group


def _depth_first(start: int, edges: Mapping[int, Sequence[int]], seen: set[int]) -> Iterator[int]:
    """Everything unseen that `start` leads to, each after what it leads to."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(edges.get(start, ())))]
    while path:
        number, rest = path[-1]
        for next_one in rest:
            if next_one not in seen:
                seen.add(next_one)
                path.append((next_one, iter(edges.get(next_one, ()))))
                break
        else:
            path.pop()
            yield number
