"""The benchmark's rules as other engines take them, each in its fastest form and made ready beforehand.

They look for words in text that was folded for them, and find them anywhere in it; the benchmark's words are all of one
length, so that this is the same as looking for whole words.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import json_logic
import rule_engine
import zen

from functions.shared.domain.conditions import All, AnyOf, Leaf, Not, leaves
from functions.shared.domain.folding import fold
from functions.shared.domain.operators import Operator, members
from functions.shared.domain.rules import Rule

Ticket = Mapping[str, Any]
Ask = Callable[[Ticket], list[str]]
"""Says which rules match a ticket, in order."""

_NAMES = {"fields.seats": "seats"}


def plain(values: Mapping[str, object]) -> dict[str, Any]:
    """A ticket's fields for the others: folded, and under names without a dot."""
    return {
        _NAMES.get(name, name.replace(".", "_")): fold(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def by_zen(rules: list[Rule]) -> Ask:
    """A decision table, one row for each rule, that collects all rows which hold."""
    rows = [{"_id": rule.id, "when": _infix(_when(rule), _zen_words), "rule": f"'{rule.id}'"} for rule in rules]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when", "type": "expression", "field": ""}],
        "outputs": [{"id": "rule", "name": "rule", "type": "expression", "field": "rule"}],
        "rules": rows,
    }
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    placed = [{**node, "position": {"x": 0, "y": 0}} for node in nodes]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": placed, "edges": edges}))
    return lambda ticket: [row["rule"] for row in decision.evaluate(dict(ticket))["result"]]


def by_rule_engine(rules: list[Rule]) -> Ask:
    """Compiled expressions, one after the other."""
    known = [(rule.id, rule_engine.Rule(_infix(_when(rule), _python_words))) for rule in rules]
    return lambda ticket: [id for id, rule in known if rule.matches(ticket)]


def by_json_logic(rules: list[Rule]) -> Ask:
    """Trees, one after the other."""
    known = [(rule.id, _tree(_when(rule))) for rule in rules]
    return lambda ticket: [id for id, tree in known if json_logic.jsonLogic(tree, ticket)]


PEERS: Mapping[str, tuple[Callable[[list[Rule]], Ask], float]] = {
    "zen-engine": (by_zen, 10),
    "rule-engine": (by_rule_engine, 100),
    "json-logic-qubit": (by_json_logic, 100),
}
"""Each engine, and how many times faster than it we mean to be."""


def _when(rule: Rule) -> All | AnyOf | Not | Leaf:
    assert rule.when, "every rule of the benchmark asks something"
    return rule.when


def _name(leaf: Leaf) -> str:
    return _NAMES.get(leaf.field, leaf.field)


def _zen_words(leaf: Leaf) -> str:
    return " or ".join(f"contains({leaf.field}, '{word}')" for word in members(leaf.value))


def _python_words(leaf: Leaf) -> str:
    return " or ".join(f"'{word}' in {leaf.field}" for word in members(leaf.value))


def _infix(condition: All | AnyOf | Not | Leaf, words: Callable[[Leaf], str]) -> str:
    """The condition as both languages with infix operators write it."""
    parts = []
    for leaf in leaves(condition):
        match leaf.op:
            case Operator.IS:
                parts.append(f"{_name(leaf)} == '{leaf.value}'")
            case Operator.AT_LEAST:
                parts.append(f"{_name(leaf)} >= {leaf.value}")
            case _:
                parts.append(f"({words(leaf)})")
    return " and ".join(parts)


def _tree(condition: All | AnyOf | Not | Leaf) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for leaf in leaves(condition):
        field = {"var": _name(leaf)}
        match leaf.op:
            case Operator.IS:
                parts.append({"==": [field, leaf.value]})
            case Operator.AT_LEAST:
                parts.append({">=": [field, leaf.value]})
            case _:
                parts.append({"or": [{"in": [word, field]} for word in members(leaf.value)]})
    return {"and": parts}
