"""What the desk learns from its own solved tickets: team, module and priority where no rule decided them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from functions.shared.contracts.events import Reason
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import Priority
from functions.shared.domain.bayes import Evaluation, Example, Model, calibrated, evaluated, learn
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.folding import fold
from functions.shared.domain.scripts import terms

Learned = Literal["team", "module", "priority"]
LEARNED: Final[tuple[Learned, ...]] = ("team", "module", "priority")

FEWEST: Final = 40
"""With fewer solved tickets there is nothing to learn."""
READ: Final = 2_000
"""Characters of a description that are learned from, and looked at."""
SUREST: Final = 0.99
"""Nothing that words tell is certain, however rounding makes it look."""
SHOWN: Final = 0.5
"""What is less likely is not worth suggesting."""

_NAMES: Final = {"team": ("团队", "team"), "module": ("模块", "module"), "priority": ("优先级", "priority")}


@dataclass(frozen=True)
class Solved:
    """A solved ticket: what was asked, and what people made of it."""

    id: str
    text: str
    team: str | None
    module: str | None
    priority: str | None


class Guesser(BaseModel):
    """What was learned about one field, and how well it does."""

    model_config = ConfigDict(frozen=True)

    model: Model
    evaluation: Evaluation


class Lessons(BaseModel):
    """All that was learned at one time."""

    model_config = ConfigDict(frozen=True)

    learned_at: AwareDatetime
    tickets: int
    guessers: dict[Learned, Guesser] = Field(default_factory=dict)

    @property
    def version(self) -> str:
        return f"{self.learned_at:%Y%m%dT%H%M%SZ}"

    def suggest(self, title: str, description: str, undecided: Collection[str], config: DeskConfig) -> list[Suggestion]:
        """What is likely for the fields that nobody decided; nothing that the desk no longer has."""
        words = words_of(title, description)
        written = {fold(word): word for word in terms(f"{title}\n{description[:READ]}")}
        suggestions = []
        for field in LEARNED:
            guesser = self.guessers.get(field) if field in undecided else None
            if guesser is None:
                continue
            answer = guesser.model.answer(words)
            if answer.probability >= SHOWN and answer.evidence and _is_there(field, answer.label, config):
                suggestions.append(
                    Suggestion(
                        field=field,
                        value=answer.label,
                        probability=min(round(answer.probability, 2), SUREST),
                        evidence=tuple(written.get(word, word) for word in answer.evidence),
                        learned=self.version,
                    )
                )
        return suggestions


def words_of(title: str, description: str) -> list[str]:
    """The words of a report, each once."""
    return list(terms(fold(f"{title}\n{description[:READ]}")))


def study(solved: Iterable[Solved], now: datetime) -> Lessons:
    """What `solved` teach. A tenth of them is kept aside to judge by, another to calibrate by; then all are learned."""
    tickets = 0
    examples: dict[Learned, list[tuple[str, Sequence[str], str]]] = {field: [] for field in LEARNED}
    known: dict[str, str] = {}  # the same word of all tickets is kept once
    for one in solved:
        tickets += 1
        title, _, description = one.text.partition("\n")
        words = [known.setdefault(word, word) for word in words_of(title, description)]
        for field in LEARNED:
            if label := getattr(one, field):
                examples[field].append((one.id, words, label))
    guessers = {field: guesser for field in LEARNED if (guesser := _guesser(examples[field]))}
    return Lessons(learned_at=now, tickets=tickets, guessers=guessers)


def _guesser(examples: Sequence[tuple[str, Sequence[str], str]]) -> Guesser | None:
    """None where there is too little to learn, or nothing that would beat a blind guess."""
    parts: list[list[Example]] = [[], [], []]
    for id_, words, label in examples:
        parts[max(0, 2 - _tenth(id_))].append((words, label))
    learned, calibration, judged_by = parts
    first = learn(learned) if len(examples) >= FEWEST else None
    if first is None:
        return None
    first = calibrated(first, calibration)
    evaluation = evaluated(first, judged_by)
    whole = learn((words, label) for _, words, label in examples)
    if evaluation is None or whole is None or not evaluation.is_of_use:
        return None
    return Guesser(model=whole.model_copy(update={"temperature": first.temperature}), evaluation=evaluation)


def _tenth(id_: str) -> int:
    """Which tenth of all tickets it is in, always the same one."""
    return int(hashlib.sha256(id_.encode()).hexdigest()[:8], 16) % 10


def _is_there(field: str, value: str, config: DeskConfig) -> bool:
    match field:
        case "team":
            return config.team(value) is not None
        case "module":
            return config.module(value) is not None
        case _:
            return value in list(Priority)


def told(suggestion: Suggestion, config: DeskConfig, *, has_acted: bool) -> Reason:
    """The suggestion, or what was done by it, with its evidence."""
    team, module = config.team(suggestion.value), config.module(suggestion.value)
    named = {"team": team.name if team else None, "module": module.name if module else None}.get(suggestion.field)
    zh_value, en_value = (named.zh, named.en) if named else (suggestion.value, suggestion.value)
    zh_field, en_field = _NAMES[suggestion.field]
    because_zh, because_en = "、".join(suggestion.evidence), ", ".join(suggestion.evidence)
    zh, en = (
        ("按历史工单定为", "Learned from solved tickets:")
        if has_acted
        else ("历史工单建议", "Suggested by solved tickets:")
    )
    return Reason(
        code="learned" if has_acted else "suggested",
        zh=f"{zh}{zh_field}：{zh_value} {suggestion.probability:.2f}（因为 {because_zh}）",
        en=f"{en} {en_field} {en_value} {suggestion.probability:.2f} (because {because_en})",
    )
