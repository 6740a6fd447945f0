"""What is doubtful about rules that are otherwise sound: some can never act, some undo what they just did.

Nothing here stops a publication: a doubtful rule does no harm, it only does not do what somebody meant it to.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from functions.shared.contracts.words import Slug
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
from functions.shared.domain.config_check import Place
from functions.shared.domain.document import Bilingual
from functions.shared.domain.rules import Rule
from functions.shared.domain.satisfiable import entails, never_holds

MOST_PAIRS: Final = 50_000
"""So many pairs of a stop and a later rule are compared; beyond that rules are thousands, and nobody reads them all."""

MOST_STOPS_TOGETHER: Final = 8


_ONCE: Final = ("set_priority", "set_team", "assign", "start_procedure", "set_policy", "link_incident")
"""Actions of which a ticket keeps the last one."""


class DoubtKind(StrEnum):
    """What may be wrong."""

    NEVER_HOLDS = "never_holds"
    UNREACHABLE = "unreachable"
    UNDOES = "undoes"
    SILENT = "silent"
    OVER = "over"


@dataclass(frozen=True)
class Doubt:
    """Something to look at, and where in the document."""

    place: Place
    rule: Slug
    kind: DoubtKind
    sentence: Bilingual


def doubts(rules: Sequence[Rule], now: datetime) -> list[Doubt]:
    """What to look at in `rules`, in their order."""
    shadowed = dict(_shadowed(rules))
    found: list[Doubt] = []
    for number, rule in enumerate(rules):
        if not rule.enabled:
            continue
        place: Place = ("rules", number)
        if rule.until and rule.until <= now:
            found.append(_doubt(place, rule, DoubtKind.OVER, "有效期已过，不再生效", "its time is over"))
        if never_holds(rule.when):
            zh, en = "条件永远不会成立", "its condition can never hold"
            found.append(_doubt((*place, "when"), rule, DoubtKind.NEVER_HOLDS, zh, en))
        elif stops := shadowed.get(number):
            found.append(_unreachable(place, rule, [rules[stop] for stop in stops]))
        elif rule.when:
            found += _dead_parts(rule, (*place, "when"), rule.when)
        found += _undone(rule, place)
    return found


def silent(rules: Sequence[Rule], unheard: Collection[Slug], tickets: int, days: int, now: datetime) -> list[Doubt]:
    """Those of the rules `unheard`, which matched none of `tickets` of the last `days`, that could have matched."""
    if not tickets:
        return []
    zh = f"过去 {days} 天的 {tickets} 个工单一个都没有命中"
    en = f"it matched none of the {tickets} tickets of the last {days} days"
    return [
        _doubt(("rules", number), rule, DoubtKind.SILENT, zh, en)
        for number, rule in enumerate(rules)
        if rule.enabled and rule.is_in_force(now) and rule.id in unheard
    ]


def _doubt(place: Place, rule: Rule, kind: DoubtKind, zh: str, en: str) -> Doubt:
    sentence = Bilingual(zh=f"规则“{rule.id}”：{zh}", en=f'rule "{rule.id}": {en}')
    return Doubt(place, rule.id, kind, sentence)


def _unreachable(place: Place, rule: Rule, stops: Sequence[Rule]) -> Doubt:
    names_zh = "、".join(f"“{stop.id}”" for stop in stops)
    names_en = ", ".join(f'"{stop.id}"' for stop in stops)
    zh = f"永远轮不到它：凡是它会命中的工单，前面的规则{names_zh}都已命中并停止"
    en = f"it is never reached: whatever it would match, {names_en} before it matches too, and stops"
    return _doubt(place, rule, DoubtKind.UNREACHABLE, zh, en)


def _shadowed(rules: Sequence[Rule]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rules that are never reached, each with the earlier stops that see to it."""
    stops: list[int] = []
    left = MOST_PAIRS
    for number, rule in enumerate(rules):
        if rule.enabled:
            fitting = [stop for stop in stops if _is_as_long(rules[stop], rule)]
            left -= len(fitting)
            if left < 0:
                return
            if found := _covering(rule, rules, fitting):
                yield number, found
            elif rule.stop:
                stops.append(number)


def _covering(rule: Rule, rules: Sequence[Rule], stops: Sequence[int]) -> tuple[int, ...]:
    """The stops by which `rule` is never reached on any of its occasions; none if it may be."""
    everywhere = [stop for stop in stops if set(rule.on) <= set(rules[stop].on)]
    for stop in everywhere:
        if _may_cover(rules[stop], rule) and entails(rule.when, [rules[stop].when]):
            return (stop,)
    needed: dict[int, None] = {}
    for occasion in rule.on:
        some = [stop for stop in stops if occasion in rules[stop].on and _may_cover(rules[stop], rule)]
        if not some or len(some) > MOST_STOPS_TOGETHER:
            return ()
        if not entails(rule.when, [rules[stop].when for stop in some]):
            return ()
        needed.update(dict.fromkeys(some))
    return tuple(needed)


def _is_as_long(stop: Rule, rule: Rule) -> bool:
    """Whether `stop` is in force whenever `rule` is."""
    begins = stop.since is None or (rule.since is not None and stop.since <= rule.since)
    ends = stop.until is None or (rule.until is not None and rule.until <= stop.until)
    return begins and ends


def _fields(rule: Rule) -> frozenset[str]:
    return frozenset(leaf.field for leaf in leaves(rule.when)) if rule.when else frozenset()


def _may_cover(stop: Rule, rule: Rule) -> bool:
    """A quick look, so that most pairs need no proof: a condition on other fields is entailed by hardly anything."""
    if stop.when is None or rule.when is None:
        return True
    known = _fields(rule)
    return not known.isdisjoint(_fields(stop)) or not known.isdisjoint(("title", "description"))


def _dead_parts(rule: Rule, place: Place, condition: All | AnyOf | Not | Leaf) -> Iterator[Doubt]:
    """Alternatives of the condition that can never hold, where others can."""
    if isinstance(condition, AnyOf):
        for number, part in enumerate(condition.any):
            if never_holds(part):
                zh, en = f"第 {number + 1} 个可选条件永远不会成立", f"alternative {number + 1} can never hold"
                yield _doubt((*place, "any", number), rule, DoubtKind.NEVER_HOLDS, zh, en)
    elif isinstance(condition, All):
        for number, part in enumerate(condition.all):
            yield from _dead_parts(rule, (*place, "all", number), part)


def _undone(rule: Rule, place: Place) -> Iterator[Doubt]:
    """Actions of one rule of which a later one takes back an earlier one."""
    for number, action in enumerate(rule.then):
        for earlier, other in enumerate(rule.then[:number]):
            if _undoes(action, other):
                zh = f"第 {number + 1} 个动作抵消了第 {earlier + 1} 个动作"
                en = f"action {number + 1} undoes action {earlier + 1}"
                yield _doubt((*place, "then", number), rule, DoubtKind.UNDOES, zh, en)


def _undoes(action: Action, earlier: Action) -> bool:
    match action, earlier:
        case (AddTags(tags=some), RemoveTags(tags=others)) | (RemoveTags(tags=some), AddTags(tags=others)):
            return not set(map(tag_key, some)).isdisjoint(map(tag_key, others))
        case SetField(), SetField():
            return action.field == earlier.field and action.value != earlier.value
        case (SetTeam(), Assign(person=str())) | (SetPriority(), RaisePriority()):
            return True
    return action.do == earlier.do and action.do in _ONCE and action != earlier
