"""A rule's condition as lines in groups, and back again."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from functions.shared.domain.facts import Kind, kind_of
from functions.shared.domain.operators import Operator

Json = Any

JOINS: Final = ("all", "any")
NO_VALUE: Final = (Operator.EMPTY, Operator.NOT_EMPTY, Operator.CHANGED)
SEVERAL: Final = (
    Operator.IN,
    Operator.NOT_IN,
    Operator.CONTAINS_ANY,
    Operator.CONTAINS_ALL,
    Operator.WITHIN,
)

_SEPARATORS: Final = re.compile(r"[,，、;；]")
_VALUES: Final = re.compile(r'"([^"\n]+)"|([^,，、;；\n]+)')
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_LONGEST_INTEGER: Final = 20


@dataclass
class Line:
    """One question of a condition."""

    field: str = ""
    op: str = "is"
    value: str = ""
    exact: bool = False


@dataclass
class Group:
    """Lines that hold together, or of which one does, or none."""

    mode: str = "all"
    lines: list[Line] = field(default_factory=list)


def groups_of(when: Json) -> tuple[str, list[Group]] | None:
    """How the form shows a condition; None where it nests deeper than that."""
    if not when:
        return "all", []
    join = next((name for name in JOINS if name in when), "all")
    groups: list[Group] = []
    loose = Group(join)
    for part in when.get(join, [when]):
        group = _group(part)
        if group is None:
            return None
        if "field" not in part:
            groups.append(group)
            continue
        if not loose.lines:
            groups.append(loose)
        loose.lines += group.lines
    return join, groups


def _group(part: Json) -> Group | None:
    if "field" in part:
        return Group("all", [_line(part)])
    inner = part.get("not")
    if inner is not None:
        lines = [inner] if "field" in inner else inner.get("any")
        return Group("none", [_line(line) for line in lines]) if lines and _are_leaves(lines) else None
    mode = next(name for name in JOINS if name in part)
    return Group(mode, [_line(line) for line in part[mode]]) if _are_leaves(part[mode]) else None


def _are_leaves(parts: Sequence[Json]) -> bool:
    return all("field" in part for part in parts)


def _line(leaf: Mapping[str, Json]) -> Line:
    return Line(leaf["field"], leaf["op"], shown(leaf.get("value")), bool(leaf.get("exact")))


def shown(value: Json) -> str:
    """A value as it stands in a line."""
    if isinstance(value, list | tuple):
        return "、".join(f'"{text}"' if _SEPARATORS.search(text) else text for text in map(shown, value))
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


def condition_of(join: str, groups: Sequence[Group], numbers: Sequence[str]) -> Json:
    """The condition that `groups` make; None without any line. `numbers` are the fields that hold one."""
    parts: list[Json] = []
    for group in groups:
        leaves = [_leaf(line, numbers) for line in group.lines if line.field]
        if not leaves:
            continue
        if group.mode == "none":
            parts.append({"not": leaves[0] if len(leaves) == 1 else {"any": leaves}})
        elif group.mode == join or len(leaves) == 1:
            parts += leaves
        else:
            parts.append({group.mode: leaves})
    return None if not parts else parts[0] if len(parts) == 1 else {join: parts}


def _leaf(line: Line, numbers: Sequence[str]) -> Json:
    leaf: dict[str, Json] = {"field": line.field, "op": line.op}
    if line.op not in NO_VALUE:
        kind = Kind.NUMBER if line.field in numbers else kind_of(line.field)
        values = [typed(text, kind) for text in several(line.value)] if line.op in SEVERAL else None
        leaf["value"] = values if values is not None else typed(line.value, kind)
    return leaf | ({"exact": True} if line.exact else {})


def several(text: str) -> list[str]:
    """The values of a list: one a line, or with commas between; what holds a comma itself stands in quotation marks."""
    return [one.strip() for quoted, plain in _VALUES.findall(text) if (one := quoted or plain).strip()]


def typed(text: str, kind: Kind | None) -> Json:
    """What `text` means in a field of this kind."""
    if kind is Kind.FLAG and text in ("true", "false"):
        return text == "true"
    if kind is Kind.NUMBER and _NUMBER.fullmatch(text):
        return float(text) if "." in text or len(text) > _LONGEST_INTEGER else int(text)
    return text
