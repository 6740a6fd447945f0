"""Spans of time as whole microseconds since 1970, and what can be done with lists of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
OPEN_ENDED: Final = 1 << 62

Span = tuple[int, int]


class Pause(NamedTuple):
    """A time that does not count; without an end it still lasts."""

    begins: datetime
    ends: datetime | None


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} lacks its offset from UTC")
    return (instant - EPOCH) // MICROSECOND


def instant_at(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap or touch made one."""
    result: list[Span] = []
    for opens, closes in sorted(spans):
        if result and opens <= result[-1][1]:
            result[-1] = (result[-1][0], max(closes, result[-1][1]))
        else:
            result.append((opens, closes))
    return result


def pause_spans(pauses: Iterable[Pause]) -> list[Span]:
    """The pauses in order, none touching another; one that still lasts ends at `OPEN_ENDED`.

    Raises:
        ValueError: a pause ends before it begins.
    """
    spans = []
    for begins, ends in pauses:
        span = (microseconds(begins), OPEN_ENDED if ends is None else microseconds(ends))
        if span[1] < span[0] and ends is not None:
            raise ValueError(f"the pause that begins at {begins.isoformat()} ends before it begins")
        spans.append(span)
    return merged(spans)


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """What is left of `spans` (in order, apart) after `taken` (likewise)."""
    edges = [(-OPEN_ENDED, -OPEN_ENDED), *taken, (OPEN_ENDED, OPEN_ENDED)]
    free = [(before[1], after[0]) for before, after in pairwise(edges)]
    return sorted(
        (max(opens, begins), min(closes, ends))
        for opens, closes in spans
        for begins, ends in free
        if max(opens, begins) < min(closes, ends)
    )
