"""Which names share words with an utterance: an inverted index over folded syllables and their pairs."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

from contracts.syllables import fold

PAIR_WEIGHT = 0.5


def _terms(words: Sequence[str]) -> set[str]:
    folded = [fold(word) for word in words]
    return {*folded, *(f"{left} {right}" for left, right in pairwise(folded))}


class InvertedIndex:
    """Weights are inverse document frequencies, as in BM25 with term frequencies of 0 or 1."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        terms = [_terms(name) for name in names]
        found = Counter(term for each in terms for term in each)
        self._weight = {
            term: log(1 + len(names) / count) * (PAIR_WEIGHT if " " in term else 1.0) for term, count in found.items()
        }
        postings: dict[str, list[int]] = {}
        for at, each in enumerate(terms):
            for term in each:
                postings.setdefault(term, []).append(at)
        self._postings = {term: np.array(places, dtype=np.int32) for term, places in postings.items()}
        self._total = np.array([sum(self._weight[term] for term in sorted(each)) for each in terms]) + 1e-9

    def coverage(self, words: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Per name: the share of its weight that stands in `words` (0–1), and that weight itself."""
        score = np.zeros(len(self._total))
        for term in sorted(_terms(words)):
            places = self._postings.get(term)
            if places is not None:
                score[places] += self._weight[term]
        return score / self._total, score
