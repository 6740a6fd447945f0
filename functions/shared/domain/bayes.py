"""Plain naive Bayes over words: what a text is most likely labelled with, how likely, and because of which words.

Multinomial, with each word counted once for each text. The probabilities that it gives by itself are far too sure, for
it takes words to be independent; so its scores are divided by a temperature, chosen on texts it has not seen.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

SMOOTHING: Final = 0.3
MOST_TERMS: Final = 20_000
"""The rarest words beyond so many are forgotten while learning, so that memory is bounded."""
RARE: Final = 2
"""A word that fewer texts have says nothing."""
EVIDENCE: Final = 3
TEMPERATURES: Final = tuple(2 ** (step / 2) for step in range(-2, 13))

Example = tuple[Sequence[str], str]
"""The words of a text, and its label."""


class Answer(BaseModel):
    """The likeliest label, how likely it is, and the words that speak for it most."""

    model_config = ConfigDict(frozen=True)

    label: str
    probability: float
    evidence: tuple[str, ...]


class Model(BaseModel):
    """What was learned: how many texts have each label, and in how many of them each word is."""

    model_config = ConfigDict(frozen=True)

    labels: tuple[str, ...]
    texts: tuple[int, ...]
    words: tuple[int, ...] = Field(description="Words counted in the texts of each label.")
    counts: dict[str, tuple[int, ...]]
    temperature: float = 1.0

    def probabilities(self, terms: Iterable[str]) -> dict[str, float]:
        """How likely each label is for a text of `terms`; they sum to one."""
        return dict(zip(self.labels, _shares(self.scores(terms), self.temperature), strict=True))

    def answer(self, terms: Sequence[str]) -> Answer:
        """The likeliest label for a text of `terms`."""
        likely = self.probabilities(terms)
        label = max(self.labels, key=lambda one: likely[one])
        return Answer(label=label, probability=likely[label], evidence=self._evidence(terms, self.labels.index(label)))

    def scores(self, terms: Iterable[str]) -> list[float]:
        """How much the words speak for each label, as logarithms."""
        every = sum(self.texts)
        scores = [math.log(texts / every) for texts in self.texts]
        for term in terms:
            if counts := self.counts.get(term):
                for at, count in enumerate(counts):
                    scores[at] += math.log((count + SMOOTHING) / self._room(at))
        return scores

    def _room(self, at: int) -> float:
        return self.words[at] + SMOOTHING * len(self.counts)

    def _evidence(self, terms: Iterable[str], chosen: int) -> tuple[str, ...]:
        """The words that speak most for the label against all the others together."""
        weights = {}
        words, room = sum(self.words), SMOOTHING * len(self.counts)
        for term in terms:
            if counts := self.counts.get(term):
                others = (sum(counts) - counts[chosen] + SMOOTHING) / (words - self.words[chosen] + room)
                weights[term] = math.log((counts[chosen] + SMOOTHING) / self._room(chosen) / others)
        found: list[str] = []
        for term in sorted((term for term in weights if weights[term] > 0), key=lambda term: -weights[term]):
            if len(found) < EVIDENCE and not any(_overlap(term, other) for other in found):
                found.append(term)
        return tuple(found)


def _overlap(one: str, other: str) -> bool:
    """Whether two pairs of Chinese characters seem to be cut from one word."""
    return len(one) == len(other) == 2 and (one[-1] == other[0] or one[0] == other[-1])


class Evaluation(BaseModel):
    """How well labels are guessed on texts that were not learned from, and how honest the probabilities are."""

    model_config = ConfigDict(frozen=True)

    learned_from: int
    held_out: int
    accuracy: float
    baseline: float = Field(description="The accuracy of always guessing the commonest label.")
    sure: int = Field(description="How many of the held-out were guessed with a probability of at least 0.9,")
    sure_right: int = Field(description="and how many of these rightly.")

    @property
    def is_of_use(self) -> bool:
        """Whether guessing beats not looking at the text at all."""
        return self.accuracy > self.baseline


def learn(examples: Iterable[Example]) -> Model | None:
    """What `examples` teach; None where there are not two labels to tell apart."""
    texts: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = {}
    for terms, label in examples:
        texts[label] += 1
        for term in set(terms):
            counts.setdefault(term, Counter())[label] += 1
        if len(counts) > 8 * MOST_TERMS:
            counts = _commonest(counts)
    if len(texts) < 2:
        return None
    kept = {term: by for term, by in _commonest(counts).items() if by.total() >= RARE}
    labels = tuple(sorted(texts))
    return Model(
        labels=labels,
        texts=tuple(texts[label] for label in labels),
        words=tuple(sum(by[label] for by in kept.values()) for label in labels),
        counts={term: tuple(by[label] for label in labels) for term, by in kept.items()},
    )


def _commonest(counts: Mapping[str, Counter[str]]) -> dict[str, Counter[str]]:
    totals = {term: sum(by.values()) for term, by in counts.items()}
    kept = sorted(totals, key=lambda term: (-totals[term], term))[:MOST_TERMS]
    return {term: counts[term] for term in kept}


def _shares(scores: Sequence[float], temperature: float) -> list[float]:
    """Scores as probabilities; the higher the temperature, the less sure."""
    top = max(scores)
    weights = [math.exp((score - top) / temperature) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]


def calibrated(model: Model, unseen: Sequence[Example]) -> Model:
    """`model` with the temperature at which its probabilities fit `unseen` best."""
    known = [(model.scores(terms), model.labels.index(label)) for terms, label in unseen if label in model.labels]
    if not known:
        return model

    def surprise(temperature: float) -> float:
        return -sum(math.log(max(_shares(scores, temperature)[right], 1e-12)) for scores, right in known)

    return model.model_copy(update={"temperature": min(TEMPERATURES, key=surprise)})


def evaluated(model: Model, unseen: Sequence[Example]) -> Evaluation | None:
    """How `model` does on texts it did not learn from; None without any."""
    if not unseen:
        return None
    answers = [(model.answer(terms), label) for terms, label in unseen]
    commonest = model.labels[model.texts.index(max(model.texts))]
    sure = [(answer, label) for answer, label in answers if answer.probability >= 0.9]
    return Evaluation(
        learned_from=sum(model.texts),
        held_out=len(answers),
        accuracy=sum(answer.label == label for answer, label in answers) / len(answers),
        baseline=sum(label == commonest for _, label in answers) / len(answers),
        sure=len(sure),
        sure_right=sum(answer.label == label for answer, label in sure),
    )
