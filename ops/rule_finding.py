"""Rules that the past suggests: words after which people nearly always chose the same team, module or priority."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.folding import fold
from functions.shared.domain.past_tickets import BadLine, PastTicket
from functions.shared.domain.rules import Rule, whole_text
from functions.shared.domain.scripts import is_han, runs

Field = Literal["team", "module", "priority"]

MOST_TICKETS: Final = 50_000
MOST_WORDS: Final = 400_000
"""The rarest beyond so many are forgotten while reading."""
READ: Final = 1_000
"""Characters of a ticket that are looked at."""
LONGEST: Final = 4
"""Chinese characters of a keyword."""
MOST_KEYWORDS: Final = 12
COMMON: Final = 0.5
"""A word that more tickets have says nothing."""
LOOKED_AT: Final = 20
"""Tickets in which it is looked up how a keyword is written."""
SURE: Final = 1.28
"""Standard deviations below the share that was seen: the share that is there with nine in ten."""


@dataclass(frozen=True)
class Found:
    """A keyword: in how many tickets it is, and for how many of these people chose the same."""

    word: str
    tickets: int
    agreed: int

    @property
    def precision(self) -> float:
        return self.agreed / self.tickets


@dataclass(frozen=True)
class Proposal:
    """A rule: what it would decide, its keywords, how many tickets it matches and how many of these people agreed."""

    field: Field
    value: str
    keywords: tuple[Found, ...]
    tickets: int
    agreed: int

    @property
    def precision(self) -> float:
        return self.agreed / self.tickets if self.tickets else 0.0


@dataclass
class Past:
    """The tickets that were read: their texts as written and folded, and what people made of them."""

    written: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    bad_lines: int = 0


def read_past(tickets: Iterable[PastTicket | BadLine], about: Field) -> Past:
    """The first 50,000 tickets of which it is known what people made of them."""
    past = Past()
    for ticket in tickets:
        if isinstance(ticket, BadLine):
            past.bad_lines += 1
        elif answer := (ticket.module if about == "module" else getattr(ticket.ended(), about)):
            past.written.append(whole_text(ticket.title, ticket.description, ticket.first_message)[:READ])
            past.texts.append(fold(past.written[-1]))
            past.answers.append(answer)
            if len(past.texts) == MOST_TICKETS:
                break
    return past


def propose(past: Past, about: Field, *, precision: float, support: int) -> list[Proposal]:
    """A rule for each answer that some words stand for with at least `precision`, in at least `support` tickets."""
    where = _where(past, support)
    totals = {word: len(tickets) for word, tickets in where.items()}
    by_answer: dict[str, list[Found]] = defaultdict(list)
    for word, tickets in where.items():
        answer, agreed = Counter(past.answers[at] for at in tickets).most_common(1)[0]
        if _surely(agreed, totals[word]) >= precision - 0.05 and agreed / totals[word] >= precision:
            by_answer[answer].append(Found(word, totals[word], agreed))
    proposals = (_proposal(about, answer, words, where, past) for answer, words in by_answer.items())
    return sorted((one for one in proposals if one.precision >= precision), key=lambda one: -one.tickets)


def _where(past: Past, support: int) -> dict[str, list[int]]:
    """The tickets of every word that enough of them have, and not most."""
    counts: Counter[str] = Counter()
    for text in past.texts:
        counts.update(_words(text))
        if len(counts) > 2 * MOST_WORDS:
            counts = Counter(dict(counts.most_common(MOST_WORDS)))
    most = COMMON * len(past.texts)
    where: dict[str, list[int]] = {word: [] for word, count in counts.items() if support <= count <= most}
    for at, text in enumerate(past.texts):
        for word in _words(text):
            if word in where:
                where[word].append(at)
    return where


def _words(text: str) -> set[str]:
    """Latin words, and all runs of two to four Chinese characters."""
    found: set[str] = set()
    for run in runs(text):
        if is_han(run):
            for length in range(2, LONGEST + 1):
                found.update(run[at : at + length] for at in range(len(run) - length + 1))
        elif len(run) > 2 and not run.isdigit():
            found.add(run)
    return found


def _proposal(about: Field, answer: str, words: Sequence[Found], where: dict[str, list[int]], past: Past) -> Proposal:
    """The fewest words that cover most: each has to bring tickets that those before it did not have."""
    chosen: list[Found] = []
    covered: set[int] = set()
    ordered = sorted(words, key=lambda one: (-one.agreed * one.precision, len(one.word), one.word))
    for one in ordered:
        brings = len(set(where[one.word]) - covered)
        if len(chosen) < MOST_KEYWORDS and brings * 4 >= one.tickets:
            chosen.append(one)
            covered.update(where[one.word])
    agreed = sum(past.answers[at] == answer for at in covered)
    told = tuple(replace(one, word=_as_written(one.word, where[one.word], past)) for one in chosen)
    return Proposal(about, answer, told, len(covered), agreed)


def _as_written(word: str, tickets: Sequence[int], past: Past) -> str:
    """How the first of `tickets` that has it writes the Chinese `word`, which may be another character once folded."""
    if not is_han(word):
        return word
    for at in tickets[:LOOKED_AT]:
        text = past.written[at]
        for start in range(len(text) - len(word) + 1):
            if fold(piece := text[start : start + len(word)]) == word:
                return piece
    return word


def _surely(agreed: int, tickets: int) -> float:
    """The share that is surely there (Wilson's lower bound): few tickets prove little."""
    share, square = agreed / tickets, SURE * SURE
    middle = share + square / (2 * tickets)
    width = SURE * math.sqrt(share * (1 - share) / tickets + square / (4 * tickets * tickets))
    return (middle - width) / (1 + square / tickets)


def as_rule(proposal: Proposal, config: DeskConfig) -> dict[str, Any]:
    """The rule as it stands in a file."""
    team, module = config.team(proposal.value), config.module(proposal.value)
    named = {"team": team.name if team else None, "module": module.name if module else None}.get(proposal.field)
    zh, en = (named.zh, named.en) if named else (proposal.value, proposal.value)
    action: dict[str, dict[str, str]] = {
        "team": {"do": "set_team", "team": proposal.value},
        "module": {"do": "set_field", "field": "module", "value": proposal.value},
        "priority": {"do": "set_priority", "priority": proposal.value},
    }
    leaf = {"field": "text", "op": "contains_any", "value": [one.word for one in proposal.keywords]}
    when: dict[str, Any] = leaf
    if proposal.field == "module":
        when = {"all": [leaf, {"field": "module", "op": "empty"}]}
    return {
        "id": f"learned-{proposal.field}-{proposal.value}".lower(),
        "name": {"zh": f"历史经验：{zh}", "en": f"Learned: {en}"},
        "on": ["opened"],
        "when": when,
        "then": [action[proposal.field]],
    }


def as_yaml(proposals: Sequence[Proposal], config: DeskConfig) -> Iterator[str]:
    """A file of rules to read, change and paste, each keyword with what it rests on."""
    yield "rules:" if proposals else "# Nothing is clear enough; lower --precision or --support, or read more tickets."
    for proposal in proposals:
        rule = as_rule(proposal, config)
        Rule.model_validate(rule)
        yield f"  # → {proposal.value}: {proposal.precision:.0%} of {proposal.tickets}"
        for one in proposal.keywords:
            yield f"  #   {one.word}: {one.precision:.0%} of {one.tickets}"
        yield f"  - id: {rule['id']}"
        for part in ("name", "on", "when"):
            yield f"    {part}: {json.dumps(rule[part], ensure_ascii=False)}"
        yield f"    then: {json.dumps(rule['then'], ensure_ascii=False)}"
