"""Several language models at once: the domain, what is expected now, and a floor for words of which neither knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asr.ctc.lm import UNSEEN_WORDS, LanguageModel, State
from asr.ctc.prefix_beam import Scorer

States = tuple[State, ...]


class Mixture:
    """Linear interpolation: weights and floor add up to 1."""

    def __init__(self, parts: Sequence[tuple[float, LanguageModel]]) -> None:
        """What the weights leave up to 1 is the uniform floor."""
        self._parts = tuple(parts)
        self._floor = (1.0 - sum(weight for weight, _ in parts)) / UNSEEN_WORDS
        self.start: States = tuple(model.start for _, model in parts)

    def probability(self, state: States, word: str) -> float:
        total = self._floor
        for (weight, model), own in zip(self._parts, state, strict=True):
            total += weight * model.probability(own, word)
        return total

    def advance(self, state: States, word: str) -> States:
        return tuple(model.advance(own, word) for (_, model), own in zip(self._parts, state, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """No language model: every word is as likely as the next."""

    start: None = None

    def probability(self, state: Any, word: str) -> float:
        return 1.0 / UNSEEN_WORDS

    def advance(self, state: Any, word: str) -> None:
        return None


def uniform() -> Scorer:
    return Uniform()
