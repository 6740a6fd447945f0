"""Text as the search sees it: folded, Latin in words, Chinese in overlapping pairs of characters."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from functions.shared.domain.scripts import is_han, runs


class Term(NamedTuple):
    """One thing to look for: a whole word, or with `is_prefix` the beginning of one."""

    word: str
    is_prefix: bool = False


def fold(text: str) -> str:
    """`text` with full-width forms, case and compatibility characters made equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def indexed_words(text: str) -> Iterator[str]:
    """The words to index: each Latin word, each pair of neighbouring Chinese characters, and the last one alone.

    So every Chinese character begins an indexed word, and a prefix search finds it alone too.
    """
    for run in runs(fold(text)):
        if is_han(run):
            yield from (run[i : i + 2] for i in range(len(run)))
        else:
            yield run


def query_terms(query: str, *, is_being_typed: bool = False) -> list[Term]:
    """What to look for, each once, in order of appearance.

    Args:
        query: As typed.
        is_being_typed: The last Latin word may be unfinished.
    """
    terms: dict[Term, None] = {}
    found = runs(fold(query))
    for position, run in enumerate(found, start=1):
        if not is_han(run):
            terms[Term(run, is_being_typed and position == len(found))] = None
        elif len(run) == 1:
            terms[Term(run, is_prefix=True)] = None
        else:
            terms.update(dict.fromkeys(Term(run[i : i + 2]) for i in range(len(run) - 1)))
    return list(terms)


class Fragment(NamedTuple):
    """A piece of a snippet; `is_hit` pieces are what was looked for."""

    text: str
    is_hit: bool = False


def snippet(text: str, terms: list[Term], *, length: int = 120) -> list[Fragment]:
    """About `length` characters of `text` around the first hit, cut into fragments; from its start without a hit."""
    text = " ".join(text.split())
    folded, origins = _fold_with_origins(text)
    spans = _merged((origins[start], origins[end - 1] + 1) for start, end in _hits(folded, terms))
    begin = max(0, spans[0][0] - length // 4) if spans else 0
    end = min(len(text), begin + length)
    fragments = [Fragment("…")] if begin else []
    position = begin
    for start, stop in spans:
        if start >= end:
            break
        stop = min(stop, end)
        fragments += [Fragment(text[position:start])] if start > position else []
        fragments.append(Fragment(text[start:stop], is_hit=True))
        position = stop
    fragments += [Fragment(text[position:end])] if position < end else []
    return [*fragments, Fragment("…")] if end < len(text) else fragments


def _hits(folded: str, terms: list[Term]) -> Iterator[tuple[int, int]]:
    """Where the terms stand: Chinese ones anywhere, also overlapping, Latin ones where a word begins."""
    longest_first = sorted((term.word for term in terms), key=len, reverse=True)
    if choices := [re.escape(w) if is_han(w) else rf"(?<![^\W_]){re.escape(w)}" for w in longest_first]:
        yield from (found.span(1) for found in re.finditer(f"(?=({'|'.join(choices)}))", folded))


def _fold_with_origins(text: str) -> tuple[str, list[int]]:
    """Folded `text`, and for each of its characters the place in `text` it came from; folding may lengthen."""
    pieces = [fold(character) for character in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _merged(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap or touch made one: pairs of Chinese characters overlap by nature."""
    merged: list[tuple[int, int]] = []
    for start, stop in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
