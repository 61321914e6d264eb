"""An engine at another rate, through soxr (its high quality has no audible alias; a delay does not matter here)."""

from collections.abc import Iterator

import numpy as np
import soxr

from tts.engine import Block, Engine


class Resampled:
    def __init__(self, engine: Engine, rate_hz: int) -> None:
        self._engine = engine
        self.rate_hz = rate_hz

    @property
    def model(self) -> str:
        return self._engine.model

    def speak(self, words: str, *, rate: float = 1.0) -> Iterator[Block]:
        stream = soxr.ResampleStream(self._engine.rate_hz, self.rate_hz, 1, dtype="int16", quality="HQ")
        at = 0
        for block in self._engine.speak(words, rate=rate):
            at = block.words_at
            pcm = stream.resample_chunk(block.pcm)
            if len(pcm):
                yield Block(pcm=pcm, words_at=at)
        rest = stream.resample_chunk(np.zeros(0, np.int16), last=True)
        if len(rest):
            yield Block(pcm=rest, words_at=at)
