"""From the paths of a beam to hypotheses with confidences and times."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from asr.ctc.prefix_beam import Path
from asr.ctc.vocabulary import Vocabulary
from asr.people.acoustics import OUTPUT_MS
from contracts.heard import Hypothesis, Word

NOTHING = Hypothesis(text="", confidence=1.0)
"""What is heard where nothing was said."""

_LONGEST_WORD_MS = 400
_LEAD_MS = 120
"""A token is put out about so long after its syllable began."""
_SAME_PLACE_FRAMES = 3
"""Tokens of two paths within so many frames are the same place in the audio."""


Placed = tuple[str, int]
"""A word and the frame of its first token."""


def hypotheses(paths: Sequence[Path], vocabulary: Vocabulary, *, rate_hz: int) -> tuple[Hypothesis, ...]:
    """Best first; paths that spell the same text are one hypothesis."""
    placed = [[(word, path.frames[at]) for word, at in vocabulary.words(path.tokens)] for path in paths]
    places = _places(placed, paths)
    merged: dict[str, Hypothesis] = {}
    for path, words in zip(paths, placed, strict=True):
        text = " ".join(word for word, _ in words)
        if (old := merged.get(text)) is not None:
            merged[text] = replace(old, confidence=old.confidence + path.posterior)
        else:
            merged[text] = Hypothesis(text=text, confidence=path.posterior, words=_words(words, places, rate_hz))
    return tuple(sorted(merged.values(), key=lambda one: -one.confidence))


def _places(placed: Sequence[list[Placed]], paths: Sequence[Path]) -> dict[str, list[tuple[int, int, float]]]:
    """For each word where it was found: frame, number of the path, and that path's posterior."""
    found: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for number, (words, path) in enumerate(zip(placed, paths, strict=True)):
        for word, frame in words:
            found[word].append((frame, number, path.posterior))
    return found


def _words(words: list[Placed], places: dict[str, list[tuple[int, int, float]]], rate_hz: int) -> tuple[Word, ...]:
    spans = _spans_ms([frame for _, frame in words])
    return tuple(
        Word(
            text=text,
            start_sample=start * rate_hz // 1000,
            end_sample=end * rate_hz // 1000,
            confidence=_support(places[text], frame),
        )
        for (text, frame), (start, end) in zip(words, spans, strict=True)
    )


def _spans_ms(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Begin and end of each word, not overlapping; the model tells where a syllable is, not how long it lasts."""
    starts: list[int] = []
    for frame in frames:
        least = starts[-1] + OUTPUT_MS if starts else 0
        starts.append(max(least, frame * OUTPUT_MS - _LEAD_MS))
    spans = [(start, min(start + _LONGEST_WORD_MS, after)) for start, after in itertools.pairwise(starts)]
    return spans + [(start, start + _LONGEST_WORD_MS) for start in starts[-1:]]


def _support(places: list[tuple[int, int, float]], frame: int) -> float:
    """The posterior mass of the paths that have the word at this place; each path counts once."""
    near = {number: posterior for at, number, posterior in places if abs(at - frame) <= _SAME_PLACE_FRAMES}
    return min(1.0, sum(near.values()))


def to_wire(found: Sequence[Hypothesis]) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text,
            "confidence": round(one.confidence, 6),
            "words": [[w.text, w.start_sample, w.end_sample, round(w.confidence, 4)] for w in one.words],
        }
        for one in found
    ]


def from_wire(raw: Sequence[dict[str, Any]]) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(
            text=one["text"],
            confidence=one["confidence"],
            words=tuple(Word(text=w[0], start_sample=w[1], end_sample=w[2], confidence=w[3]) for w in one["words"]),
        )
        for one in raw
    )
