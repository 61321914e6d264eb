"""Prefix beam search over CTC log-posteriors, a few frames at a time, with a language model at word starts.

After Hannun et al. 2014 (first-pass large vocabulary recognition): for each prefix the probability of ending in blank
and in its last token are kept apart. Tokens that are unlikely in a frame are not tried, and a frame that is almost
certainly blank costs next to nothing.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from asr.ctc.vocabulary import BLANK, Vocabulary

Floats = NDArray[np.float32]
_NEVER = -math.inf


class Scorer(Protocol):
    """What the search needs of a language model; a state is anything that the model itself understands."""

    @property
    def start(self) -> Any: ...
    def probability(self, state: Any, word: str) -> float: ...
    def advance(self, state: Any, word: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamSettings:
    """Weight and bonus were fitted on people reading numbers, news and sentences, in wideband and telephone band.

    Numbers: 0.6 → 0.2 % and 1.4 → 0.3 % of syllables wrong against no language model; sentences of other subjects as
    before, where a bonus of 2.5 lost 0.4 %.
    """

    width: int = 24
    """Prefixes that are kept."""
    token_floor: float = -7.0
    """Tokens below this log-probability in a frame are not tried (the best one always is)."""
    margin: float = 14.0
    """Prefixes so far (natural logarithm) behind the best one are dropped."""
    lm_weight: float = 0.4
    """Exponent of the language model's probability."""
    word_bonus: float = 3.5
    """Added for each word (natural logarithm): what the language model takes from every word, given back."""
    posterior_scale: float = 0.7
    """Exponent of the total scores before they become posteriors; below 1 because frames are not independent."""


class Prefix:
    """A token sequence as a node of a tree; never changes."""

    __slots__ = ("bonus", "frame", "parent", "state", "token")

    def __init__(self, parent: "Prefix | None", token: int, frame: int, state: Any, bonus: float) -> None:
        self.parent = parent
        self.token = token
        self.frame = frame
        """In which the last token was first tried."""
        self.state = state
        self.bonus = bonus
        """Of the language model and the words, for the whole prefix; natural logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A finished prefix."""

    tokens: tuple[int, ...]
    frames: tuple[int, ...]
    """Frame of each token."""
    score: float
    """Acoustics and language model; natural logarithm."""
    posterior: float
    """Among the prefixes of the beam."""


Entry = tuple[Prefix, float, float]
"""A prefix, and the log-probabilities that it ends in blank and in its last token."""


class PrefixBeam:
    """The state of one search. `copy` is cheap, so that a search can be tried to its end and then go on."""

    def __init__(self, vocabulary: Vocabulary, scorer: Scorer, settings: BeamSettings) -> None:
        self._tokens = vocabulary.tokens
        self._scorer = scorer
        self._settings = settings
        self._frame = 0
        self._entries: list[Entry] = [(Prefix(None, BLANK, 0, scorer.start, 0.0), 0.0, _NEVER)]
        self._known: dict[tuple[Prefix, int], Prefix] = {}

    def copy(self) -> "PrefixBeam":
        twin = object.__new__(PrefixBeam)
        twin._tokens, twin._scorer, twin._settings = self._tokens, self._scorer, self._settings
        twin._frame = self._frame
        twin._entries = list(self._entries)
        twin._known = dict(self._known)
        return twin

    def advance(self, log_posteriors: Floats) -> None:
        """Takes `log_posteriors` [frames, tokens]."""
        kept = log_posteriors > self._settings.token_floor
        kept[np.arange(len(kept)), log_posteriors.argmax(axis=1)] = True
        for row, mask in zip(log_posteriors, kept, strict=True):
            ids = np.flatnonzero(mask)
            self._step(dict(zip(ids.tolist(), row[ids].tolist(), strict=True)), float(row[BLANK]))
            self._frame += 1
        alive = {prefix for prefix, _, _ in self._entries}
        self._known = {key: child for key, child in self._known.items() if key[0] in alive or child in alive}

    def best(self) -> tuple[int, ...]:
        return _tokens(self._entries[0][0])

    def best_posterior(self) -> float:
        return self._posteriors()[0]

    def paths(self, count: int) -> list[Path]:
        """The best `count` prefixes, best first; never empty."""
        found = zip(self._entries[:count], self._posteriors(), strict=False)
        return [
            Path(tokens=_tokens(entry[0]), frames=_frames(entry[0]), score=_score(entry), posterior=posterior)
            for entry, posterior in found
        ]

    def _step(self, tokens: dict[int, float], blank: float) -> None:
        """One frame: `tokens` are the log-probabilities of those that are tried."""
        merged: dict[Prefix, tuple[float, float]] = {}
        best = _score(self._entries[0])
        floor = best - self._settings.margin
        extensions = [(token, logp) for token, logp in tokens.items() if token != BLANK]
        for prefix, in_blank, in_token in self._entries:
            total = _add(in_blank, in_token)
            repeated = tokens.get(prefix.token, _NEVER) if prefix.token != BLANK else _NEVER
            old = merged.get(prefix, (_NEVER, _NEVER))
            merged[prefix] = (_add(old[0], total + blank), _add(old[1], in_token + repeated))
            for token, logp in extensions:
                before = in_blank if token == prefix.token else total
                if before + logp + prefix.bonus < floor:
                    continue
                child = self._child(prefix, token)
                old = merged.get(child, (_NEVER, _NEVER))
                merged[child] = (old[0], _add(old[1], before + logp))
        self._entries = self._prune(merged)

    def _prune(self, merged: dict[Prefix, tuple[float, float]]) -> list[Entry]:
        entries = [(prefix, in_blank, in_token) for prefix, (in_blank, in_token) in merged.items()]
        if len(entries) > 1:
            entries.sort(key=_score, reverse=True)
            floor = _score(entries[0]) - self._settings.margin
            entries = [entry for entry in entries[: self._settings.width] if _score(entry) >= floor]
        return entries

    def _child(self, prefix: Prefix, token: int) -> Prefix:
        key = (prefix, token)
        child = self._known.get(key)
        if child is None:
            state, bonus = prefix.state, prefix.bonus
            spelt = self._tokens[token]
            if spelt.begins_word and spelt.text:
                probability = self._scorer.probability(state, spelt.text)
                bonus += self._settings.lm_weight * math.log(probability) + self._settings.word_bonus
                state = self._scorer.advance(state, spelt.text)
            child = self._known[key] = Prefix(prefix, token, self._frame, state, bonus)
        return child

    def _posteriors(self) -> list[float]:
        scores = np.array([_score(entry) for entry in self._entries]) * self._settings.posterior_scale
        weights = np.exp(scores - scores.max())
        return (weights / weights.sum()).tolist()


def _score(entry: Entry) -> float:
    return _add(entry[1], entry[2]) + entry[0].bonus


def _add(one: float, other: float) -> float:
    """log(exp(one) + exp(other))"""
    if one < other:
        one, other = other, one
    if other == _NEVER:
        return one
    return one + math.log1p(math.exp(other - one))


def _tokens(prefix: Prefix) -> tuple[int, ...]:
    return tuple(node.token for node in _chain(prefix))


def _frames(prefix: Prefix) -> tuple[int, ...]:
    return tuple(node.frame for node in _chain(prefix))


def _chain(prefix: Prefix) -> list[Prefix]:
    found: list[Prefix] = []
    while prefix.parent is not None:
        found.append(prefix)
        prefix = prefix.parent
    return found[::-1]
