"""How two versions of a configuration differ: what was added, removed, moved, and changed field by field."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from functions.shared.domain.document import Part

Json = Any


class ChangeKind(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


class Change(Part):
    """One difference. `item` is the id of a rule, team, calendar, …; None where the section is a single thing."""

    section: str
    item: str | None
    kind: ChangeKind
    field: str | None = None
    before: Json = None
    after: Json = None


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Change]:
    """What has to be done to `before` to get `after`; both as `DeskConfig.content` gives them."""
    sections = dict.fromkeys((*before, *after))
    return [change for name in sections for change in _section(name, before.get(name), after.get(name))]


def _section(name: str, before: Json, after: Json) -> Iterator[Change]:
    if before == after:
        return
    if _is_list_of_items(before) and _is_list_of_items(after):
        old, new = ({item["id"]: item for item in items or ()} for items in (before, after))
        yield from _items(name, old, new)
        for item in _moved(list(old), list(new)):
            yield Change(
                section=name, item=item, kind=ChangeKind.MOVED, before=_place(old, item), after=_place(new, item)
            )
    elif _is_map_of_items(before) and _is_map_of_items(after):
        yield from _items(name, before or {}, after or {})
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _fields(name, None, before, after)
    else:
        yield Change(section=name, item=None, kind=ChangeKind.CHANGED, before=before, after=after)


def _items(section: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Change]:
    for item in dict.fromkeys((*before, *after)):
        if item not in after:
            yield Change(section=section, item=item, kind=ChangeKind.REMOVED, before=before[item])
        elif item not in before:
            yield Change(section=section, item=item, kind=ChangeKind.ADDED, after=after[item])
        else:
            yield from _fields(section, item, before[item], after[item])


def _fields(section: str, item: str | None, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Change]:
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield Change(
                section=section,
                item=item,
                kind=ChangeKind.CHANGED,
                field=field,
                before=before.get(field),
                after=after.get(field),
            )


def _is_list_of_items(part: Json) -> bool:
    return part is None or (
        isinstance(part, Sequence)
        and not isinstance(part, str)
        and all(isinstance(item, Mapping) and "id" in item for item in part)
    )


def _is_map_of_items(part: Json) -> bool:
    return part is None or (isinstance(part, Mapping) and all(isinstance(item, Mapping) for item in part.values()))


def _place(items: Mapping[str, Json], item: str) -> int:
    """Where an item stands among the others, from 1."""
    return list(items).index(item) + 1


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """As few items as possible whose moving explains the new order of those that both lists have."""
    there = {item: number for number, item in enumerate(before)}
    kept = [item for item in after if item in there]
    numbers = [there[item] for item in kept]
    stayed = set(_longest_rise(numbers))
    return [item for item, number in zip(kept, numbers, strict=True) if number not in stayed]


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """A longest part of `numbers`, in order, that rises."""
    ends: list[int] = []
    chains: list[tuple[int, Any]] = []
    for number in numbers:
        place = bisect_left(ends, number)
        chain = (number, chains[place - 1] if place else None)
        ends[place:], chains[place:] = [number, *ends[place + 1 :]], [chain, *chains[place + 1 :]]
    found, chain_left = [], chains[-1] if chains else None
    while chain_left:
        found.append(chain_left[0])
        chain_left = chain_left[1]
    return found[::-1]
