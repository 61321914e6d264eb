"""A syllable trigram that is built in seconds from the lines of the content.

Interpolated Kneser-Ney smoothing (Kneser & Ney 1995; Chen & Goodman 1999, section 3) with one discount per order,
and below the unigrams a uniform share for each syllable that no line contains, so that words outside the domain keep a
price that acoustics can pay.
"""

import math
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelMismatch
from contracts.syllables import canonical, tokens

State = tuple[int, int]
"""The two words before, as indices."""

UNSEEN_WORDS = 5000
"""How many further syllables share the uniform part: about what Vietnamese writes."""
_UNKNOWN = 0
_START = 1
_FIRST_WORD = 2
_FORMAT = 1


class LanguageModel:
    """P(word | two words before). About 150 bytes per n-gram in memory."""

    def __init__(self, words: tuple[str, ...], tables: dict[str, NDArray[Any]]) -> None:
        """`words`: by index, the first two being the unknown word and the start; `tables` as `save` writes them."""
        self.words = words
        self._tables = tables
        self._index = {word: at for at, word in enumerate(words) if at >= _FIRST_WORD}
        self._size = len(words)
        self._unigrams: list[float] = tables["unigrams"].tolist()
        self._bigrams = _lookup(tables, "bigram_keys", "bigrams")
        self._bigram_rest = _lookup(tables, "bigram_contexts", "bigram_rests")
        self._trigrams = _lookup(tables, "trigram_keys", "trigrams")
        self._trigram_rest = _lookup(tables, "trigram_contexts", "trigram_rests")
        self.start: State = (_START, _START)

    def probability(self, state: State, word: str) -> float:
        """Of `word` (canonical spelling) after `state`; over all words, seen and unseen, these add up to 1."""
        at = self._index.get(word, _UNKNOWN)
        before, last = state
        one = self._unigrams[at]
        two = self._bigrams.get(last * self._size + at, 0.0) + self._bigram_rest.get(last, 1.0) * one
        context = before * self._size + last
        return self._trigrams.get(context * self._size + at, 0.0) + self._trigram_rest.get(context, 1.0) * two

    def advance(self, state: State, word: str) -> State:
        return state[1], self._index.get(word, _UNKNOWN)

    def log_probability(self, words: Iterable[str]) -> float:
        """Natural logarithm, of a whole sequence from the start."""
        state, total = self.start, 0.0
        for word in words:
            total += math.log(self.probability(state, word))
            state = self.advance(state, word)
        return total

    def save(self, path: Path) -> None:
        """Arrays only, no pickled objects."""
        aside = path.with_name(path.name + ".part")
        with aside.open("wb") as file:
            arrays: dict[str, Any] = {
                "format": np.array(_FORMAT),
                "words": np.frombuffer("\n".join(self.words).encode(), np.uint8),
                **self._tables,
            }
            np.savez_compressed(file, **arrays)
        aside.replace(path)


def load_lm(path: Path) -> LanguageModel:
    """Raises `ModelMismatch` for a file that `LanguageModel.save` did not write."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays: dict[str, NDArray[Any]] = {name: file[name] for name in file.files}
        if int(arrays.pop("format")) != _FORMAT:
            raise ModelMismatch(f"{path.name}: format is not {_FORMAT}")
        words = arrays.pop("words").tobytes().decode()
        return LanguageModel(tuple(words.split("\n")), arrays)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelMismatch(f"{path.name}: no language model: {error}") from error


def build_lm(lines: Iterable[str]) -> LanguageModel:
    """From sentences as spoken; numbers must be words already. A line that is given twice counts twice."""
    index: dict[str, int] = {}
    trigrams: Counter[tuple[int, int, int]] = Counter()
    for line in lines:
        before, last = _START, _START
        for word in tokens(line):
            at = index.setdefault(canonical(word), len(index) + _FIRST_WORD)
            trigrams[before, last, at] += 1
            before, last = last, at
    words = ("<unk>", "<s>", *index)
    return LanguageModel(words, _tables(trigrams, len(words)))


def _tables(counts: Counter[tuple[int, int, int]], size: int) -> dict[str, NDArray[Any]]:
    """Discounted probabilities of what was seen, and for each context the share that is left for the lower order."""
    grams = np.array(sorted(counts), np.int64).reshape(-1, 3)
    occurrences = np.array([counts[cast(tuple[int, int, int], tuple(gram))] for gram in grams.tolist()], np.float64)
    before, last, word = grams.T
    pairs, pair_counts = np.unique(last * size + word, return_counts=True)
    singles, single_counts = np.unique(pairs % size, return_counts=True)

    tri = _discount((before * size + last) * size + word, occurrences, size)
    bi = _discount(pairs, pair_counts.astype(np.float64), size)
    counted = np.zeros(size)
    counted[singles] = single_counts
    rate, total = _discount_rate(counted[singles]), max(counted.sum(), 1.0)
    left = rate * len(singles) / total if len(singles) else 1.0
    seen = size - _FIRST_WORD
    unigrams = np.maximum(counted - rate, 0.0) / total + left / (seen + UNSEEN_WORDS)
    unigrams[_START] = 0.0
    return {
        "unigrams": unigrams,
        "bigram_keys": bi[0], "bigrams": bi[1], "bigram_contexts": bi[2], "bigram_rests": bi[3],
        "trigram_keys": tri[0], "trigrams": tri[1], "trigram_contexts": tri[2], "trigram_rests": tri[3],
    }  # fmt: skip


Discounted = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def _discount(keys: NDArray[Any], counts: NDArray[Any], size: int) -> Discounted:
    """Keys, discounted probabilities, contexts, and the share that each context leaves to the lower order."""
    rate = _discount_rate(counts)
    contexts, at = np.unique(keys // size, return_inverse=True)
    totals = np.bincount(at, weights=counts, minlength=len(contexts))
    kinds = np.bincount(at, minlength=len(contexts))
    return keys, (counts - rate) / totals[at] if len(keys) else counts, contexts, rate * kinds / np.maximum(totals, 1.0)


def _discount_rate(counts: NDArray[Any]) -> float:
    """n1 / (n1 + 2 n2), the estimate of Ney, Essen & Kneser 1994, kept away from 0 and 1 for little text."""
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    return min(0.95, max(0.3, once / (once + 2 * twice) if once + twice else 0.5))


def _lookup(tables: dict[str, NDArray[Any]], keys: str, values: str) -> dict[int, float]:
    return dict(zip(tables[keys].tolist(), tables[values].tolist(), strict=True))
