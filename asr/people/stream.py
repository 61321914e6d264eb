"""One recognition inside the worker: features that wait, the model's caches, the search."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from asr.ctc.prefix_beam import BeamSettings, PrefixBeam, Scorer
from asr.ctc.vocabulary import Vocabulary
from asr.people.acoustics import Acoustics, Caches, Features
from asr.people.nbest import NOTHING, hypotheses
from contracts.heard import Hypothesis

Floats = NDArray[np.float32]
NBEST = 12


@dataclass(slots=True)
class Stream:
    """Audio goes in by `features.feed`; `step` moves many streams on by one chunk each."""

    rate_hz: int
    vocabulary: Vocabulary
    beam: PrefixBeam
    features: Features
    caches: Caches = field(default_factory=Caches)
    text: str = ""
    """As of the last chunk."""
    stable_chars: int = 0

    def accept(self, posteriors: Floats, caches: Caches) -> bool:
        """Takes the model's outputs for a whole chunk; whether the text changed."""
        self.beam.advance(posteriors)
        self.caches = caches
        before, self.text = self.text, self.vocabulary.text(self.beam.best())
        self.stable_chars = _common_words_length(before, self.text)
        return self.text != before

    def result(self, posteriors: Floats | None) -> tuple[Hypothesis, ...]:
        """As if the audio ended now; `posteriors` are the model's outputs for `features.tail()`."""
        beam = self.beam
        if posteriors is not None:
            beam = beam.copy()
            beam.advance(posteriors)
        return hypotheses(beam.paths(NBEST), self.vocabulary, rate_hz=self.rate_hz) or (NOTHING,)


def open_stream(*, rate_hz: int, vocabulary: Vocabulary, scorer: Scorer, settings: BeamSettings) -> Stream:
    """Raises `ValueError` for a rate that the features do not take."""
    return Stream(rate_hz, vocabulary, PrefixBeam(vocabulary, scorer, settings), Features(rate_hz))


def step(acoustics: Acoustics, streams: list[Stream]) -> list[bool]:
    """One whole chunk of each stream, in one batch; whether each text changed."""
    outputs = acoustics.run([(stream.features.take_chunk(), stream.caches) for stream in streams])
    return [stream.accept(posteriors, caches) for stream, (posteriors, caches) in zip(streams, outputs, strict=True)]


def results(acoustics: Acoustics, streams: list[Stream]) -> list[tuple[Hypothesis, ...]]:
    """What each stream would have heard if it ended now; no whole chunk may wait. The streams can go on."""
    tails = [stream.features.tail() for stream in streams]
    batch = [(tail, stream.caches) for tail, stream in zip(tails, streams, strict=True) if tail is not None]
    outputs = iter(acoustics.run(batch)) if batch else iter(())
    return [
        stream.result(next(outputs)[0] if tail is not None else None)
        for tail, stream in zip(tails, streams, strict=True)
    ]


def _common_words_length(one: str, other: str) -> int:
    """Characters of the whole words that both begin with."""
    length = 0
    for word, same in zip(one.split(), other.split(), strict=False):
        if word != same:
            break
        length += len(word) + 1
    return max(0, length - 1)
