"""Sentences as sparse feature vectors: syllables, letters, toneless and folded forms."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

from contracts.syllables import canonical, fold, take_tone

PLACE = "#"
"""Stands for a mention of a procedure."""
VIEWS = 6
MAX_SEEN = 50000
"""Words and pairs whose features are remembered."""
_ENDS = ("<s>", "</s>")

Vector = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]
"""Feature numbers and values of one sentence."""


def _forms(word: str) -> tuple[str, str, str]:
    if word == PLACE or word in _ENDS:
        return word, word, word
    return canonical(word), take_tone(word)[0], fold(word)


def _letters(form: str) -> list[str]:
    """Letter sequences of length 2–4 inside one word, with its edges marked."""
    if form == PLACE or form in _ENDS:
        return []
    marked = f" {form} "
    return [marked[at : at + size] for size in (2, 3, 4) for at in range(len(marked) - size + 1)]


def single_features(word: str) -> list[tuple[int, str]]:
    """(view, feature) pairs of one word, with repetitions.

    Views 0–2: syllables, plain, toneless and folded; 3–5: their letters.
    """
    found: list[tuple[int, str]] = []
    for view, form in enumerate(_forms(word)):
        found.append((view, form))
        found += [(view + 3, part) for part in _letters(form)]
    return found


def pair_features(left: str, right: str) -> list[tuple[int, str]]:
    pairs = zip(_forms(left), _forms(right), strict=True)
    return [(view, f"{one} {other}") for view, (one, other) in enumerate(pairs)]


def word_features(words: Sequence[str]) -> list[tuple[int, str]]:
    """All features of a sentence, with repetitions."""
    found = [feature for word in words for feature in single_features(word)]
    marked = (_ENDS[0], *words, _ENDS[1])
    return found + [feature for left, right in pairwise(marked) for feature in pair_features(left, right)]


@dataclass(slots=True)
class FeatureSpace:
    """Feature numbers and inverse document frequencies, fixed by the training sentences."""

    numbers: dict[str, int]
    """"VIEW FEATURE" to number."""
    weights: npt.NDArray[np.float32]
    views: npt.NDArray[np.int32]
    _words: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    _seen: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Feature numbers of single words and, joined by a space, of pairs."""

    def __post_init__(self) -> None:
        for key, number in self.numbers.items():
            view, _, feature = key.partition(" ")
            self._words[int(view), feature] = number

    @classmethod
    def fit(cls, sentences: Sequence[Sequence[str]], least: int = 2) -> "FeatureSpace":
        """Features that stand in at least `least` sentences."""
        found = Counter(feature for words in sentences for feature in set(word_features(words)))
        kept = sorted(feature for feature, count in found.items() if count >= least)
        weights = [log((1 + len(sentences)) / (1 + found[feature])) + 1 for feature in kept]
        return cls(
            numbers={f"{view} {feature}": at for at, (view, feature) in enumerate(kept)},
            weights=np.array(weights, dtype=np.float32),
            views=np.array([view for view, _ in kept], dtype=np.int32),
        )

    def vector(self, words: Sequence[str]) -> Vector:
        """Sublinear tf–idf, each view of length 1."""
        found: list[int] = []
        for word in words:
            found += self._numbers(word, None)
        for left, right in pairwise((_ENDS[0], *words, _ENDS[1])):
            found += self._numbers(left, right)
        numbers, times = np.unique(np.array(found, dtype=np.int32), return_counts=True)
        values = (1 + np.log(times)) * self.weights[numbers]
        views = self.views[numbers]
        length = np.sqrt(np.bincount(views, weights=values * values, minlength=VIEWS))
        return numbers, (values / np.maximum(length[views], 1e-9)).astype(np.float32)

    def _numbers(self, word: str, after: str | None) -> list[int]:
        key = word if after is None else f"{word} {after}"
        known = self._seen.get(key)
        if known is None:
            features = single_features(word) if after is None else pair_features(word, after)
            known = [number for feature in features if (number := self._words.get(feature)) is not None]
            if len(self._seen) >= MAX_SEEN:
                self._seen.clear()
            self._seen[key] = known
        return known
