"""From the paths of a beam to hypotheses with confidences and times."""

import itertools
from collections.abc import Sequence
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


def hypotheses(paths: Sequence[Path], vocabulary: Vocabulary, *, rate_hz: int) -> tuple[Hypothesis, ...]:
    """Best first; paths that spell the same text are one hypothesis."""
    merged: dict[str, Hypothesis] = {}
    for path in paths:
        words = vocabulary.words(path.tokens)
        text = " ".join(word for word, _ in words)
        if text in merged:
            old = merged[text]
            merged[text] = Hypothesis(text=text, confidence=old.confidence + path.posterior, words=old.words)
        else:
            merged[text] = Hypothesis(
                text=text, confidence=path.posterior, words=_words(words, path, paths, vocabulary, rate_hz)
            )
    return tuple(sorted(merged.values(), key=lambda one: -one.confidence))


def _words(
    words: list[tuple[str, int]], path: Path, paths: Sequence[Path], vocabulary: Vocabulary, rate_hz: int
) -> tuple[Word, ...]:
    frames = [path.frames[position] for _, position in words]
    spans = _spans_ms(frames)
    return tuple(
        Word(
            text=text,
            start_sample=start * rate_hz // 1000,
            end_sample=end * rate_hz // 1000,
            confidence=min(1.0, _support(text, frame, paths, vocabulary)),
        )
        for (text, _), frame, (start, end) in zip(words, frames, spans, strict=True)
    )


def _spans_ms(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Begin and end of each word, not overlapping; the model tells where a syllable is, not how long it lasts."""
    starts: list[int] = []
    for frame in frames:
        least = starts[-1] + OUTPUT_MS if starts else 0
        starts.append(max(least, frame * OUTPUT_MS - _LEAD_MS))
    spans = [(start, min(start + _LONGEST_WORD_MS, after)) for start, after in itertools.pairwise(starts)]
    return spans + [(start, start + _LONGEST_WORD_MS) for start in starts[-1:]]


def _support(text: str, frame: int, paths: Sequence[Path], vocabulary: Vocabulary) -> float:
    """The posterior mass of the paths that have this word at this place."""
    total = 0.0
    for path in paths:
        if any(
            word == text and abs(path.frames[position] - frame) <= _SAME_PLACE_FRAMES
            for word, position in vocabulary.words(path.tokens)
        ):
            total += path.posterior
    return total


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
