"""A change of rules on its way to being live: begun on one version, and brought onto what is live when it is done."""

from collections.abc import Mapping, Sequence

from pydantic import AwareDatetime, Field

from functions.shared.contracts.words import Slug
from functions.shared.domain.config_check import Fault
from functions.shared.domain.document import Part
from functions.shared.domain.errors import RulesDiverged
from functions.shared.domain.rule_check import Doubt
from functions.shared.domain.rules import Rule
from functions.shared.domain.saying import Saying


class Findings(Part):
    """What is wrong or doubtful about a draft, once it is brought onto the version `live`."""

    live: int
    at: AwareDatetime
    faults: tuple[Fault, ...]
    doubts: tuple[Doubt, ...]


class RuleDraft(Part):
    """Rules that are not live yet."""

    base: int = Field(ge=1, description="The version that was live when the draft was begun.")
    revision: int = Field(ge=1, description="Counts the draft's own changes, so that nobody overwrites another's.")
    rules: tuple[Rule, ...]
    author: str
    changed_at: AwareDatetime
    findings: Findings | None = Field(default=None, description="What the check said when the draft was saved.")


def rebased(base: Sequence[Rule], mine: Sequence[Rule], theirs: Sequence[Rule]) -> tuple[Rule, ...]:
    """`theirs` with what `mine` changed of `base`.

    Raises:
        RulesDiverged: both changed the same rule, or both changed the order.
    """
    if mine == theirs or tuple(theirs) == tuple(base):
        return tuple(mine)
    changed, meanwhile = _touched(base, mine), _touched(base, theirs)
    mine_by_id, their_rules = _by_id(mine), _by_id(theirs)
    clash = sorted(id for id in changed & meanwhile if mine_by_id.get(id) != their_rules.get(id))
    moved, moved_meanwhile = _is_reordered(base, mine), _is_reordered(base, theirs)
    if clash or (moved and moved_meanwhile):
        raise RulesDiverged(", ".join(clash) or Saying.of("reason.order_of_rules"))
    if moved:
        return _with_changes(mine, theirs, meanwhile)
    return _with_changes(theirs, mine, changed)


def _by_id(rules: Sequence[Rule]) -> Mapping[Slug, Rule]:
    return {rule.id: rule for rule in rules}


def _touched(base: Sequence[Rule], rules: Sequence[Rule]) -> set[Slug]:
    """The rules that are new, other or gone."""
    before, after = _by_id(base), _by_id(rules)
    return {id for id in {*before, *after} if before.get(id) != after.get(id)}


def _is_reordered(base: Sequence[Rule], rules: Sequence[Rule]) -> bool:
    before, after = [rule.id for rule in base], [rule.id for rule in rules]
    return [id for id in before if id in after] != [id for id in after if id in before]


def _with_changes(frame: Sequence[Rule], other: Sequence[Rule], touched: set[Slug]) -> tuple[Rule, ...]:
    """`frame` with what `other` has of the rules `touched`: changed in place, gone, or new behind those before them."""
    by_id = _by_id(other)
    merged = [by_id.get(rule.id) if rule.id in touched else rule for rule in frame]
    found = [rule for rule in merged if rule is not None]
    known = {rule.id for rule in frame}
    for number, rule in enumerate(other):
        if rule.id in touched and rule.id not in known:
            before = {earlier.id for earlier in other[:number]}
            place = max((place + 1 for place, one in enumerate(found) if one.id in before), default=0)
            found.insert(place, rule)
    return tuple(found)
